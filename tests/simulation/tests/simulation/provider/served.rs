//! What was served: the truth that the store is held to.

use syncline_domain::SyncId;
use syncline_domain::state::{ModelState, Progress};

/// One page, as it was given to one attempt.
#[derive(Debug, Clone)]
pub struct PageServed {
    pub sync: SyncId,
    pub attempt: i32,
    /// The page before it, in this attempt or in the one that it went on from.
    pub before: Option<u64>,
    /// It began anew though the sync had a position: another configuration.
    pub is_anew: bool,
    pub records: Vec<(String, String)>,
    pub states: Vec<ModelState>,
    pub progress: Progress,
    /// It brings the sync no further than the page before: the same, or a window that began again.
    pub is_repeated: bool,
}

/// A proven end, as it was given to one attempt.
#[derive(Debug, Clone)]
pub struct EndServed {
    pub sync: SyncId,
    /// The last page before it.
    pub before: Option<u64>,
    pub states: Vec<ModelState>,
    pub says: Says,
}

/// What the source says of records that did not pass by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Says {
    Nothing,
    AllPassed,
    MayHaveSlipped,
}
