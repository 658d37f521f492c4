//! The forms in which a secret may come back: as it is, encoded, escaped, or as a part of what it
//! was sent in.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use serde_json::Value;

/// Shorter values are too common in ordinary texts to be told apart from them.
pub(super) const MIN_LENGTH: usize = 4;
/// Parts of a secret (a line of a key, a field of a document) are secrets from this length on.
const MIN_PART: usize = 16;
/// What RFC 3986 leaves as it is in every part of a URL, beside letters and digits.
const UNRESERVED: &[u8] = b"-_.~";
/// In base64 fewer characters say too little.
const MIN_BASE64: usize = 8;

/// All forms of a value and of what is inside it.
pub(super) fn collect(secret: &Value, forms: &mut Vec<String>) {
    match secret {
        Value::String(text) if text.chars().count() >= MIN_LENGTH => {
            of_text(text, forms);
            parts(text, forms);
        }
        Value::Number(number) if number.to_string().len() >= MIN_LENGTH => {
            of_text(&number.to_string(), forms);
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, forms)),
        Value::Object(map) => map.values().for_each(|item| collect(item, forms)),
        Value::String(_) | Value::Number(_) | Value::Bool(_) | Value::Null => {}
    }
}

/// Lines of a text of many, and fields of a text that is JSON: each may come back by itself.
fn parts(text: &str, forms: &mut Vec<String>) {
    if text.lines().nth(1).is_some() {
        for line in text.lines().map(str::trim) {
            if line.len() >= MIN_PART {
                of_text(line, forms);
            }
        }
        of_text(
            &text.split_whitespace().collect::<Vec<_>>().join(" "),
            forms,
        );
    }
    let fields = serde_json::from_str(text).ok();
    if let Some(fields @ (Value::Object(_) | Value::Array(_))) = fields {
        fields_of(&fields, forms);
    }
}

fn fields_of(value: &Value, forms: &mut Vec<String>) {
    match value {
        Value::String(text) if text.len() >= MIN_PART => {
            of_text(text, forms);
            parts(text, forms);
        }
        Value::Array(items) => items.iter().for_each(|item| fields_of(item, forms)),
        Value::Object(map) => map.values().for_each(|item| fields_of(item, forms)),
        Value::String(_) | Value::Number(_) | Value::Bool(_) | Value::Null => {}
    }
}

fn of_text(text: &str, forms: &mut Vec<String>) {
    let mut add = |form: String| {
        if form.len() >= MIN_LENGTH && !forms.contains(&form) {
            forms.push(form);
        }
    };
    add(text.to_owned());
    let form_encoded: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
    add(form_encoded.clone());
    let mut encoded = vec![
        form_encoded.replace('+', "%20"),
        percent(text, b""),
        percent(text, UNRESERVED),
        percent(text, b"-_.~!$&'()*+,;=:@/?"),
    ];
    // A link inside of a link is encoded twice.
    for once in [&form_encoded, &encoded[0].clone()] {
        encoded.push(percent(once, b""));
        encoded.push(percent(once, UNRESERVED));
    }
    for percent in encoded {
        add(lower_hex(&percent));
        add(percent);
    }
    let json = json(text);
    let ascii = ascii(&json);
    for escaped in [json, ascii] {
        add(self::json(&escaped));
        add(escaped.replace('/', "\\/"));
        add(escaped);
    }
    add(html(text));
    for form in base64(text) {
        add(form.replace('+', "%2B").replace('/', "%2F"));
        add(form);
    }
}

/// Every byte but letters, digits and `kept` as `%XX`.
fn percent(text: &str, kept: &[u8]) -> String {
    text.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || kept.contains(&byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}

/// `%2F` as `%2f`.
fn lower_hex(percent: &str) -> String {
    let mut digits = 0;
    percent
        .chars()
        .map(|c| {
            if c == '%' {
                digits = 2;
                c
            } else if digits > 0 {
                digits -= 1;
                c.to_ascii_lowercase()
            } else {
                c
            }
        })
        .collect()
}

/// As a JSON text holds it, without the quotes.
fn json(text: &str) -> String {
    let quoted = Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

/// As a JSON text of nothing but ASCII holds it.
fn ascii(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let mut units = [0; 2];
    for c in json.chars() {
        if c.is_ascii() {
            out.push(c);
        } else {
            for unit in c.encode_utf16(&mut units) {
                out.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    out
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

/// What base64 of any text that holds the secret has of it, whatever stands before and behind: a
/// Basic header has a name and a colon before it. At either end a character may mix both; it is
/// left out.
fn base64(text: &str) -> impl Iterator<Item = String> {
    (0..3_usize).flat_map(move |before| {
        let bytes = [&[0; 2][..before], text.as_bytes()].concat();
        let first = (before * 8).div_ceil(6);
        let end = bytes.len() * 8 / 6;
        [STANDARD_NO_PAD, URL_SAFE_NO_PAD]
            .map(|engine| engine.encode(&bytes))
            .into_iter()
            .filter_map(move |encoded| encoded.get(first..end).map(str::to_owned))
            .filter(|form| form.len() >= MIN_BASE64)
    })
}
