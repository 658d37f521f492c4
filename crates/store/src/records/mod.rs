//! Landed records, and the feed of their changes.

pub(crate) mod canonical;
mod find;
pub(crate) mod key;
mod list;
mod row;

use chrono::{DateTime, Utc};
use serde_json::value::RawValue;
use syncline_domain::{RecordId, SyncId};

/// One landed object.
#[derive(Debug, Clone)]
pub struct Record {
    /// Its id, the same for as long as its key exists.
    pub id: RecordId,
    /// Its key at the source.
    pub key: String,
    /// As the source gave it.
    pub data: Box<RawValue>,
    /// When it first landed.
    pub created_at: DateTime<Utc>,
    /// When it last changed, if it did.
    pub modified_at: Option<DateTime<Utc>>,
    /// When it was found gone, if it is.
    pub deleted_at: Option<DateTime<Utc>>,
    /// The sync that wrote it last.
    pub sync_id: SyncId,
    /// Its place in the feed.
    pub number: i64,
}

/// A reader's place in a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedPlace {
    /// The number of the last row that was looked at.
    pub number: i64,
    /// The last number there was when this reader began from the start. A record that was deleted
    /// before it never saw, so that it does not miss that deletion.
    pub begun_at: i64,
}

impl FeedPlace {
    /// The place of a reader that knows all up to this number.
    pub const fn at(number: i64) -> Self {
        Self {
            number,
            begun_at: number,
        }
    }

    /// Whether all deletions behind this place are kept that its reader can miss.
    fn is_kept(self, purged_through: i64) -> bool {
        self.number.max(self.begun_at) >= purged_through
    }
}

/// Some of the feed.
#[derive(Debug, Clone)]
pub struct FeedPage {
    /// In the order of change.
    pub records: Vec<Record>,
    /// Where to go on, also when nothing came: the place of the last row that was looked at.
    pub cursor: FeedPlace,
    /// More rows are there already.
    pub has_more: bool,
}
