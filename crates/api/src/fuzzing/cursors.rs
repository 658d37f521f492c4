//! Cursors: sealed for one list of one organization.

use syncline_domain::{ConnectionId, ModelId, OrganizationId, SyncId};
use uuid::Uuid;

use super::Reader;
use crate::cursor::{self, Binding, CursorKey};
use crate::problem::{ErrorCode, Problem};

/// Every kind of place that a cursor keeps.
pub const CURSORS: &[Reader<str>] = &[
    Reader {
        name: "connection",
        read: read::<ConnectionId>,
    },
    Reader {
        name: "model",
        read: read::<ModelId>,
    },
    Reader {
        name: "sync",
        read: read::<SyncId>,
    },
    Reader {
        name: "attempt",
        read: read::<i32>,
    },
    Reader {
        name: "record",
        read: read::<i64>,
    },
    Reader {
        name: "provider",
        read: read::<String>,
    },
];

/// Reads a cursor of a list that has none yet: only a forged one would be taken.
///
/// # Errors
/// The code that the request would be answered with.
pub fn read_cursor(kind: &Reader<str>, text: &str) -> Result<(), ErrorCode> {
    kind.run(text)
}

/// Seals the text's bytes as a place too, which must then read back as the same.
fn read<K: CursorKey>(text: &str) -> Result<(), Problem> {
    let organization = OrganizationId::from_uuid(Uuid::from_u128(1));
    let binding = Binding::new(organization, "/v2/integrations/syncs", [].into_iter());
    if let Some(key) = K::from_bytes(text.as_bytes()) {
        let given = cursor::encode(&binding, &key);
        let again: K = cursor::decode(&binding, &given)?;
        if again.to_bytes() != text.as_bytes() {
            return Err(Problem::internal(
                "a cursor does not read back as it was given",
            ));
        }
    }
    cursor::decode::<K>(&binding, text).map(drop)
}
