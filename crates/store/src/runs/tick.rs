//! Schedules that are due become syncs.

use chrono::{DateTime, Utc};
use diesel::sql_types::Bool;
use syncline_domain::scope::Scope;
use syncline_domain::{ConnectionId, ModelId, OrganizationId};

use crate::db::types::Uid;
use crate::error::StoreError;
use crate::sql::Sql;
use crate::syncs::Asked;
use crate::tx::Tx;

/// A model whose schedule is due.
type Due = (ModelId, OrganizationId, ConnectionId, bool);

impl Tx<'_> {
    /// Makes syncs (or joins the twin that waits) for at most `limit` models whose schedule is
    /// due, and sets their next tick. Disabled models and connections wait.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub fn create_scheduled_syncs(&mut self, limit: i64) -> Result<usize, StoreError> {
        let due = self.lock_due_models(limit)?;
        let scope = Scope::plain();
        for (model_id, organization_id, connection_id, is_synced) in &due {
            let live = self.list_live_of_model(*model_id)?;
            let asked = Asked {
                organization_id: *organization_id,
                connection_id: *connection_id,
                batch_id: None,
                scope: &scope,
                may_run: true,
            };
            let member = self.join_or_insert(&asked, *model_id, *is_synced, live)?;
            if member.is_joined {
                Sql::new("UPDATE syncs SET is_held_by_schedule = ? WHERE id = ?")
                    .flag(true)
                    .id(member.sync.id.uuid())
                    .run(self)?;
            }
            let next = self.next_tick(*organization_id, *model_id)?;
            Sql::new("UPDATE models SET next_sync_at = ? WHERE id = ?")
                .opt_time(next)
                .id(model_id.uuid())
                .run(self)?;
        }
        Ok(due.len())
    }

    /// Several processes may do so at once: each takes what no other has locked.
    fn lock_due_models(&mut self, limit: i64) -> Result<Vec<Due>, StoreError> {
        let now = self.now();
        let lock = if self.is_postgres() {
            "FOR NO KEY UPDATE OF m SKIP LOCKED FOR SHARE OF c SKIP LOCKED"
        } else {
            ""
        };
        Sql::new(format!("{DUE_MODELS} {lock}"))
            .time(now)
            .big(limit)
            .rows::<(Uid, Uid, Uid, Bool)>()
            .load(self)
    }

    /// Ticks that were missed are not made up for.
    fn next_tick(
        &mut self,
        organization_id: OrganizationId,
        id: ModelId,
    ) -> Result<Option<DateTime<Utc>>, StoreError> {
        let now = self.now();
        let Some(view) = self.find_model(organization_id, id)? else {
            return Ok(None);
        };
        let anchor = view.model.schedule_anchor.unwrap_or(now);
        Ok(view
            .model
            .schedule
            .and_then(|schedule| schedule.next_after(anchor, now)))
    }
}

pub(crate) const DUE_MODELS: &str = "SELECT m.id, m.organization_id, m.connection_id, m.is_synced \
    FROM models m JOIN connections c ON c.id = m.connection_id \
    WHERE m.next_sync_at IS NOT NULL AND m.next_sync_at <= ? \
    AND m.is_read_enabled AND m.unsupported_reason IS NULL \
    AND NOT c.is_sync_disabled AND c.deleted_at IS NULL ORDER BY m.next_sync_at LIMIT ?";
