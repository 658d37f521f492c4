//! Schedules that are due become syncs.

use chrono::{DateTime, Duration, Utc};
use diesel::sql_types::Bool;
use syncline_domain::schedule::Timetable;
use syncline_domain::scope::Scope;
use syncline_domain::{ConnectionId, ModelId, OrganizationId};

use crate::bug::{self, Bug};
use crate::db::types::{Instant, Uid};
use crate::error::StoreError;
use crate::sql::Sql;
use crate::syncs::Asked;
use crate::tx::Tx;

/// A model whose schedule is due, whether it was synced before, and since when.
type Due = (ModelId, OrganizationId, ConnectionId, bool, DateTime<Utc>);

impl Tx<'_> {
    /// Makes syncs (or joins the twin that waits) for at most `limit` models whose schedule is
    /// due, and sets their next tick. Disabled models and connections wait.
    ///
    /// A tick that nobody saw to for more than a minute was missed, as after a downtime: its model
    /// gets a new time, soon, which stands for all that it missed, so that what was missed by many
    /// does not come all at once. Counts these too.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub fn create_scheduled_syncs(&mut self, limit: i64) -> Result<usize, StoreError> {
        let (due, now) = (self.lock_due_models(limit)?, self.now());
        let in_time = now - Duration::seconds(Timetable::LATE_SECONDS);
        for (model_id, organization_id, connection_id, is_synced, due_at) in &due {
            let timetable = self.find_timetable(*model_id)?;
            let is_missed = *due_at < in_time && !bug::is_on(Bug::CatchUpAtOnce);
            let next = match timetable {
                Some((table, anchor)) if bug::is_on(Bug::TickPerMissedTick) => {
                    self.create_scheduled_sync(
                        *organization_id,
                        *connection_id,
                        *model_id,
                        *is_synced,
                    )?;
                    table.next_after(*model_id, anchor, *due_at)
                }
                Some((table, anchor)) if is_missed && bug::is_on(Bug::MissedTickForgotten) => {
                    table.next_after(*model_id, anchor, now)
                }
                Some((table, anchor)) if is_missed => {
                    Some(table.catch_up_after(*model_id, anchor, now))
                }
                Some((table, anchor)) => {
                    self.create_scheduled_sync(
                        *organization_id,
                        *connection_id,
                        *model_id,
                        *is_synced,
                    )?;
                    table.next_after(*model_id, anchor, now)
                }
                None => None,
            };
            self.set_next_tick(*model_id, next)?;
        }
        Ok(due.len())
    }

    fn create_scheduled_sync(
        &mut self,
        organization_id: OrganizationId,
        connection_id: ConnectionId,
        model_id: ModelId,
        is_synced: bool,
    ) -> Result<(), StoreError> {
        let live = self.list_live_of_model(model_id)?;
        let asked = Asked {
            organization_id,
            connection_id,
            batch_id: None,
            scope: &Scope::plain(),
            may_run: true,
        };
        let member = self.join_or_insert(&asked, model_id, is_synced, live)?;
        if member.is_joined {
            Sql::new("UPDATE syncs SET is_held_by_schedule = ? WHERE id = ?")
                .flag(true)
                .id(member.sync.id.uuid())
                .run(self)?;
        }
        Ok(())
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
            .rows::<(Uid, Uid, Uid, Bool, Instant)>()
            .load(self)
    }
}

pub(crate) const DUE_MODELS: &str = "SELECT m.id, m.organization_id, m.connection_id, \
    m.is_synced, m.next_sync_at \
    FROM models m JOIN connections c ON c.id = m.connection_id \
    WHERE m.next_sync_at IS NOT NULL AND m.next_sync_at <= ? \
    AND m.is_read_enabled AND m.unsupported_reason IS NULL \
    AND NOT c.is_sync_disabled AND c.deleted_at IS NULL ORDER BY m.next_sync_at LIMIT ?";
