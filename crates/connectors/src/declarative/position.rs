//! Where inside its range a sync stands, as it is stored between pages.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use syncline_domain::state::{Fingerprint, PaginationState, Position, Progress};

/// The stored form. It holds no secret.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Place {
    /// Windows behind it.
    pub(super) slice: i64,
    /// Start and end of the open window; the start alone counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) window: Option<[String; 2]>,
    /// What the open request carries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) token: Option<Value>,
    /// Answers of the open window behind it.
    pub(super) request: i64,
    /// Records of the open answer behind it.
    #[serde(skip_serializing_if = "is_zero")]
    pub(super) offset: i64,
    /// The hash of the last of them: another record in its place means that the answer changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) last: Option<String>,
    /// The latest cursor value so far, the model's state included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) max: Option<DateTime<Utc>>,
    /// Nothing is left to be read.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) done: bool,
    /// The sync began as a full pass.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) full: bool,
    /// Why "not seen" may not mean "gone".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) doubt: Option<String>,
}

fn is_zero(number: &i64) -> bool {
    *number == 0
}

impl Place {
    /// As it is stored. One that is too large for that starts the open window again.
    pub(super) fn store(&self, fingerprint: &Fingerprint) -> Position {
        let object = |place: &Self| match serde_json::to_value(place) {
            Ok(Value::Object(object)) => PaginationState::new(object).ok(),
            _ => None,
        };
        let (pagination_state, progress) = match object(self) {
            Some(state) => (state, self.progress()),
            None => {
                let place = self.at_window_start();
                (object(&place).unwrap_or_default(), place.progress())
            }
        };
        Position {
            pagination_state,
            fingerprint: fingerprint.clone(),
            progress,
        }
    }

    /// Reads what [`store`](Self::store) wrote.
    pub(super) fn read(position: &Position) -> Option<Self> {
        serde_json::from_value(Value::Object(position.pagination_state.as_object().clone())).ok()
    }

    /// The beginning of the open window.
    pub(super) fn at_window_start(&self) -> Self {
        Self {
            token: None,
            request: 0,
            offset: 0,
            last: None,
            ..self.clone()
        }
    }

    fn progress(&self) -> Progress {
        Progress {
            slice: self.slice,
            request: self.request,
            record: self.offset,
        }
    }
}

/// How moments are written in positions.
pub(super) fn written(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::Micros, true)
}
