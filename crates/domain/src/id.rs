//! Typed identifiers: UUIDv7 inside, [TypeID](https://github.com/jetify-com/typeid) text outside.
//!
//! An id prints as `prefix_suffix`, the suffix being the 128 bits of its UUID in 26 characters
//! of lower-case Crockford base 32, so that ids sort by the time of their making, as text too.
//! This crate has no randomness and no clock: [`from_parts`](SyncId::from_parts) takes both.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

mod typeid;

/// Why a text is not an id of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an id of the form `{prefix}_` and 26 characters of base 32")]
pub struct IdError {
    /// The text as it was given.
    pub text: String,
    /// The prefix that was expected.
    pub prefix: &'static str,
}

macro_rules! typed_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Uuid);

        impl $name {
            /// What stands before the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// A new id from the time of its making and ten random bytes (a UUIDv7, RFC 9562).
            /// A time before 1970 counts as 1970.
            pub fn from_parts(at: DateTime<Utc>, entropy: [u8; 10]) -> Self {
                Self(typeid::uuid_v7(at, entropy))
            }

            /// The id that wraps this UUID, as read from a database.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The UUID inside.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}_{}", Self::PREFIX, typeid::encode(self.0))
            }
        }

        impl std::str::FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                text.strip_prefix(concat!($prefix, "_"))
                    .and_then(typeid::decode)
                    .map(Self)
                    .ok_or_else(|| IdError { text: text.to_owned(), prefix: $prefix })
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.to_string()
            }
        }
    };
}

typed_id!(/// A tenant.
    OrganizationId, "org");
typed_id!(/// An API token.
    TokenId, "tok");
typed_id!(/// One organization's account at a provider.
    ConnectionId, "conn");
typed_id!(/// One kind of object of a connection.
    ModelId, "model");
typed_id!(/// One execution for one model.
    SyncId, "sync");
typed_id!(/// One landed object of a model.
    RecordId, "rec");
typed_id!(/// One uploaded file.
    FileId, "file");

typed_id!(/// One change in the audit trail.
    AuditEventId, "audit");
typed_id!(/// One change of a sync's status.
    EventId, "event");
typed_id!(/// Deletes of one full pass that are held.
    HeldDeletesId, "held");

/// One request for syncs. On the wire it is a bare UUID, as the contract says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BatchId(Uuid);

impl BatchId {
    /// A new id from the time of its making and ten random bytes.
    pub fn from_parts(at: DateTime<Utc>, entropy: [u8; 10]) -> Self {
        Self(typeid::uuid_v7(at, entropy))
    }

    /// The id that wraps this UUID.
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self(uuid)
    }

    /// The UUID inside.
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

impl std::fmt::Display for BatchId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// Why a text is not the id of a batch.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a UUID in the form 01890a5d-ac96-774b-bcce-b302099a8057")]
pub struct BatchIdError(pub String);

/// With hyphens, letters of either case; none of the other spellings of a UUID.
impl std::str::FromStr for BatchId {
    type Err = BatchIdError;

    fn from_str(text: &str) -> Result<Self, BatchIdError> {
        const LENGTH: usize = uuid::fmt::Hyphenated::LENGTH;
        let uuid = Uuid::try_parse(text).ok();
        uuid.filter(|_| text.len() == LENGTH)
            .map(Self)
            .ok_or_else(|| BatchIdError(text.to_owned()))
    }
}

/// How many runs of a sync have begun; the fencing token of every write of a run.
pub type AttemptNumber = i32;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn text_follows_the_typeid_specification() {
        // The valid vectors of the TypeID specification.
        for (uuid, suffix) in [
            (
                "00000000-0000-0000-0000-000000000000",
                "00000000000000000000000000",
            ),
            (
                "00000000-0000-0000-0000-00000000000a",
                "0000000000000000000000000a",
            ),
            (
                "01890a5d-ac96-774b-bcce-b302099a8057",
                "01h455vb4pex5vsknk084sn02q",
            ),
            (
                "ffffffff-ffff-ffff-ffff-ffffffffffff",
                "7zzzzzzzzzzzzzzzzzzzzzzzzz",
            ),
        ] {
            let id = SyncId::from_uuid(uuid.parse().unwrap());
            assert_eq!(id.to_string(), format!("sync_{suffix}"));
            assert_eq!(id.to_string().parse::<SyncId>().unwrap(), id);
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "sync_",
            "sync",
            "conn_01h455vb4pex5vsknk084sn02q",
            "sync_01H455VB4PEX5VSKNK084SN02Q",
            "sync_01h455vb4pex5vsknk084sn02",
            "sync_01h455vb4pex5vsknk084sn02qq",
            "sync_81h455vb4pex5vsknk084sn02q",
            "sync_01h455vb4pex5vsknk084sn02u",
            "sync_01h455vb4pex5vsknk084sn0é",
            "01890a5d-ac96-774b-bcce-b302099a8057",
        ] {
            assert!(text.parse::<SyncId>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn text_and_uuid_go_both_ways_and_sort_alike(a in any::<u128>(), b in any::<u128>()) {
            let (a, b) = (SyncId::from_uuid(Uuid::from_u128(a)), SyncId::from_uuid(Uuid::from_u128(b)));
            prop_assert_eq!(a.to_string().parse::<SyncId>().unwrap(), a);
            prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
        }

        #[test]
        fn a_later_id_sorts_after(millis in 0i64..4_102_444_800_000, entropy in any::<[u8; 10]>()) {
            let at = DateTime::from_timestamp_millis(millis).unwrap();
            let later = at + chrono::Duration::milliseconds(1);
            let (a, b) = (SyncId::from_parts(at, [255; 10]), SyncId::from_parts(later, entropy));
            prop_assert!(a < b);
            prop_assert_eq!(a.uuid().get_version_num(), 7);
        }

        #[test]
        fn reading_never_panics(text in ".*") {
            let _ = text.parse::<SyncId>();
            let _ = format!("sync_{text}").parse::<SyncId>();
        }
    }
}
