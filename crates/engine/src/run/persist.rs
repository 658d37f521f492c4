//! Writing through outages of the database.

use std::sync::Arc;

use syncline_domain::Status;
use syncline_domain::attempt::Counters;
use syncline_domain::state::{Fingerprint, Position, Progress};
use syncline_domain::transition::TransitionError;
use syncline_store::bug::{self, Bug};
use syncline_store::error::StoreError;
use syncline_store::runs::{PageWrite, Run};
use syncline_store::store::Lane;
use syncline_store::tx::Tx;
use tokio::time::Instant;

use super::SyncRun;
use super::interrupt::Interrupt;
use crate::backoff::Backoff;

/// Where a sync stands, to be compared.
pub(super) type Mark = (Fingerprint, Progress);

/// What became of a write that may have been tried before.
pub(super) enum Tried<T> {
    /// It was written now.
    Landed(T),
    /// An earlier try had its effect, and left the sync in this status.
    LandedBefore(Status),
}

/// The mark of a position.
pub(super) fn mark(position: &Position) -> Mark {
    (position.fingerprint.clone(), position.progress)
}

impl SyncRun {
    /// Writes something that may be written twice, waiting while the database is away.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        lane: Lane,
        work: impl Fn(&mut Tx<'_>) -> Result<T, StoreError> + Clone + Send + 'static,
    ) -> Result<T, Interrupt> {
        let mut backoff = self.backoff();
        loop {
            match self.worker.store().write(lane, work.clone()).await {
                Err(error @ StoreError::Unavailable { .. }) => {
                    self.wait(&error, &mut backoff).await?
                }
                done => return Ok(done?),
            }
        }
    }

    /// Ends the attempt.
    pub(super) async fn end(
        &self,
        expected: fn(Status) -> bool,
        work: impl Fn(&mut Tx<'_>) -> Result<syncline_domain::Sync, StoreError> + Clone + Send + 'static,
    ) -> Result<Status, Interrupt> {
        match self.try_to_end(Lane::Control, expected, work).await? {
            Tried::Landed(sync) => {
                self.log(&sync);
                Ok(sync.lifecycle.status())
            }
            Tried::LandedBefore(status) => Ok(status),
        }
    }

    /// Writes what may end the attempt. When the first try was lost on the way but had its effect,
    /// the fence refuses the second, and tells by the status that the first one did it.
    pub(super) async fn try_to_end<T: Send + 'static>(
        &self,
        lane: Lane,
        expected: fn(Status) -> bool,
        work: impl Fn(&mut Tx<'_>) -> Result<T, StoreError> + Clone + Send + 'static,
    ) -> Result<Tried<T>, Interrupt> {
        let mut backoff = self.backoff();
        let mut is_in_doubt = false;
        loop {
            match self.worker.store().write(lane, work.clone()).await {
                Ok(done) => return Ok(Tried::Landed(done)),
                Err(StoreError::Transition(TransitionError::Fenced {
                    held,
                    current,
                    status,
                })) if is_in_doubt && held == current && expected(status) => {
                    return Ok(Tried::LandedBefore(status));
                }
                Err(error @ StoreError::Unavailable { .. }) => {
                    is_in_doubt = true;
                    self.wait(&error, &mut backoff).await?;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Commits a page, once. After a failure whose outcome is unknown the stored position says
    /// whether it landed. `before` is where the sync stood.
    pub(super) async fn commit(
        &self,
        page: PageWrite,
        before: Option<&Mark>,
    ) -> Result<Counters, Interrupt> {
        if bug::is_on(Bug::StateBeforePage) || bug::is_on(Bug::PositionBeforePage) {
            self.commit_ahead(&page).await?;
        }
        let (fence, lease) = (self.fence(), self.worker.options().lease_delta());
        let reached = mark(&page.position);
        let page = Arc::new(page);
        let mut backoff = self.backoff();
        loop {
            let asked = Instant::now();
            let same = Arc::clone(&page);
            let commit = self
                .worker
                .store()
                .write(Lane::Bulk, move |tx| tx.commit_page(fence, lease, &same));
            match self.place.control().unless_lost(commit).await? {
                Ok(counted) => {
                    self.place.control().renewed(asked);
                    return Ok(counted);
                }
                Err(error @ StoreError::Unavailable { .. }) => {
                    self.wait(&error, &mut backoff).await?
                }
                Err(error) => return Err(error.into()),
            }
            // A page that brings the sync no further can be committed twice: its records are
            // there already, the same.
            if before != Some(&reached)
                && !bug::is_on(Bug::CommitSentAgain)
                && self.read_run().await?.position.as_ref().map(mark).as_ref() == Some(&reached)
            {
                return Ok(Counters::default());
            }
        }
    }

    /// Commits the states of a page, or its position, in a transaction of their own.
    async fn commit_ahead(&self, page: &PageWrite) -> Result<(), Interrupt> {
        let (position, states) = if bug::is_on(Bug::PositionBeforePage) {
            (Some(page.position.clone()), Vec::new())
        } else if page.states.is_empty() {
            return Ok(());
        } else {
            (self.read_run().await?.position, page.states.clone())
        };
        let Some(position) = position else {
            return Ok(());
        };
        let ahead = Arc::new(PageWrite {
            records: Vec::new(),
            position,
            states,
            requests: 0,
            bytes: 0,
            warnings: Vec::new(),
        });
        let (fence, lease) = (self.fence(), self.worker.options().lease_delta());
        self.write(Lane::Bulk, move |tx| tx.commit_page(fence, lease, &ahead))
            .await?;
        Ok(())
    }

    /// What is known of the sync, waiting while the database is away. The wait ends when the lease is
    /// lost.
    pub(super) async fn read_run(&self) -> Result<Run, Interrupt> {
        let mut backoff = self.backoff();
        loop {
            match self.worker.store().read_run(self.fence()).await {
                Err(error @ StoreError::Unavailable { .. }) => {
                    self.wait(&error, &mut backoff).await?
                }
                done => return Ok(done?),
            }
        }
    }

    pub(super) fn backoff(&self) -> Backoff {
        Backoff::new(self.worker.options().jitter)
    }

    pub(super) async fn wait(
        &self,
        error: &StoreError,
        backoff: &mut Backoff,
    ) -> Result<(), Interrupt> {
        let fence = self.fence();
        tracing::warn!(sync = %fence.sync_id, attempt = fence.attempt, %error, "waits for the database");
        let pause = tokio::time::sleep(backoff.next());
        Ok(self.place.control().unless_lost(pause).await?)
    }
}
