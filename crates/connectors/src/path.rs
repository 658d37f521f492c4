//! Paths into JSON whose parts may be patterns: `*` is any name, `**` any depth, and `?` and
//! `[abc]` stand for characters of a name.

use serde_json::Value;

/// Whether a part of a path has to be matched rather than compared.
pub(crate) fn is_pattern(part: &str) -> bool {
    part.contains(['*', '?', '['])
}

/// Whether a name fits a part of a path.
pub(crate) fn fits(part: &str, name: &str) -> bool {
    if !is_pattern(part) {
        return part == name;
    }
    let pattern: Vec<char> = part.chars().collect();
    let name: Vec<char> = name.chars().collect();
    fits_chars(&pattern, &name)
}

/// Everything that a path leads to, in the order of the value.
pub(crate) fn find<'v>(value: &'v Value, path: &[String]) -> Vec<&'v Value> {
    let mut found = Vec::new();
    walk(value, path, &mut found);
    found
}

/// Looks at most two values up: whoever wants one value must know when there are several.
pub(crate) fn find_one<'v>(value: &'v Value, path: &[String]) -> Result<Option<&'v Value>, usize> {
    if !path.iter().any(|part| is_pattern(part)) {
        return Ok(path
            .iter()
            .try_fold(value, |value, part| child(value, part)));
    }
    let found = find(value, path);
    match found.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(one)),
        many => Err(many.len()),
    }
}

/// The value without the lists that a path leads to.
pub(crate) fn without_lists(value: &Value, path: &[String]) -> Value {
    let mut value = value.clone();
    remove_lists(&mut value, path);
    value
}

fn remove_lists(value: &mut Value, path: &[String]) {
    let Some((first, rest)) = path.split_first() else {
        return;
    };
    let is_gone =
        |name: &str, value: &Value| rest.is_empty() && value.is_array() && fits(first, name);
    match value {
        Value::Object(map) => {
            map.retain(|name, value| !is_gone(name, value));
            let inner = map.iter_mut().filter(|(name, _)| fits(first, name));
            inner.for_each(|(_, value)| remove_lists(value, rest));
        }
        Value::Array(items) => {
            let length = items.len();
            let mut index = 0;
            items.retain(|value| {
                index += 1;
                let name = (index - 1).to_string();
                let from_the_end = format!("-{}", length + 1 - index);
                !is_gone(&name, value) && !is_gone(&from_the_end, value)
            });
            if rest.is_empty() {
                return;
            }
            for (index, value) in items.iter_mut().enumerate() {
                let from_the_end = format!("-{}", length - index);
                if fits(first, &index.to_string()) || *first == from_the_end {
                    remove_lists(value, rest);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn child<'v>(value: &'v Value, part: &str) -> Option<&'v Value> {
    match value {
        Value::Object(map) => map.get(part),
        Value::Array(items) => {
            let index: i64 = part.parse().ok()?;
            let length = i64::try_from(items.len()).ok()?;
            let index = if index < 0 { index + length } else { index };
            items.get(usize::try_from(index).ok()?)
        }
        _ => None,
    }
}

fn walk<'v>(value: &'v Value, path: &[String], found: &mut Vec<&'v Value>) {
    let Some((first, rest)) = path.split_first() else {
        found.push(value);
        return;
    };
    if first == "**" {
        walk(value, rest, found);
        below(value).for_each(|(_, child)| walk(child, path, found));
        return;
    }
    if !is_pattern(first) {
        if let Some(child) = child(value, first) {
            walk(child, rest, found);
        }
        return;
    }
    for (name, child) in below(value) {
        if fits(first, &name) {
            walk(child, rest, found);
        }
    }
}

fn below(value: &Value) -> Box<dyn Iterator<Item = (String, &Value)> + '_> {
    match value {
        Value::Object(map) => Box::new(map.iter().map(|(name, child)| (name.clone(), child))),
        Value::Array(items) => Box::new(
            items
                .iter()
                .enumerate()
                .map(|(index, child)| (index.to_string(), child)),
        ),
        _ => Box::new(std::iter::empty()),
    }
}

fn fits_chars(pattern: &[char], name: &[char]) -> bool {
    match pattern.first() {
        None => name.is_empty(),
        Some('*') => (0..=name.len()).any(|skipped| fits_chars(&pattern[1..], &name[skipped..])),
        Some('?') => !name.is_empty() && fits_chars(&pattern[1..], &name[1..]),
        Some('[') => match pattern.iter().skip(2).position(|c| *c == ']') {
            // Without its end, a bracket is only a bracket.
            None => name.first() == Some(&'[') && fits_chars(&pattern[1..], &name[1..]),
            Some(end) => {
                let end = end + 2;
                let Some(first) = name.first() else {
                    return false;
                };
                in_class(&pattern[1..end], *first) && fits_chars(&pattern[end + 1..], &name[1..])
            }
        },
        Some(c) => name.first() == Some(c) && fits_chars(&pattern[1..], &name[1..]),
    }
}

fn in_class(class: &[char], c: char) -> bool {
    let (is_negated, mut class) = match class.split_first() {
        Some(('!', rest)) => (true, rest),
        _ => (false, class),
    };
    let mut is_in = false;
    loop {
        class = match class {
            [from, '-', to, rest @ ..] => {
                is_in |= (*from..=*to).contains(&c);
                rest
            }
            [one, rest @ ..] => {
                is_in |= *one == c;
                rest
            }
            [] => return is_in != is_negated,
        };
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn path(text: &str) -> Vec<String> {
        text.split('/').map(str::to_owned).collect()
    }

    #[test]
    fn patterns_fit_names_as_shells_have_it() {
        for (part, name, expected) in [
            ("*", "", true),
            ("a*c", "abbc", true),
            ("a*c", "abbd", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("[ab]x", "bx", true),
            ("[!ab]x", "bx", false),
            ("[a-c]x", "bx", true),
            ("[]]", "]", true),
            ("[a", "[a", true),
            ("plain", "plain", true),
        ] {
            assert_eq!(fits(part, name), expected, "{part} {name}");
        }
    }

    #[test]
    fn paths_lead_through_objects_and_lists() {
        let value = json!({"a": [{"id": 1}, {"id": 2}], "b": {"id": 3, "c": {"id": 4}}});
        assert_eq!(find(&value, &path("a/*/id")), [&json!(1), &json!(2)]);
        assert_eq!(find(&value, &path("a/-1/id")), [&json!(2)]);
        assert_eq!(find(&value, &path("**/id")).len(), 4);
        assert_eq!(find_one(&value, &path("b/id")), Ok(Some(&json!(3))));
        assert_eq!(find_one(&value, &path("b/none/id")), Ok(None));
        assert_eq!(find_one(&value, &path("a/*/id")), Err(2));
    }
}
