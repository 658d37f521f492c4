//! One account, as this process sees it.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use syncline_connectors::quota::{Now, Permission, QuotaKeeper, Ticket};
use syncline_domain::ConnectionId;
use syncline_domain::quota::{Held, Observation, Take};
use syncline_store::bug::{self, Bug};
use syncline_store::error::StoreError;
use syncline_store::store::{Lane, Store};
use tokio::sync::Mutex;

use crate::backoff::Backoff;
use crate::options::Jitter;

/// Whoever waits for the next window comes up to a tenth of the wait later, and no more than that:
/// not all at once.
const LATEST: TimeDelta = TimeDelta::seconds(30);

/// The [`QuotaKeeper`] of one connection. All its runs in this process share it.
pub struct Account {
    store: Store,
    jitter: Jitter,
    id: ConnectionId,
    /// There is one more for each request under way that nobody counted.
    uncounted: Arc<()>,
    /// Held while the store is asked, so that one run asks for all.
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The provider has told of a quota. Until then nobody is asked.
    is_known: bool,
    /// Requests that the store gave and nobody has sent yet.
    left: i64,
    /// Later they belong to nobody.
    until: DateTime<Utc>,
    /// What answers said and the store does not know yet.
    said: Vec<Observation>,
}

impl Account {
    pub(super) fn new(store: Store, jitter: Jitter, id: ConnectionId) -> Self {
        Self {
            store,
            jitter,
            id,
            uncounted: Arc::default(),
            state: Mutex::default(),
        }
    }

    /// A run begins, and has seen whether the store knows of a quota.
    pub(super) async fn begin(&self, is_known: bool) {
        let mut state = self.state.lock().await;
        if is_known {
            state.is_known = true;
        } else {
            // Forgotten, for another account may stand behind it; or learned since it looked. The
            // next request asks the store which.
            state.left = 0;
        }
    }

    /// Tells the store what it does not know yet, and asks it for requests, if wanted. While the
    /// database is away, it waits: so would the pages.
    async fn exchange(&self, state: &mut State, wants: bool) -> Take {
        let mut backoff = Backoff::new(self.jitter);
        loop {
            let (id, said) = (self.id, state.said.clone());
            let work =
                move |tx: &mut syncline_store::tx::Tx<'_>| tx.exchange_quota(id, &said, wants);
            match self.store.write(Lane::Control, work).await {
                Ok(take) => {
                    state.said.clear();
                    return take;
                }
                Err(error @ StoreError::Unavailable { .. }) => {
                    tracing::warn!(connection = %id, %error, "a quota waits for the database");
                    tokio::time::sleep(backoff.next()).await;
                }
                Err(error) => {
                    tracing::warn!(connection = %id, %error, "goes on without its quota");
                    state.said.clear();
                    return Take::Free;
                }
            }
        }
    }

    fn spread(&self, held: Held, now: DateTime<Utc>) -> Held {
        let wait = (held.until() - now).max(TimeDelta::zero());
        let most = (wait / 10).min(LATEST);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_precision_loss,
            reason = "milliseconds of half a minute are exact in f64"
        )]
        let more = (most.num_milliseconds() as f64 * self.jitter.draw().clamp(0.0, 1.0)) as i64;
        held.longer_by(TimeDelta::milliseconds(more))
    }

    fn uncounted(&self) -> i64 {
        i64::try_from(Arc::strong_count(&self.uncounted) - 1).unwrap_or(i64::MAX)
    }
}

#[async_trait]
impl QuotaKeeper for Account {
    async fn take(&self, clock: Now<'_>) -> Permission {
        let mut state = self.state.lock().await;
        if !state.is_known || bug::is_on(Bug::QuotaNotAsked) {
            return Permission::Go(Ticket::counted(&self.uncounted));
        }
        // What came too late, for the store was long about it, is for nobody.
        while state.left <= 0 || clock() >= state.until {
            match self.exchange(&mut state, true).await {
                Take::Granted { requests, until } => (state.left, state.until) = (requests, until),
                Take::Wait(held) => {
                    state.left = 0;
                    return Permission::Wait(self.spread(held, clock()));
                }
                Take::Free => {
                    *state = State::default();
                    return Permission::Go(Ticket::counted(&self.uncounted));
                }
            }
        }
        state.left -= 1;
        Permission::Go(Ticket::default())
    }

    async fn learn(&self, mut said: Observation) {
        let mut state = self.state.lock().await;
        // What went out before anything was known may not have reached the provider yet.
        let uncounted = self.uncounted();
        said.remaining = said.remaining.map(|left| (left - uncounted).max(0));
        if let Some(left) = said.remaining {
            state.left = state.left.min(left);
        }
        if said.blocked_until.is_some() {
            state.left = 0;
        }
        state.said.push(said);
        if !state.is_known || said.is_used_up() {
            state.is_known = true;
            self.exchange(&mut state, false).await;
        }
    }
}
