//! Pages, positions, states and failures to be written.

use serde_json::value::RawValue;
use serde_json::{Value, json};
use syncline_domain::retry::Failure;
use syncline_domain::state::{Fingerprint, ModelState, PaginationState, Position, Progress};
use syncline_store::error::StoreError;
use syncline_store::runs::{PageWrite, ProvenEnd, RecordDraft, Unseen};

pub fn end(unseen: Unseen) -> ProvenEnd {
    ProvenEnd {
        states: Vec::new(),
        drops_partitions: false,
        unseen,
        requests: 1,
        bytes: 10,
        warnings: Vec::new(),
    }
}

/// The page number `request` of a run.
pub fn page(request: i64, records: &[(&str, Value)]) -> PageWrite {
    let records: Vec<(&str, String)> = records
        .iter()
        .map(|(key, value)| (*key, value.to_string()))
        .collect();
    raw_page(request, &records)
}

pub fn raw_page<K: AsRef<str>>(request: i64, records: &[(K, String)]) -> PageWrite {
    PageWrite {
        records: records
            .iter()
            .map(|(key, data)| RecordDraft {
                key: key.as_ref().to_owned(),
                data: RawValue::from_string(data.clone()).unwrap(),
            })
            .collect(),
        position: position(request),
        states: Vec::new(),
        requests: 1,
        bytes: 100,
        warnings: Vec::new(),
    }
}

pub fn position(request: i64) -> Position {
    let object = json!({ "request": request }).as_object().unwrap().clone();
    Position {
        pagination_state: PaginationState::new(object).unwrap(),
        fingerprint: Fingerprint::new("f1"),
        progress: Progress {
            slice: 0,
            request,
            record: 0,
        },
    }
}

pub fn state(partition: &str, cursor: &str) -> ModelState {
    ModelState {
        partition: partition.to_owned(),
        fingerprint: Fingerprint::new("f1"),
        state: json!({ "cursor": cursor }).as_object().unwrap().clone(),
    }
}

pub fn transient(message: &str) -> Failure {
    Failure::Transient {
        message: message.to_owned(),
        not_before: None,
    }
}

pub fn is_fenced<T>(result: Result<T, StoreError>) -> bool {
    matches!(
        result,
        Err(StoreError::Transition(
            syncline_domain::TransitionError::Fenced { .. }
        ))
    )
}
