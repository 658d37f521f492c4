//! One watcher for all who wait in this process.
//!
//! Whoever waits registers the syncs that it waits for. One of them, whichever comes first, watches
//! for all: it hears what this process changes, and asks the store about once a second, in one
//! question, which of the waited syncs have ended in another process. When its own wait is over the
//! next one takes its place. So there is no thread, no task and no question while nobody waits,
//! and one question however many do.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use syncline_domain::SyncId;
use syncline_store::error::StoreError;
use syncline_store::store::{Store, SyncChange};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

/// The watcher of a process. Cheap to clone; all clones are one.
#[derive(Clone, Default)]
pub struct Watch(Arc<Inner>);

#[derive(Default)]
struct Inner {
    waited: Mutex<HashMap<SyncId, Waited>>,
    /// Held by who watches; what it has heard so far goes on to the next.
    lookout: tokio::sync::Mutex<Lookout>,
}

/// A sync that somebody waits for.
struct Waited {
    waiters: usize,
    has_ended: watch::Sender<bool>,
}

#[derive(Default)]
struct Lookout {
    changes: Option<Receiver<SyncChange>>,
    asks_at: Option<Instant>,
}

/// A place among those who wait. It is given up when it is dropped.
pub struct Place {
    watch: Watch,
    syncs: Vec<(SyncId, watch::Receiver<bool>)>,
}

impl Watch {
    /// A place for who waits for all of these. Take it first and look at the syncs then, so that no
    /// end falls between.
    pub fn place(&self, ids: Vec<SyncId>) -> Place {
        let mut waited = self.waited();
        let syncs = ids
            .into_iter()
            .map(|id| {
                let entry = waited.entry(id).or_insert_with(|| Waited {
                    waiters: 0,
                    has_ended: watch::Sender::new(false),
                });
                entry.waiters += 1;
                (id, entry.has_ended.subscribe())
            })
            .collect();
        drop(waited);
        Place {
            watch: self.clone(),
            syncs,
        }
    }

    /// Watches for all, for as long as it is awaited.
    async fn look_out(&self, store: &Store) {
        let mut lookout = self.0.lookout.lock().await;
        let Lookout { changes, asks_at } = &mut *lookout;
        let changes = changes.get_or_insert_with(|| store.subscribe());
        loop {
            let at = *asks_at.get_or_insert_with(|| Instant::now() + poll_interval());
            tokio::select! {
                change = changes.recv() => match change {
                    Ok(change) if change.status.is_final() => self.tell(change.sync_id),
                    Ok(_) => {}
                    Err(RecvError::Lagged(_)) => *asks_at = Some(Instant::now()),
                    // The store is closing: the shutdown, or its time, ends each wait.
                    Err(RecvError::Closed) => std::future::pending().await,
                },
                () = sleep_until(at) => {
                    *asks_at = None;
                    self.ask(store).await;
                }
            }
        }
    }

    /// Which of all that is waited for has ended, in one question.
    async fn ask(&self, store: &Store) {
        let ids: Vec<SyncId> = self.waited().keys().copied().collect();
        if ids.is_empty() {
            return;
        }
        let ended: Result<Vec<SyncId>, StoreError> =
            store.read(move |tx| tx.list_ended_syncs(ids)).await;
        match ended {
            Ok(ended) => ended.into_iter().for_each(|id| self.tell(id)),
            // It is asked again soon; who waits is told by its own question when its time is over.
            Err(error) => tracing::debug!(%error, "the store cannot say which syncs have ended"),
        }
    }

    fn tell(&self, id: SyncId) {
        if let Some(waited) = self.waited().get(&id) {
            waited.has_ended.send_replace(true);
        }
    }

    fn waited(&self) -> std::sync::MutexGuard<'_, HashMap<SyncId, Waited>> {
        // Nothing panics while it is locked.
        self.0.waited.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Returns when all of its syncs have ended, or are gone.
    pub async fn all_ended(&mut self, store: &Store) {
        let watch = self.watch.clone();
        let syncs = &mut self.syncs;
        let own = async {
            for (_, has_ended) in syncs {
                // The sender lives for as long as this place does.
                let _ = has_ended.wait_for(|has_ended| *has_ended).await;
            }
        };
        tokio::select! {
            biased;
            () = own => {}
            () = watch.look_out(store) => {}
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut waited = self.watch.waited();
        for (id, _) in &self.syncs {
            if let Some(entry) = waited.get_mut(id) {
                entry.waiters -= 1;
                if entry.waiters == 0 {
                    waited.remove(id);
                }
            }
        }
    }
}

/// About a second, drawn anew each time, so that many processes do not ask in step.
fn poll_interval() -> Duration {
    Duration::from_millis(rand::random_range(800..1200))
}
