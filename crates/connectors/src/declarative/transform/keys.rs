//! Renames fields.

use serde_json::{Map, Value};

/// Lower case, at the top.
pub(super) fn to_lower(record: &mut Value) {
    if let Value::Object(map) = record {
        let fields = std::mem::take(map).into_iter();
        *map = fields
            .map(|(name, value)| (name.to_lowercase(), value))
            .collect();
    }
}

/// Snake case, in objects inside objects, too.
pub(super) fn to_snake_case(record: &mut Value) {
    rename(record, &snake_case);
}

/// Other characters, in objects inside objects, too.
pub(super) fn replace(record: &mut Value, old: &str, new: &str) {
    rename(record, &|name| name.replace(old, new));
}

fn rename(node: &mut Value, name: &dyn Fn(&str) -> String) {
    let Value::Object(map) = node else { return };
    let mut renamed = Map::new();
    for (key, mut value) in std::mem::take(map) {
        rename(&mut value, name);
        renamed.insert(name(&key), value);
    }
    *map = renamed;
}

/// Words of a name in ASCII: a run of capitals with the small letters behind it, small letters,
/// digits. What stands between words counts at the beginning and at the end only.
fn snake_case(name: &str) -> String {
    let ascii = any_ascii::any_ascii(name);
    let mut words: Vec<String> = Vec::new();
    let mut rest = ascii.as_str();
    while let Some(first) = rest.chars().next() {
        let capitals = first.is_ascii_uppercase();
        let end = if capitals {
            let capitals = end_of(rest, |c| c.is_ascii_uppercase());
            capitals + end_of(&rest[capitals..], |c| c.is_ascii_lowercase())
        } else if first.is_ascii_lowercase() {
            end_of(rest, |c| c.is_ascii_lowercase())
        } else if first.is_ascii_digit() {
            end_of(rest, |c| c.is_ascii_digit())
        } else {
            end_of(rest, |c| !c.is_ascii_alphanumeric())
        };
        let (word, after) = rest.split_at(end);
        let is_word = first.is_ascii_alphanumeric();
        words.push(if is_word {
            word.to_ascii_lowercase()
        } else {
            String::new()
        });
        rest = after;
    }
    let last = words.len().saturating_sub(1);
    let mut index = 0;
    words.retain(|word| {
        let is_kept = index == 0 || index == last || !word.is_empty();
        index += 1;
        is_kept
    });
    let begins_with_digits = words
        .first()
        .is_some_and(|word| word.starts_with(|c: char| c.is_ascii_digit()));
    if begins_with_digits {
        words.insert(0, String::new());
    }
    words.join("_")
}

fn end_of(text: &str, is_part: impl Fn(char) -> bool) -> usize {
    text.find(|c| !is_part(c)).unwrap_or(text.len())
}
