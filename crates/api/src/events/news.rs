//! One watcher for all streams of events in this process.
//!
//! As for those who wait for syncs: one of the streams watches for all. It hears what this process
//! changes, and asks the store about once a second, in one question, where another process has
//! left something new. When it ends the next one takes its place: no thread, no task and no
//! question while nobody follows, and one question however many do.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use syncline_domain::OrganizationId;
use syncline_store::error::StoreError;
use syncline_store::events::EventNews;
use syncline_store::store::{Store, SyncChange};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

/// Streams of one process.
const MOST: usize = 1_000;
/// And of one organization among them, so that it leaves room for others.
const MOST_OF_ORGANIZATION: usize = 100;

/// The streams of a process. Cheap to clone; all clones are one.
#[derive(Clone, Default)]
pub struct EventStreams(Arc<Inner>);

#[derive(Default)]
struct Inner {
    followed: Mutex<HashMap<OrganizationId, Followed>>,
    /// Held by who watches; what it has heard so far goes on to the next.
    lookout: tokio::sync::Mutex<Lookout>,
}

/// An organization whose events somebody follows.
struct Followed {
    streams: usize,
    news: watch::Sender<()>,
    /// What the store said last.
    last: Option<EventNews>,
}

#[derive(Default)]
struct Lookout {
    changes: Option<Receiver<SyncChange>>,
    asks_at: Option<Instant>,
}

/// The place of one stream. It is given up when it is dropped.
pub struct Place {
    streams: EventStreams,
    organization_id: OrganizationId,
    news: watch::Receiver<()>,
}

impl EventStreams {
    /// A place for a stream more; none when there are too many. Take it first and read then, so
    /// that nothing falls between.
    pub fn place(&self, organization_id: OrganizationId) -> Option<Place> {
        let mut followed = self.followed();
        let all: usize = followed.values().map(|one| one.streams).sum();
        let own = followed.get(&organization_id).map_or(0, |one| one.streams);
        if all >= MOST || own >= MOST_OF_ORGANIZATION {
            return None;
        }
        let entry = followed.entry(organization_id).or_insert_with(|| Followed {
            streams: 0,
            news: watch::Sender::new(()),
            last: None,
        });
        entry.streams += 1;
        let news = entry.news.subscribe();
        drop(followed);
        Some(Place {
            streams: self.clone(),
            organization_id,
            news,
        })
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
                    Ok(change) => self.tell(change.organization_id),
                    Err(RecvError::Lagged(_)) => *asks_at = Some(Instant::now()),
                    // The store is closing: the shutdown ends each stream.
                    Err(RecvError::Closed) => std::future::pending().await,
                },
                () = sleep_until(at) => {
                    *asks_at = None;
                    self.ask(store).await;
                }
            }
        }
    }

    /// Where there is something new, in one question.
    async fn ask(&self, store: &Store) {
        let ids: Vec<OrganizationId> = self.followed().keys().copied().collect();
        if ids.is_empty() {
            return;
        }
        let found: Result<Vec<EventNews>, StoreError> =
            store.read(move |tx| tx.list_event_news(ids)).await;
        match found {
            Ok(found) => {
                for news in found {
                    let id = news.organization_id;
                    let mut followed = self.followed();
                    let last = followed.get_mut(&id).map(|one| one.last.replace(news));
                    drop(followed);
                    if last.is_some_and(|last| last.is_none_or(|last| news.is_more_than(last))) {
                        self.tell(id);
                    }
                }
            }
            // It is asked again soon.
            Err(error) => tracing::debug!(%error, "the store cannot say which events are new"),
        }
    }

    fn tell(&self, id: OrganizationId) {
        if let Some(followed) = self.followed().get(&id) {
            followed.news.send_replace(());
        }
    }

    fn followed(&self) -> MutexGuard<'_, HashMap<OrganizationId, Followed>> {
        // Nothing panics while it is locked.
        self.0
            .followed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Returns when there may be something new since it was called last.
    pub async fn news(&mut self, store: &Store) {
        let streams = self.streams.clone();
        tokio::select! {
            biased;
            // The sender lives for as long as this place does.
            _ = self.news.changed() => {}
            () = streams.look_out(store) => {}
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut followed = self.streams.followed();
        if let Some(entry) = followed.get_mut(&self.organization_id) {
            entry.streams -= 1;
            if entry.streams == 0 {
                followed.remove(&self.organization_id);
            }
        }
    }
}

/// About a second, drawn anew each time, so that many processes do not ask in step.
fn poll_interval() -> Duration {
    Duration::from_millis(rand::random_range(800..1200))
}
