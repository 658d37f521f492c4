//! Work to be done in a transaction, on some thread, whose result goes back to an async caller.

use std::panic::{AssertUnwindSafe, catch_unwind};

use chrono::{DateTime, SubsecRound, Utc};
use tokio::sync::{broadcast, oneshot};

use crate::clock::Clock;
use crate::entropy::Entropy;
use crate::error::StoreError;
use crate::secrets::Vault;
use crate::store::SyncChange;
use crate::tx::Tx;

/// What every transaction of a store has in common.
pub(crate) struct Context {
    pub(crate) clock: Clock,
    pub(crate) vault: Vault,
    /// Whether this process serves the database, rather than looking in for a moment.
    pub(crate) serves: bool,
    pub(crate) entropy: Entropy,
    pub(crate) changes: broadcast::Sender<SyncChange>,
}

impl Context {
    /// The time of a transaction in a database that has no clock of its own.
    pub(crate) fn process_time(&self) -> DateTime<Utc> {
        match &self.clock {
            Clock::Database => DateTime::<Utc>::from(std::time::SystemTime::now()).trunc_subsecs(6),
            Clock::Fixed(clock) => clock.now(),
        }
    }

    /// After their commit. Nobody may be listening.
    pub(crate) fn publish(&self, changes: Vec<SyncChange>) {
        for change in changes {
            let _ = self.changes.send(change);
        }
    }
}

/// Work of any type, so that a queue can hold it.
pub(crate) trait Job: Send {
    /// Does the work; `false` means that it failed and must be undone.
    fn run(&mut self, tx: &mut Tx<'_>) -> bool;

    /// Sends the result. `lost` says why the transaction did not stand, if it did not.
    fn finish(self: Box<Self>, lost: Option<&str>);
}

/// One call of `Store::read` or `Store::write`.
pub(crate) struct Task<F, T, E> {
    work: Option<F>,
    result: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<F, T, E> Task<F, T, E> {
    pub(crate) fn new(work: F) -> (Self, oneshot::Receiver<Result<T, E>>) {
        let (reply, receiver) = oneshot::channel();
        (
            Self {
                work: Some(work),
                result: None,
                reply,
            },
            receiver,
        )
    }
}

impl<F, T, E> Job for Task<F, T, E>
where
    F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send,
    T: Send,
    E: From<StoreError> + Send,
{
    fn run(&mut self, tx: &mut Tx<'_>) -> bool {
        let Some(work) = self.work.take() else {
            return false;
        };
        // A panic undoes this work alone: the thread has more to do.
        let result = catch_unwind(AssertUnwindSafe(|| work(tx)))
            .unwrap_or_else(|panic| Err(E::from(panicked(panic.as_ref()))));
        let is_kept = result.is_ok();
        self.result = Some(result);
        is_kept
    }

    fn finish(self: Box<Self>, lost: Option<&str>) {
        let result = match (self.result, lost) {
            // Its own error says more than what became of the transaction.
            (Some(Err(error)), _) => Err(error),
            (Some(result), None) => result,
            (Some(Ok(_)) | None, lost) => Err(E::from(StoreError::Unavailable {
                reason: lost.unwrap_or("the store was closed").to_owned(),
                source: None,
            })),
        };
        // The caller may have gone; what was done stays done.
        let _ = self.reply.send(result);
    }
}

/// For a caller whose job was dropped.
pub(crate) fn closed() -> StoreError {
    StoreError::Unavailable {
        reason: "the store is closed".into(),
        source: None,
    }
}

fn panicked(panic: &(dyn std::any::Any + Send)) -> StoreError {
    let text = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("without a message");
    StoreError::Database(format!("a transaction panicked: {text}").into())
}
