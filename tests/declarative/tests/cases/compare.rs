//! Compares what two runtimes did.

use std::collections::BTreeMap;

use serde_json::Value;

use super::case::Case;
use super::reading::Ours;

/// What differs, for people; nothing when they agree.
pub fn difference(case: &Case, golden: &Value, ours: &Ours) -> Option<String> {
    let mut said = String::new();
    let mut tell = |part: &str, difference: Option<String>| {
        if let Some(difference) = difference.filter(|_| !case.leaves_out(part)) {
            said.push_str(&format!("  {part}:\n{difference}"));
        }
    };
    let list = |name: &str| golden[name].as_array().cloned().unwrap_or_default();
    tell("requests", multisets(&list("requests"), &ours.requests));
    tell("records", multisets(&list("records"), &ours.records));
    let mut state = settled(&golden["state"]);
    // Where nothing is kept there is nothing to tell after a failure; the reference tells it.
    if ours.error.is_some() && state.get("__ab_no_cursor_state_message").is_some() {
        state = Value::Null;
    }
    tell("state", equal(&state, &settled(&ours.state)));
    let waits: Vec<Value> = ours.waits.iter().map(|wait| (*wait).into()).collect();
    tell("waits", multisets(&list("waits"), &waits));
    let outcome = match &ours.error {
        None => "complete",
        Some(_) => "failed",
    };
    let told = equal(&golden["outcome"], &outcome.into());
    let why = ours.error.as_ref().map(|error| format!("      {error}\n"));
    tell("outcome", told.map(|told| told + &why.unwrap_or_default()));
    Some(said).filter(|said| !said.is_empty())
}

/// A state without what is another in each run: the order of its partitions, and how long it
/// took, which the next run looks back.
fn settled(state: &Value) -> Value {
    match state {
        Value::Object(map) => {
            let settle = |(key, value): (&String, &Value)| {
                let value = match (key.as_str(), settled(value)) {
                    ("lookback_window", _) => Value::Null,
                    ("states", Value::Array(mut states)) => {
                        states.sort_by_cached_key(canonical);
                        Value::Array(states)
                    }
                    (_, value) => value,
                };
                (key.clone(), value)
            };
            Value::Object(map.iter().map(settle).collect())
        }
        Value::Array(items) => items.iter().map(settled).collect(),
        other => other.clone(),
    }
}

fn equal(theirs: &Value, ours: &Value) -> Option<String> {
    (canonical(theirs) != canonical(ours)).then(|| format!("    - {theirs}\n    + {ours}\n"))
}

/// How often each stands in one more than in the other.
fn multisets(theirs: &[Value], ours: &[Value]) -> Option<String> {
    let mut counts: BTreeMap<String, i64> = BTreeMap::new();
    for value in theirs {
        *counts.entry(canonical(value)).or_default() -= 1;
    }
    for value in ours {
        *counts.entry(canonical(value)).or_default() += 1;
    }
    let lines: String = counts
        .iter()
        .filter(|(_, count)| **count != 0)
        .map(|(value, count)| {
            let sign = if *count < 0 { '-' } else { '+' };
            format!("    {sign} {value}\n").repeat(usize::try_from(count.abs()).unwrap())
        })
        .collect();
    Some(lines).filter(|lines| !lines.is_empty())
}

/// Equal for equal values; the order of keys does not count. 1 and 1.0 differ.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let sorted: BTreeMap<&String, String> = map
                .iter()
                .map(|(key, value)| (key, canonical(value)))
                .collect();
            let fields = sorted.iter().map(|(key, value)| format!("{key:?}:{value}"));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(","))
        }
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(canonical).collect();
            format!("[{}]", items.join(","))
        }
        other => other.to_string(),
    }
}
