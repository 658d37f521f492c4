//! One sync, run by this worker from its claim to the end of the attempt.

use std::panic::AssertUnwindSafe;

use futures::FutureExt;
use syncline_domain::attempt::Counters;
use syncline_domain::{Status, Sync};
use syncline_store::runs::Fence;

use crate::pool::Place;
use crate::worker::Worker;
use interrupt::Interrupt;
use reading::Reading;

mod begin;
mod finish;
mod give_up;
mod interrupt;
mod persist;
mod prefetch;
mod reading;

/// A claimed sync. It moves by [`step`](SyncRun::step) alone, a page at a time. Dropping it is
/// what a crash does: it writes nothing more, and its lease runs out.
#[derive(Debug)]
pub struct SyncRun {
    worker: Worker,
    place: Place,
    stage: Stage,
}

/// What is to be done next.
#[derive(Debug)]
enum Stage {
    /// Find out what to read, and settle it at the first start.
    Begin,
    /// Commit the next page, or the proof of the end.
    Read(Box<Reading>),
    /// Turn unseen records into tombstones, a batch at a time.
    Sweep(Account),
    /// Everything is there: say so.
    Complete(Account),
    /// Nothing: the attempt is over.
    Over(Ended),
}

/// Whose account is read, for its health.
#[derive(Debug, Clone)]
struct Account {
    connection: syncline_domain::connection::Connection,
}

/// What one step did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// It is known what to read.
    Began,
    /// A page is committed.
    Page(Counters),
    /// The end is proven, and the proof is kept.
    EndProven,
    /// Some records were found gone.
    Swept {
        /// How many.
        deleted: i64,
    },
    /// The attempt is over.
    Ended(Ended),
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// This run gave the sync its new status.
    Became(Status),
    /// Somebody else did, or will: it was cancelled, rescued or taken over. Nothing was written.
    Lost,
}

impl SyncRun {
    pub(crate) fn claimed(worker: Worker, place: Place) -> Self {
        let fence = place.control().fence();
        tracing::info!(sync = %fence.sync_id, attempt = fence.attempt, "claimed");
        Self {
            worker,
            place,
            stage: Stage::Begin,
        }
    }

    /// Which attempt it is.
    pub fn fence(&self) -> Fence {
        self.place.control().fence()
    }

    /// Does the next thing: begins, commits one page, sweeps one batch, or ends the attempt.
    /// Whatever goes wrong ends it as the state machine says; a panic of the connector too.
    pub async fn step(&mut self) -> Step {
        let stage = std::mem::replace(&mut self.stage, Stage::Over(Ended::Lost));
        if let Stage::Over(ended) = stage {
            self.stage = Stage::Over(ended);
            return Step::Ended(ended);
        }
        let step = match AssertUnwindSafe(self.advance(stage)).catch_unwind().await {
            Ok(Ok(step)) => step,
            Ok(Err(interrupt)) => Step::Ended(self.give_up(interrupt).await),
            Err(panic) => Step::Ended(self.give_up(Interrupt::panic(&*panic)).await),
        };
        if let Step::Ended(ended) = step {
            self.stage = Stage::Over(ended);
        }
        step
    }

    /// Steps to the end of the attempt.
    pub async fn finish(mut self) -> Ended {
        loop {
            if let Step::Ended(ended) = self.step().await {
                return ended;
            }
        }
    }

    /// Asks it to give the sync back at the next page boundary.
    pub fn release(&self) {
        self.place.control().release();
    }

    async fn advance(&mut self, stage: Stage) -> Result<Step, Interrupt> {
        self.place.control().check()?;
        let (step, next) = match stage {
            Stage::Begin => (Step::Began, self.begin().await?),
            Stage::Read(reading) => self.read(reading).await?,
            Stage::Sweep(account) => self.sweep(account).await?,
            Stage::Complete(account) => {
                let ended = self.complete(&account).await?;
                (Step::Ended(ended), Stage::Over(ended))
            }
            Stage::Over(ended) => (Step::Ended(ended), Stage::Over(ended)),
        };
        self.stage = next;
        Ok(step)
    }

    /// The one line that tells of a transition by this run.
    fn log(&self, sync: &Sync) {
        let parts = sync.lifecycle.parts();
        tracing::info!(
            sync = %sync.id, attempt = parts.attempt, model = %sync.model_id,
            status = %parts.status, reason = parts.error.as_deref(), due_at = %parts.due_at,
            "the attempt is over"
        );
    }
}
