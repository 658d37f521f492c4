//! The filters that templates can use, beside the engine's own.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use minijinja::value::{Kwargs, ValueKind};
use minijinja::{Environment, Error, State, Value};

use super::dates::invalid;

pub(super) fn add_to(environment: &mut Environment<'static>) {
    add_common(environment);
    environment.add_filter("base64encode", |value: &Value| -> Result<String, Error> {
        Ok(STANDARD.encode(text(value)?))
    });
    // The name promises to decode; the reference encodes.
    environment.add_filter(
        "base64binascii_decode",
        |value: &Value| -> Result<String, Error> {
            let text = text(value)?;
            if !text.is_ascii() {
                return Err(invalid("the text is not ASCII"));
            }
            Ok(STANDARD.encode(text))
        },
    );
    environment.add_filter("base64decode", |value: &Value| -> Result<String, Error> {
        let bytes = STANDARD
            .decode(text(value)?.trim())
            .map_err(|_| invalid("the text is not base64"))?;
        String::from_utf8(bytes).map_err(|_| invalid("the decoded bytes are not UTF-8"))
    });
    environment.add_filter("tojson", |value: Value| -> Result<String, Error> {
        let text = super::python::dumps(&json(&value)?, true);
        // As it is written for HTML.
        let escapes = [
            ("<", "\\u003c"),
            (">", "\\u003e"),
            ("&", "\\u0026"),
            ("'", "\\u0027"),
        ];
        Ok(escapes
            .iter()
            .fold(text, |text, (from, to)| text.replace(from, to)))
    });
    environment.add_filter("string", |value: Value| -> Result<Value, Error> {
        if value.as_str().is_some() {
            return Ok(value);
        }
        let json = super::python::dumps(&json(&value)?, false);
        // In triple quotes, so that the literal's reader gives the text back.
        Ok(Value::from(format!("\"\"\"{json}\"\"\"")))
    });
    environment.add_filter(
        "regex_search",
        |text: String, pattern: String| -> Result<Value, Error> {
            let found = compile(&pattern)?
                .captures(&text)
                .map_err(|_| invalid("the pattern is too costly"))?;
            Ok(match found {
                Some(captures) if captures.len() > 1 => match captures.get(1) {
                    Some(group) => Value::from(group.as_str()),
                    // The group is there, and took no part.
                    None => Value::from(()),
                },
                _ => Value::from(""),
            })
        },
    );
    environment.add_filter(
        "regex_replace",
        |state: &State,
         text: String,
         pattern: String,
         replacement: String|
         -> Result<String, Error> {
            // At most one for each character, and one at the end.
            let most = (text.len() as u64 + 1).saturating_mul(replacement.len() as u64);
            state.consume_fuel(most / 64 / 64)?;
            // Python writes groups as \1 and \g<name>, this engine as ${1} and ${name}.
            let groups = compile(r"\\(?:g<)?(\d+|(?<=g<)\w+)>?")?
                .replace_all(&replacement.replace('$', "$$"), "$${$1}")
                .into_owned();
            Ok(compile(&pattern)?
                .replace_all(&text, groups.as_str())
                .into_owned())
        },
    );
}

/// What the standard library of templates brings there, and the engine lacks or has otherwise.
fn add_common(environment: &mut Environment<'static>) {
    environment.add_filter("striptags", minijinja_contrib::filters::striptags);
    environment.add_filter("filesizeformat", minijinja_contrib::filters::filesizeformat);
    environment.add_filter("truncate", truncate);
    environment.add_filter("wordcount", |text: String| text.split_whitespace().count());
    environment.add_filter("pprint", |value: &Value| super::python::repr_of(value));
    environment.add_filter(
        "center",
        |state: &State, text: String, width: Option<usize>| {
            super::methods::padded(state, &text, width.unwrap_or(80), ' ', "center")
        },
    );
    // Only what is an attribute in Python, too: fields of mappings are none.
    environment.add_filter("attr", |value: &Value, name: &str| match value
        .downcast_object_ref::<super::dates::Date>()
    {
        Some(_) => value.get_attr(name),
        None => Ok(Value::UNDEFINED),
    });
    environment.add_filter("urlencode", urlencode);
}

/// Like Python's `quote`, and for pairs like `quote_plus`.
fn urlencode(value: &Value) -> Result<String, Error> {
    if value.kind() != ValueKind::Map {
        let text = super::python::str_of(value);
        return Ok(super::python::quote(&text, "/"));
    }
    let pairs = value.try_iter()?.map(|key| -> Result<String, Error> {
        let encoded = |value: &Value| super::python::quote_plus(&super::python::str_of(value));
        let value = value.get_item(&key)?;
        Ok(format!("{}={}", encoded(&key), encoded(&value)))
    });
    Ok(pairs.collect::<Result<Vec<_>, _>>()?.join("&"))
}

fn truncate(
    text: String,
    length: Option<usize>,
    cuts_words: Option<bool>,
    end: Option<String>,
    kwargs: Kwargs,
) -> Result<String, Error> {
    let length = length.or(kwargs.get("length")?).unwrap_or(255);
    let cuts_words = cuts_words.or(kwargs.get("killwords")?).unwrap_or(false);
    let end = match end.or(kwargs.get("end")?) {
        Some(end) => end,
        None => "...".to_owned(),
    };
    let leeway = kwargs.get::<Option<usize>>("leeway")?.unwrap_or(5);
    kwargs.assert_all_used()?;
    if text.chars().count() <= length.saturating_add(leeway) {
        return Ok(text);
    }
    let kept = length
        .checked_sub(end.chars().count())
        .ok_or_else(|| invalid("truncate() needs room for its end"))?;
    let cut: String = text.chars().take(kept).collect();
    let cut = match cut.rsplit_once(' ') {
        Some((words, _)) if !cuts_words => words,
        _ => &cut,
    };
    Ok(format!("{cut}{end}"))
}

/// Only a text will do.
fn text(value: &Value) -> Result<&str, Error> {
    value
        .as_str()
        .ok_or_else(|| invalid("the filter takes a text"))
}

fn compile(pattern: &str) -> Result<fancy_regex::Regex, Error> {
    fancy_regex::Regex::new(pattern).map_err(|_| invalid("the pattern is not a regular expression"))
}

fn json(value: &Value) -> Result<serde_json::Value, Error> {
    serde_json::to_value(value).map_err(|_| invalid("the value is not JSON"))
}
