//! The states that a reading leaves behind.

use serde_json::{Map, Value};
use syncline_domain::state::ModelState;

use crate::declarative::export_state;

/// Takes what a page or an end tells into what is known.
pub(super) fn merge(known: &mut Vec<ModelState>, told: Vec<ModelState>) {
    for state in told {
        match known
            .iter_mut()
            .find(|one| one.partition == state.partition)
        {
            Some(one) => *one = state,
            None => known.push(state),
        }
    }
}

/// One state stands for all partitions from now on.
pub(super) fn drop_partitions(known: &mut Vec<ModelState>) {
    known.retain(|state| !state.partition.starts_with('{'));
}

/// The stream's state as the reference tells it; a stream without a cursor says so.
pub(super) fn told(states: &[ModelState]) -> Map<String, Value> {
    let state = export_state(states);
    if state.is_empty() {
        return Map::from_iter([("__ab_no_cursor_state_message".to_owned(), Value::Bool(true))]);
    }
    state
}
