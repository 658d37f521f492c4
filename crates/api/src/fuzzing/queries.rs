//! Queries: from the text behind `?` to what a handler works with.

use super::Reader;
use crate::connections::ConnectionSyncsParams;
use crate::events::EventListParams;
use crate::held_deletes::HeldListParams;
use crate::input::{FromQuery, NoQuery, Paged, Query};
use crate::problem::{ErrorCode, Problem};
use crate::records::RecordListParams;
use crate::syncs::SyncListParams;
use crate::wait::WaitParams;

/// Every kind of query that an operation takes.
pub const QUERIES: &[Reader<str>] = &[
    Reader {
        name: "none",
        read: read::<NoQuery>,
    },
    Reader {
        name: "list",
        read: read::<Paged<NoQuery>>,
    },
    Reader {
        name: "syncs",
        read: read::<Paged<SyncListParams>>,
    },
    Reader {
        name: "syncs of a connection",
        read: read::<Paged<ConnectionSyncsParams>>,
    },
    Reader {
        name: "records",
        read: read::<Paged<RecordListParams>>,
    },
    Reader {
        name: "events",
        read: read::<Paged<EventListParams>>,
    },
    Reader {
        name: "held deletes",
        read: read::<Paged<HeldListParams>>,
    },
    Reader {
        name: "wait",
        read: read::<WaitParams>,
    },
];

/// Reads a query.
///
/// # Errors
/// The code that the request would be answered with.
pub fn read_query(kind: &Reader<str>, text: &str) -> Result<(), ErrorCode> {
    kind.run(text)
}

fn read<Q: FromQuery>(text: &str) -> Result<(), Problem> {
    Query::parse::<Q>(text).map(drop)
}
