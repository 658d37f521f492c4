//! Somebody decides.

use syncline_domain::held::{HeldDecision, HeldStatus};
use syncline_domain::{HeldDeletesId, OrganizationId};

use super::HeldDeletes;
use crate::error::StoreError;
use crate::sql::Sql;
use crate::tx::Tx;

impl Tx<'_> {
    /// Decides about held deletes; deciding the same again changes nothing. What follows from it is
    /// done in batches, by [`work_off_held_deletes`](Tx::work_off_held_deletes).
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Conflict`] when it comes too late, or too early.
    pub fn decide_held_deletes(
        &mut self,
        organization_id: OrganizationId,
        id: HeldDeletesId,
        decision: HeldDecision,
    ) -> Result<HeldDeletes, StoreError> {
        if self.is_postgres() {
            Sql::new("SELECT 1 FROM held_deletes WHERE id = ? FOR NO KEY UPDATE")
                .id(id.uuid())
                .run(self)?;
        }
        let mut held = self
            .find_held_deletes(organization_id, id)?
            .ok_or_else(|| super::not_found(id))?;
        let next = held
            .status
            .decide(decision)
            .map_err(|error| StoreError::Conflict(error.to_string()))?;
        let Some(next) = next else {
            return Ok(held);
        };
        let now = self.now();
        // A release that is undone deletes no more; where it stopped, the undoing stops too.
        let forget = if matches!(next, HeldStatus::Releasing) {
            ""
        } else {
            ", seen_ordinals = NULL, among_ordinals = NULL, spared_ordinals = NULL"
        };
        Sql::new(format!(
            "UPDATE held_deletes SET status = ?, decided_at = ?, modified_at = ? {forget} \
             WHERE id = ?"
        ))
        .text(next.as_str())
        .time(now)
        .time(now)
        .id(id.uuid())
        .run(self)?;
        held.status = next;
        held.decided_at = Some(now);
        held.modified_at = now;
        Ok(held)
    }
}
