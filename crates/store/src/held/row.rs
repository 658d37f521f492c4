//! Held deletes as they stand in their row.

use chrono::{DateTime, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use roaring::RoaringTreemap;
use syncline_domain::held::HeldStatus;
use syncline_domain::{ConnectionId, HeldDeletesId, ModelId, OrganizationId, SyncId};

use super::{HeldDeletes, HeldReason};
use crate::db::types::{Instant, Uid};
use crate::error::StoreError;
use crate::runs::bitmap;

/// The columns of [`HeldRow`], of a table that is called `h`.
pub(super) const COLUMNS: &str = "h.id, h.organization_id, h.connection_id, h.model_id, h.sync_id, \
    h.created_at, h.modified_at, h.decided_at, h.status, h.reason, h.held, h.live, h.spared, \
    h.released, h.undone";

/// The columns of [`Ordinals`].
pub(super) const ORDINALS: &str =
    "h.id, h.through, h.seen_ordinals, h.among_ordinals, h.spared_ordinals";

#[derive(QueryableByName)]
pub(super) struct HeldRow {
    #[diesel(sql_type = Uid)]
    id: HeldDeletesId,
    #[diesel(sql_type = Uid)]
    organization_id: OrganizationId,
    #[diesel(sql_type = Uid)]
    connection_id: ConnectionId,
    #[diesel(sql_type = Uid)]
    model_id: ModelId,
    #[diesel(sql_type = Uid)]
    sync_id: SyncId,
    #[diesel(sql_type = Instant)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Instant)]
    modified_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Instant>)]
    decided_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Text)]
    status: String,
    #[diesel(sql_type = Text)]
    reason: String,
    #[diesel(sql_type = BigInt)]
    held: i64,
    #[diesel(sql_type = BigInt)]
    live: i64,
    #[diesel(sql_type = BigInt)]
    spared: i64,
    #[diesel(sql_type = BigInt)]
    released: i64,
    #[diesel(sql_type = BigInt)]
    undone: i64,
}

impl HeldRow {
    pub(super) fn into_held(self) -> Result<HeldDeletes, StoreError> {
        let Self {
            id,
            organization_id,
            connection_id,
            model_id,
            sync_id,
            created_at,
            modified_at,
            decided_at,
            status,
            reason,
            held,
            live,
            spared,
            released,
            undone,
        } = self;
        Ok(HeldDeletes {
            id,
            organization_id,
            connection_id,
            model_id,
            sync_id,
            created_at,
            modified_at,
            decided_at,
            status: status
                .parse::<HeldStatus>()
                .map_err(|error| StoreError::Corrupt(error.to_string()))?,
            reason: reason_of(&reason)?,
            held,
            live,
            spared,
            released,
            undone,
        })
    }
}

fn reason_of(text: &str) -> Result<HeldReason, StoreError> {
    [HeldReason::NothingSeen, HeldReason::TooMany]
        .into_iter()
        .find(|reason| reason.as_str() == text)
        .ok_or_else(|| StoreError::Corrupt(format!("`{text}` is no reason to hold deletes")))
}

#[derive(QueryableByName)]
pub(super) struct OrdinalsRow {
    #[diesel(sql_type = Uid)]
    id: HeldDeletesId,
    #[diesel(sql_type = BigInt)]
    through: i64,
    #[diesel(sql_type = Nullable<Binary>)]
    seen_ordinals: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Binary>)]
    among_ordinals: Option<Vec<u8>>,
    #[diesel(sql_type = Nullable<Binary>)]
    spared_ordinals: Option<Vec<u8>>,
}

/// Which records are held.
pub(super) struct Ordinals {
    pub(super) id: HeldDeletesId,
    through: u64,
    seen: RoaringTreemap,
    among: Option<RoaringTreemap>,
    pub(super) spared: RoaringTreemap,
}

impl OrdinalsRow {
    pub(super) fn into_ordinals(self) -> Result<Ordinals, StoreError> {
        let read = |bytes: Option<Vec<u8>>| bytes.as_deref().map(bitmap::from_bytes).transpose();
        Ok(Ordinals {
            id: self.id,
            through: self.through.cast_unsigned(),
            seen: read(self.seen_ordinals)?.unwrap_or_default(),
            among: read(self.among_ordinals)?,
            spared: read(self.spared_ordinals)?.unwrap_or_default(),
        })
    }
}

impl Ordinals {
    /// Whether the record of this ordinal is held, if it is live.
    pub(super) fn holds(&self, ordinal: u64) -> bool {
        ordinal <= self.through
            && !self.seen.contains(ordinal)
            && !self.spared.contains(ordinal)
            && self
                .among
                .as_ref()
                .is_none_or(|among| among.contains(ordinal))
    }
}
