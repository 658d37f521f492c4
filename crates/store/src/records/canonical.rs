//! Whether two JSON texts say the same, whatever the order of their keys and their white space.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

/// Deeper than this, texts are compared as they stand: a hostile answer must not use up the stack.
const MAX_DEPTH: usize = 64;

/// Keys in any order, strings in any spelling, numbers as written. Numbers are never parsed: two
/// long ones that differ in a digit must not look the same because a float cannot tell them apart.
pub(crate) fn is_same_json(a: &str, b: &str) -> bool {
    a == b
        || match (canonical(a), canonical(b)) {
            (Some(a), Some(b)) => a == b,
            (None, _) | (_, None) => false,
        }
}

/// `None` when the text is too deep, or has a string that is not Unicode.
fn canonical(json: &str) -> Option<String> {
    let mut out = String::with_capacity(json.len());
    write(json, 0, &mut out)?;
    Some(out)
}

fn write(json: &str, depth: usize, out: &mut String) -> Option<()> {
    if depth > MAX_DEPTH {
        return None;
    }
    let json = json.trim_ascii();
    match json.as_bytes().first()? {
        b'{' => {
            let members: BTreeMap<String, &RawValue> = serde_json::from_str(json).ok()?;
            out.push('{');
            for (key, value) in members {
                write_string(&key, out)?;
                out.push(':');
                write(value.get(), depth + 1, out)?;
                out.push(',');
            }
            out.push('}');
        }
        b'[' => {
            let items: Vec<&RawValue> = serde_json::from_str(json).ok()?;
            out.push('[');
            for item in items {
                write(item.get(), depth + 1, out)?;
                out.push(',');
            }
            out.push(']');
        }
        b'"' => write_string(&serde_json::from_str::<String>(json).ok()?, out)?,
        _ => out.push_str(json),
    }
    Some(())
}

fn write_string(text: &str, out: &mut String) -> Option<()> {
    out.push_str(&serde_json::to_string(text).ok()?);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::is_same_json;

    #[test]
    fn order_space_and_spelling_do_not_count() {
        for (a, b) in [
            (r#"{"a":1,"b":[1,2]}"#, r#"{ "b" : [1, 2], "a" : 1 }"#),
            (r#"{"a":{"x":1,"y":null}}"#, r#"{"a":{"y":null,"x":1}}"#),
            (r#""\u00e9""#, "\"é\""),
            (r#"{"a":1,"a":2}"#, r#"{"a":2}"#),
            (r#""\u0000""#, "\"\\u0000\""),
        ] {
            assert!(is_same_json(a, b), "{a} {b}");
        }
    }

    #[test]
    fn values_and_the_order_of_items_count() {
        for (a, b) in [
            (r#"{"a":1}"#, r#"{"a":1.0}"#),
            (r#"{"a":1}"#, r#"{"a":"1"}"#),
            ("[1,2]", "[2,1]"),
            ("[[1],2]", "[[1,2]]"),
            ("12345678901234567890123", "12345678901234567890124"),
            (r#"{"a":null}"#, "{}"),
            (r#""\ud800""#, r#""\uD800""#),
        ] {
            assert!(!is_same_json(a, b), "{a} {b}");
        }
    }

    #[test]
    fn depth_is_bounded() {
        let deep = |inner: &str| format!("{}{inner}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(is_same_json(&deep("1"), &deep("1")));
        assert!(!is_same_json(&deep("1"), &deep(" 1")));
    }
}
