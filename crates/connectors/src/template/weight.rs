//! What values weigh. A list that holds another one twice is small in memory, and twice as long to
//! whoever walks through it; so whoever does pays for all of it, and what gets a name has a bound.

use minijinja::value::ValueKind;
use minijinja::{Environment, Error, State, Value};

use super::dates::invalid;

/// Pays for a walk through a value; put before filters, around `~` and comparisons.
pub(super) const WEIGHED: &str = "__weighed";
/// Pays for it, and refuses what is nested too deeply; put around what gets a name.
pub(super) const BOUND: &str = "__bound";

/// What gets a name may not be nested deeper; JSON is not, and who frees it takes stack for it.
const MAX_DEPTH: usize = 200;

/// The engine asks for a step for each 64 bytes; a value counts as so many of them.
const UNITS: u64 = 64;
const VALUE: u64 = 16;

pub(super) fn add_to(environment: &mut Environment<'static>) {
    environment.add_filter(
        WEIGHED,
        |state: &State, value: Value| -> Result<Value, Error> {
            pay(state, &value)?;
            Ok(value)
        },
    );
    environment.add_filter(
        BOUND,
        |state: &State, value: Value| -> Result<Value, Error> {
            walk(state, &value, MAX_DEPTH)?;
            Ok(value)
        },
    );
}

/// Pays for a walk through a value.
///
/// # Errors
/// When the evaluation has no steps left.
pub(super) fn pay(state: &State, value: &Value) -> Result<(), Error> {
    walk(state, value, usize::MAX)
}

/// Without recursion, for a value may be nested deeper than the stack is.
fn walk(state: &State, value: &Value, max_depth: usize) -> Result<(), Error> {
    let is_container = |value: &Value| {
        matches!(
            value.kind(),
            ValueKind::Seq | ValueKind::Iterable | ValueKind::Map
        )
    };
    // A text alone is paid for where it is worked on.
    if !is_container(value) {
        return Ok(());
    }
    let mut owed = 0;
    let mut open = vec![value.try_iter()?.zip(std::iter::repeat(value.clone()))];
    while let Some(items) = open.last_mut() {
        let Some((item, holder)) = items.next() else {
            open.pop();
            continue;
        };
        let field = match holder.kind() {
            ValueKind::Map => Some(holder.get_item(&item)?),
            _ => None,
        };
        for value in [Some(item), field].into_iter().flatten() {
            owed += VALUE + value.as_str().map_or(0, str::len) as u64;
            if is_container(&value) {
                open.push(value.try_iter()?.zip(std::iter::repeat(value)));
            }
        }
        if owed >= UNITS {
            state.consume_fuel(owed / UNITS)?;
            owed %= UNITS;
        }
        if open.len() > max_depth {
            return Err(invalid("lists and mappings are nested too deeply"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
