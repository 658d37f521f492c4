//! A full pass comes to its end: what it proves takes the place of what an older one held.

use roaring::RoaringTreemap;
use syncline_domain::held::HeldStatus;
use syncline_domain::{HeldDeletesId, ModelId, Sync};

use super::HeldReason;
use crate::error::StoreError;
use crate::runs::bitmap;
use crate::sql::Sql;
use crate::tx::Tx;

/// What a pass does not delete.
pub(crate) struct NewHold {
    pub(crate) reason: HeldReason,
    /// So many records.
    pub(crate) held: i64,
    /// Of so many.
    pub(crate) live: i64,
    /// Of these alone, if it is set: those that were missed twice.
    pub(crate) among: Option<RoaringTreemap>,
}

impl Tx<'_> {
    /// What nobody has decided yet needs no decision any more. A release under way goes on.
    pub(crate) fn supersede_held_deletes(&mut self, model_id: ModelId) -> Result<(), StoreError> {
        let now = self.now();
        Sql::new(
            "UPDATE held_deletes SET status = ?, decided_at = ?, modified_at = ?, \
             seen_ordinals = NULL, among_ordinals = NULL, spared_ordinals = NULL \
             WHERE model_id = ? AND status = 'held'",
        )
        .text(HeldStatus::Superseded.as_str())
        .time(now)
        .time(now)
        .id(model_id.uuid())
        .run(self)?;
        Ok(())
    }

    /// Holds what the pass has not seen, of what is there now. No page of the model commits
    /// meanwhile: the sync that has its turn is locked.
    pub(crate) fn insert_held_deletes(
        &mut self,
        sync: &Sync,
        hold: &NewHold,
        seen: &RoaringTreemap,
    ) -> Result<HeldDeletesId, StoreError> {
        let now = self.now();
        let id = HeldDeletesId::from_parts(now, self.entropy());
        let among = hold.among.as_ref().map(bitmap::to_bytes).transpose()?;
        Sql::new(
            "INSERT INTO held_deletes (id, organization_id, connection_id, model_id, sync_id, \
             created_at, modified_at, status, reason, held, live, through, seen_ordinals, \
             among_ordinals) SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, f.last_number, ?, ? \
             FROM model_feeds f WHERE f.model_id = ?",
        )
        .id(id.uuid())
        .id(sync.organization_id.uuid())
        .id(sync.connection_id.uuid())
        .id(sync.model_id.uuid())
        .id(sync.id.uuid())
        .time(now)
        .time(now)
        .text(HeldStatus::Held.as_str())
        .text(hold.reason.as_str())
        .big(hold.held)
        .big(hold.live)
        .blob(bitmap::to_bytes(seen)?)
        .opt_blob(among)
        .id(sync.model_id.uuid())
        .run(self)?;
        Ok(id)
    }
}
