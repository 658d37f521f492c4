//! Python's methods of texts, lists and mappings, beside those that the engine's companion brings.

use minijinja::value::{Kwargs, Tuple, ValueKind, from_args};
use minijinja::{Error, ErrorKind, State, Value};

use super::dates::invalid;
use super::weight::pay;

/// Calls a method that the value's own type does not know.
pub(super) fn unknown_method(
    state: &mut State,
    value: &Value,
    method: &str,
    args: &[Value],
) -> Result<Value, Error> {
    let known = match (value.kind(), value.as_str()) {
        (_, Some(text)) => of_text(state, text, method, args)?,
        (ValueKind::Seq, _) => of_list(state, value, method, args)?,
        (ValueKind::Map, _) if method == "copy" => Some(value.clone()),
        _ => None,
    };
    if let Some(result) = known {
        return Ok(result);
    }
    // What counts items compares them.
    pay(state, value)?;
    match minijinja_contrib::pycompat::unknown_method_callback(state, value, method, args) {
        Err(error) if error.kind() == ErrorKind::UnknownMethod => {
            Err(refusal(value.kind(), method))
        }
        other => other,
    }
}

/// What Python has and this has not is an error. What neither has is undefined in the reference,
/// which calls it all the same.
fn refusal(kind: ValueKind, method: &str) -> Error {
    let (type_name, methods): (_, &[&str]) = match kind {
        ValueKind::String => ("a text", &TEXT),
        ValueKind::Seq | ValueKind::Iterable => ("a list", &LIST),
        ValueKind::Map => ("a mapping", &MAPPING),
        ValueKind::Number | ValueKind::Bool => ("a number", &NUMBER),
        ValueKind::Plain => ("a date", &DATE),
        _ => ("None", &[]),
    };
    if methods.contains(&method) {
        return Error::new(
            ErrorKind::UnknownMethod,
            format!("the method {method}() of {type_name} is not supported"),
        );
    }
    Error::new(
        ErrorKind::UndefinedError,
        format!("{type_name} has no method {method}()"),
    )
}

const TEXT: [&str; 8] = [
    "encode",
    "format_map",
    "isdecimal",
    "isidentifier",
    "isprintable",
    "istitle",
    "maketrans",
    "translate",
];
const LIST: [&str; 8] = [
    "append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort",
];
const MAPPING: [&str; 6] = [
    "clear",
    "fromkeys",
    "pop",
    "popitem",
    "setdefault",
    "update",
];
const NUMBER: [&str; 9] = [
    "as_integer_ratio",
    "bit_count",
    "bit_length",
    "conjugate",
    "from_bytes",
    "fromhex",
    "hex",
    "is_integer",
    "to_bytes",
];
const DATE: [&str; 15] = [
    "astimezone",
    "combine",
    "ctime",
    "dst",
    "fromisoformat",
    "fromtimestamp",
    "isocalendar",
    "strptime",
    "time",
    "timetuple",
    "timetz",
    "toordinal",
    "tzname",
    "utcoffset",
    "utctimetuple",
];

fn of_text(
    state: &State,
    text: &str,
    method: &str,
    args: &[Value],
) -> Result<Option<Value>, Error> {
    Ok(Some(match method {
        "rsplit" => rsplit(text, args)?,
        "partition" | "rpartition" => {
            let (mark,): (&str,) = from_args(args)?;
            partition(text, mark, method == "rpartition")?
        }
        "swapcase" => {
            let swapped = |c: char| -> String {
                if c.is_uppercase() {
                    c.to_lowercase().collect()
                } else {
                    c.to_uppercase().collect()
                }
            };
            Value::from(text.chars().map(swapped).collect::<String>())
        }
        "casefold" => Value::from(text.to_lowercase().replace('ß', "ss")),
        "index" | "rindex" => {
            let (part,): (&str,) = from_args(args)?;
            let found = if method == "index" {
                text.find(part)
            } else {
                text.rfind(part)
            };
            let at = found.ok_or_else(|| invalid("the text does not contain the part"))?;
            Value::from(text[..at].chars().count())
        }
        "zfill" => {
            let (width,): (usize,) = from_args(args)?;
            let (sign, digits) = match text.strip_prefix(['-', '+']) {
                Some(digits) => (&text[..1], digits),
                None => ("", text),
            };
            let zeros = missing(state, text, width)?;
            Value::from(format!("{sign}{}{digits}", "0".repeat(zeros)))
        }
        "rjust" | "ljust" | "center" => {
            let (width, fill): (usize, Option<char>) = from_args(args)?;
            Value::from(padded(state, text, width, fill.unwrap_or(' '), method)?)
        }
        "removeprefix" => {
            let (part,): (&str,) = from_args(args)?;
            Value::from(text.strip_prefix(part).unwrap_or(text))
        }
        "removesuffix" => {
            let (part,): (&str,) = from_args(args)?;
            Value::from(text.strip_suffix(part).unwrap_or(text))
        }
        "expandtabs" => {
            let (size, kwargs): (Option<usize>, Kwargs) = from_args(args)?;
            let size = size.or(kwargs.get("tabsize")?).unwrap_or(8);
            Value::from(expandtabs(state, text, size)?)
        }
        "join" => {
            let (items,): (&Value,) = from_args(args)?;
            let mut parts = Vec::new();
            for item in items.try_iter()? {
                let part = item.as_str().map(str::to_owned);
                let part = part.ok_or_else(|| invalid("join() takes texts"))?;
                // What stands between is repeated, so that the result may be longer than its parts.
                state.consume_fuel(1 + (part.len() + text.len()) as u64 / 64)?;
                parts.push(part);
            }
            Value::from(parts.join(text))
        }
        _ => return Ok(None),
    }))
}

fn of_list(
    state: &State,
    list: &Value,
    method: &str,
    args: &[Value],
) -> Result<Option<Value>, Error> {
    Ok(Some(match method {
        "copy" => list.try_iter()?.collect(),
        "index" => {
            let (item,): (&Value,) = from_args(args)?;
            pay(state, list)?;
            let at = list.try_iter()?.position(|known| known == *item);
            Value::from(at.ok_or_else(|| invalid("the list does not hold the item"))?)
        }
        _ => return Ok(None),
    }))
}

fn rsplit(text: &str, args: &[Value]) -> Result<Value, Error> {
    let (mark, most): (Option<&str>, Option<i64>) = from_args(args)?;
    let most = match most.unwrap_or(-1) {
        all if all < 0 => usize::MAX,
        most => usize::try_from(most)
            .unwrap_or(usize::MAX)
            .saturating_add(1),
    };
    let mut parts: Vec<&str> = match mark {
        Some("") => return Err(invalid("rsplit() needs something to split at")),
        Some(mark) => text.rsplitn(most, mark).collect(),
        None => text.split_whitespace().rev().take(most).collect(),
    };
    parts.reverse();
    Ok(parts.into_iter().map(Value::from).collect())
}

fn partition(text: &str, mark: &str, from_end: bool) -> Result<Value, Error> {
    if mark.is_empty() {
        return Err(invalid("partition() needs something to split at"));
    }
    let found = if from_end {
        text.rsplit_once(mark)
    } else {
        text.split_once(mark)
    };
    let parts = match found {
        Some((before, after)) => [before, mark, after],
        None if from_end => ["", "", text],
        None => [text, "", ""],
    };
    Ok(Value::from_object(Tuple::from(parts.map(Value::from))))
}

/// How many characters a text lacks to be so wide; they are paid for.
fn missing(state: &State, text: &str, width: usize) -> Result<usize, Error> {
    let missing = width.saturating_sub(text.chars().count());
    state.consume_fuel(missing as u64 / 64)?;
    Ok(missing)
}

pub(super) fn padded(
    state: &State,
    text: &str,
    width: usize,
    fill: char,
    side: &str,
) -> Result<String, Error> {
    let missing = missing(state, text, width)?;
    let left = match side {
        "rjust" => missing,
        "ljust" => 0,
        // As Python has it: the odd one goes to the left when the width is odd too.
        _ => missing / 2 + (missing & width & 1),
    };
    let fill = |count: usize| fill.to_string().repeat(count);
    Ok(format!("{}{text}{}", fill(left), fill(missing - left)))
}

fn expandtabs(state: &State, text: &str, size: usize) -> Result<String, Error> {
    let (mut out, mut column) = (String::with_capacity(text.len()), 0);
    for c in text.chars() {
        match c {
            '\t' if size > 0 => {
                let width = size - column % size;
                state.consume_fuel(width as u64 / 64)?;
                out.push_str(&" ".repeat(width));
                column += width;
            }
            '\t' => {}
            '\n' | '\r' => {
                out.push(c);
                column = 0;
            }
            c => {
                out.push(c);
                column += 1;
            }
        }
    }
    Ok(out)
}
