//! What every connector offers the engine: a check, a plan, and pages until a proven end.

use async_trait::async_trait;
use chrono::{DateTime, Duration, Utc};
use serde_json::value::RawValue;
use syncline_domain::attempt::Warning;
use syncline_domain::health::Health;
use syncline_domain::range::TimeRange;
use syncline_domain::scope::Scope;
use syncline_domain::state::{Fingerprint, ModelState, Position};

use crate::error::SourceError;

/// One connection's outside system, ready to be read: a connector with its configuration and
/// secrets. Cheap to keep, shared by all runs of the connection in this process.
#[async_trait]
pub trait Source: Send + Sync + 'static {
    /// Asks the provider whether the configuration works. A refusal is an answer, not an error.
    async fn check(&self, now: DateTime<Utc>) -> Health;

    /// What a sync of `stream` would read. Asks nobody.
    ///
    /// # Errors
    /// Permanent, when the stream is unknown or unsupported, or the scope asks for what the
    /// stream cannot do.
    fn plan(&self, request: PlanRequest<'_>) -> Result<Plan, SourceError>;

    /// Begins to read, or goes on from a position.
    ///
    /// # Errors
    /// As [`plan`](Source::plan). Talking to the provider begins with the first
    /// [`next`](PageReader::next).
    fn open(&self, request: ReadRequest) -> Result<Box<dyn PageReader>, SourceError>;
}

/// What [`Source::plan`] looks at.
#[derive(Debug, Clone, Copy)]
pub struct PlanRequest<'a> {
    /// The model's name in its connector.
    pub stream: &'a str,
    /// What is asked.
    pub scope: &'a Scope,
    /// The model's states; those with another fingerprint are not used.
    pub states: &'a [ModelState],
    /// How far back the model reads again.
    pub overlap: Duration,
    /// Now.
    pub now: DateTime<Utc>,
}

/// What a sync would read.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The range, to be frozen at the first start.
    pub range: TimeRange,
    /// Every record that the source has passes by: an unbounded scope that begins at the
    /// beginning, over a stream with a primary key. Only such a pass may find records gone.
    pub is_full_pass: bool,
    /// Of the resolved stream, the non-secret configuration and the format version.
    pub fingerprint: Fingerprint,
    /// Why a stored state was not used, if so.
    pub warnings: Vec<Warning>,
}

/// What [`Source::open`] reads.
#[derive(Debug, Clone)]
pub struct ReadRequest {
    /// The model's name in its connector.
    pub stream: String,
    /// What is asked.
    pub scope: Scope,
    /// The frozen range.
    pub range: TimeRange,
    /// The model's states; those with another fingerprint are not used.
    pub states: Vec<ModelState>,
    /// How far back the model reads again, where a range is made on the way: for each partition.
    pub overlap: Duration,
    /// Where the last committed page of this sync left off. One with another fingerprint starts
    /// the open window again.
    pub position: Option<Position>,
    /// Now.
    pub now: DateTime<Utc>,
}

/// Reads page after page. After an error or an end it is not asked again.
#[async_trait]
pub trait PageReader: Send {
    /// The next page, or the proven end. Dropping the future abandons the request.
    ///
    /// # Errors
    /// A [`SourceError`] whose kind says whether to retry, to come back later, or to fail.
    async fn next(&mut self) -> Result<Step, SourceError>;
}

/// What a reader gives.
#[derive(Debug)]
pub enum Step {
    /// Records, to be committed with their position.
    Page(Page),
    /// The stop rule fired on a completely parsed answer that was not an error.
    End(End),
}

/// At most [`Page::MAX_RECORDS`] records and about [`Page::MAX_BYTES`] of them. May be empty.
#[derive(Debug)]
pub struct Page {
    /// In the order of the answer.
    pub records: Vec<SourceRecord>,
    /// Where the next page begins.
    pub position: Position,
    /// States that this page closes a window of.
    pub states: Vec<ModelState>,
    /// What it took to get here since the last page.
    pub cost: Cost,
    /// What was odd.
    pub warnings: Vec<Warning>,
}

impl Page {
    /// The most records of a page.
    pub const MAX_RECORDS: usize = 1000;
    /// The most bytes of records of a page; one record alone may be larger.
    pub const MAX_BYTES: usize = 4 * 1024 * 1024;
}

/// One object of the source, as raw JSON.
#[derive(Debug, Clone)]
pub struct SourceRecord {
    /// The primary key as text; composite keys as a compact JSON array; without a primary key,
    /// the hash of the canonical record.
    pub key: String,
    /// The object.
    pub data: Box<RawValue>,
}

/// What was spent on the provider.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cost {
    /// Requests sent, repeated ones too.
    pub requests: i64,
    /// Bytes of answers, after decompression.
    pub bytes: i64,
}

/// The proof that a source was read to its end.
#[derive(Debug)]
pub struct End {
    /// The states that the last window leaves behind.
    pub states: Vec<ModelState>,
    /// One state stands for all partitions from now on: theirs are given up.
    pub drops_partitions: bool,
    /// Whether the pages, all together, were every record there is.
    pub coverage: Coverage,
    /// What was spent since the last page.
    pub cost: Cost,
    /// What was odd.
    pub warnings: Vec<Warning>,
}

/// How far "not seen" means "gone".
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Coverage {
    /// Only a part was asked for: nothing can be concluded.
    Partial,
    /// Every record passed by.
    Full,
    /// Every record should have passed by, but one may have slipped: an answer was ignored, or
    /// paging by number went on after an interruption. Gone only if another pass says so too.
    Doubtful {
        /// Why, for people.
        reason: String,
    },
}
