//! From the proven end to `complete`.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use syncline_domain::Status;
use syncline_domain::health::Health;
use syncline_store::bug::{self, Bug};
use syncline_store::error::StoreError;
use syncline_store::runs::{Ending, PageWrite, ProvenEnd};
use syncline_store::store::Lane;
use syncline_store::tx::Tx;
use tokio::time::Instant;

use super::interrupt::Interrupt;
use super::persist::Tried;
use super::{Account, Ended, Stage, Step, SyncRun};

/// Good news of a connection are written no more often than this.
const HEALTH_INTERVAL: TimeDelta = TimeDelta::minutes(1);

impl SyncRun {
    /// Keeps the proof of the end, with the page that is `held`; completes when nothing is to be
    /// swept. The good news of the connection commit with it.
    pub(super) async fn prove(
        &self,
        held: Option<PageWrite>,
        end: ProvenEnd,
        account: Account,
    ) -> Result<(Step, Stage), Interrupt> {
        let (fence, lease) = (self.fence(), self.worker.options().lease_delta());
        let guard = self.worker.options().delete_guard;
        let known = account.clone();
        let what = Arc::new((held, end));
        let prove = move |tx: &mut Tx<'_>| {
            known.tell(tx)?;
            let (held, end) = &*what;
            tx.end_run(fence, held.as_ref().map(|page| (page, lease)), end, guard)
        };
        let ended = self.try_to_end(Lane::Bulk, |status| status == Status::Complete, prove);
        Ok(match ended.await? {
            Tried::Landed(Ending::Complete(sync)) => {
                self.log(&sync);
                over(sync.lifecycle.status())
            }
            Tried::LandedBefore(status) => over(status),
            Tried::Landed(Ending::Sweep) if bug::is_on(Bug::SweepLeftOut) => {
                (Step::EndProven, Stage::Complete(account))
            }
            Tried::Landed(Ending::Sweep) => (Step::EndProven, Stage::Sweep(account)),
        })
    }

    /// Turns one batch of unseen records into tombstones.
    pub(super) async fn sweep(&self, account: Account) -> Result<(Step, Stage), Interrupt> {
        let (fence, lease) = (self.fence(), self.worker.options().lease_delta());
        let batch = self.worker.options().sweep_batch;
        let asked = Instant::now();
        let sweep = self.write(Lane::Bulk, move |tx| tx.sweep_unseen(fence, lease, batch));
        let swept = self.place.control().unless_lost(sweep).await??;
        self.place.control().renewed(asked);
        let next = if swept.is_done {
            Stage::Complete(account)
        } else {
            Stage::Sweep(account)
        };
        Ok((
            Step::Swept {
                deleted: swept.deleted,
            },
            next,
        ))
    }

    /// Everything is there. The good news of the connection commit with it: who sees the sync
    /// complete sees them too.
    pub(super) async fn complete(&self, account: &Account) -> Result<Ended, Interrupt> {
        let (fence, known) = (self.fence(), account.clone());
        let is_complete = |status| status == Status::Complete;
        let status = self
            .end(is_complete, move |tx| {
                known.tell(tx)?;
                tx.complete_sync(fence)
            })
            .await?;
        Ok(Ended::Became(status))
    }
}

impl Account {
    /// Writes the good news, before anything of the sync: connections are locked first, as when one
    /// is deleted.
    fn tell(&self, tx: &mut Tx<'_>) -> Result<(), StoreError> {
        let now = tx.now();
        if is_old_news(&self.connection.health, now) {
            return Ok(());
        }
        let health = Health {
            healthy: Some(true),
            timestamp: Some(now),
            ..Health::default()
        };
        tx.update_connection_health(self.connection.id, &health)
    }
}

fn over(status: Status) -> (Step, Stage) {
    let ended = Ended::Became(status);
    (Step::Ended(ended), Stage::Over(ended))
}

/// Whether it is known already, and not long ago, that a connection is well.
fn is_old_news(known: &Health, now: DateTime<Utc>) -> bool {
    known.healthy == Some(true)
        && !known.authentication_required
        && known.timestamp.is_some_and(|at| now - at < HEALTH_INTERVAL)
}
