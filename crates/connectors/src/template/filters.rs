//! The filters that templates can use, beside the engine's own.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use minijinja::{Environment, Error, Value};

use super::dates::invalid;

pub(super) fn add_to(environment: &mut Environment<'static>) {
    environment.add_filter("base64encode", |text: String| STANDARD.encode(text));
    // The name promises to decode; the reference encodes.
    environment.add_filter("base64binascii_decode", |text: String| {
        STANDARD.encode(text)
    });
    environment.add_filter("base64decode", |text: String| -> Result<String, Error> {
        let bytes = STANDARD
            .decode(text.trim())
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
        |text: String, pattern: String| -> Result<String, Error> {
            let found = compile(&pattern)?
                .captures(&text)
                .map_err(|_| invalid("the pattern is too costly"))?;
            let group = found.and_then(|captures| captures.get(1));
            Ok(group
                .map(|group| group.as_str().to_owned())
                .unwrap_or_default())
        },
    );
    environment.add_filter(
        "regex_replace",
        |text: String, pattern: String, replacement: String| -> Result<String, Error> {
            // Python writes groups as \1, this engine as ${1}.
            let groups = compile(r"\\(\d+)")?
                .replace_all(&replacement.replace('$', "$$"), "$${$1}")
                .into_owned();
            Ok(compile(&pattern)?
                .replace_all(&text, groups.as_str())
                .into_owned())
        },
    );
}

fn compile(pattern: &str) -> Result<fancy_regex::Regex, Error> {
    fancy_regex::Regex::new(pattern).map_err(|_| invalid("the pattern is not a regular expression"))
}

fn json(value: &Value) -> Result<serde_json::Value, Error> {
    serde_json::to_value(value).map_err(|_| invalid("the value is not JSON"))
}
