//! Where inside its range a sync stands, as it is stored between pages.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use syncline_domain::state::{Fingerprint, PaginationState, Position, Progress};

use super::jobs::JobPlace;
use super::routers::RouterPlace;
use crate::datetime::Moment;

/// The stored form. It holds no secret.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Place {
    /// Windows behind it.
    pub(super) slice: i64,
    /// Where the open partition comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) router: Option<RouterPlace>,
    /// Its key, or what stands for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) partition: Option<String>,
    /// It was read to its end.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) passed: bool,
    /// What was found over all partitions.
    #[serde(skip_serializing_if = "Totals::is_nothing")]
    pub(super) totals: Totals,
    /// Where the range of the open partition begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) start: Option<Moment>,
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
    /// The job of the open slice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) job: Option<JobPlace>,
    /// Jobs that came to nothing.
    #[serde(skip_serializing_if = "Lost::is_nothing")]
    pub(super) lost: Lost,
    /// A slice of the open partition was left out: the state stays here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) held: Option<Moment>,
    /// The latest cursor value so far, the model's state included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) max: Option<Moment>,
    /// The latest cursor value of the open window, where paging may begin anew behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) high: Option<Moment>,
    /// Records since paging began.
    #[serde(skip_serializing_if = "is_zero")]
    pub(super) paged: i64,
    /// How often paging began anew in the open window, without getting on.
    #[serde(skip_serializing_if = "is_zero")]
    pub(super) resets: i64,
    /// Pages are smaller than the manifest has them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) size: Option<u64>,
    /// The open window is a part of one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) split: Option<Split>,
    /// Nothing is left to be read.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) done: bool,
    /// It is the incremental half of the stream that is read.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) later: bool,
    /// The sync began as a full pass.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) full: bool,
    /// Why "not seen" may not mean "gone".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) doubt: Option<String>,
}

/// Slices whose jobs could not be completed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Lost {
    pub(super) count: i64,
    /// What was wrong with the first of them.
    pub(super) first: Option<String>,
}

impl Lost {
    fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// What is known over all partitions of a stream.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Totals {
    /// When the sync began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) began: Option<DateTime<Utc>>,
    /// The latest cursor value of all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) max: Option<Moment>,
    /// Some record had a cursor value.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) has_data: bool,
    /// Partitions that have a state.
    #[serde(skip_serializing_if = "is_zero")]
    pub(super) partitions: i64,
    /// There are too many of them: one state stands for all.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) is_global: bool,
    /// First answers are taken from the parents' records.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) is_lazy: bool,
    /// Some slice was left out: the state of all stays where it is.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) is_held: bool,
}

impl Totals {
    fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// Where in a window that was split a sync stands.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Split {
    /// Where the window begins that follows the whole one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next: Option<String>,
    /// How often the open part was split.
    pub(super) depth: i64,
    /// Parts that are still to be read, the last one first.
    pub(super) rest: Vec<Part>,
}

/// A part of a window.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Part {
    /// Its start and end.
    pub(super) window: [String; 2],
    /// How often it was split.
    pub(super) depth: i64,
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

    /// Whether a job stands in it that was made.
    pub(super) fn has_job(position: &Position) -> bool {
        let place = Self::read(position);
        place.is_some_and(|place| place.job.is_some_and(|job| job.created.is_some()))
    }

    /// The beginning of a partition.
    pub(super) fn at_partition(&self, router: RouterPlace, partition: String) -> Self {
        Self {
            router: Some(router),
            partition: Some(partition),
            passed: false,
            job: None,
            held: None,
            start: None,
            window: None,
            max: None,
            size: None,
            split: None,
            ..self.at_window_start()
        }
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
pub(super) fn written(moment: Moment) -> String {
    moment.to_rfc3339_opts(SecondsFormat::Micros, true)
}
