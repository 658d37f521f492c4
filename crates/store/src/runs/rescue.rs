//! Syncs whose worker is gone.

use syncline_domain::retry::{Failure, RetryPolicy};
use syncline_domain::{ModelId, Status, Sync, SyncId};

use crate::db::types::Uid;
use crate::error::StoreError;
use crate::sql::Sql;
use crate::transitions::Move;
use crate::tx::Tx;

impl Tx<'_> {
    /// Applies `rescue` to at most `limit` running syncs whose lease has expired; with
    /// `all_running`, to any (a server on SQLite that starts is the only one).
    ///
    /// # Errors
    /// Failures of the database alone.
    pub fn rescue_syncs(
        &mut self,
        policy: &RetryPolicy,
        jitter: f64,
        all_running: bool,
        limit: i64,
    ) -> Result<Vec<Sync>, StoreError> {
        let now = self.now();
        let expired: Vec<(SyncId, ModelId)> = if all_running {
            Sql::new(ALL)
        } else {
            Sql::new(EXPIRED).time(now)
        }
        .big(limit)
        .rows::<(Uid, Uid)>()
        .load(self)?;
        let models: Vec<ModelId> = expired.iter().map(|(_, model)| *model).collect();
        self.lock_models(&models)?;
        let mut rescued = Vec::with_capacity(expired.len());
        for (id, _) in expired {
            let row = self.lock_sync(id)?;
            let facts = row.run_facts()?;
            let sync = row.clone().into_sync()?;
            // Another process may have been here between the question and the lock.
            let is_late = facts
                .lease_expires_at
                .is_some_and(|until| all_running || until <= now);
            if sync.lifecycle.status() == Status::Running && is_late {
                let worker = facts.worker.unwrap_or_default();
                let failure = Failure::LeaseExpired { worker };
                let transition = policy.after_failure(&sync.lifecycle, failure, now, jitter);
                rescued.push(self.move_sync(
                    row,
                    Move {
                        transition: &transition,
                        fence: None,
                    },
                )?);
            }
        }
        Ok(rescued)
    }
}

pub(crate) const EXPIRED: &str = "SELECT s.id, s.model_id FROM syncs s \
    WHERE s.status = 'running' AND s.lease_expires_at <= ? ORDER BY s.lease_expires_at LIMIT ?";

pub(crate) const ALL: &str = "SELECT s.id, s.model_id FROM syncs s \
    WHERE s.status = 'running' ORDER BY s.lease_expires_at LIMIT ?";
