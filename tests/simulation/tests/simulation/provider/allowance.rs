//! How often an account may ask, where the provider counts it and says so with each answer.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, Utc};
use syncline_connectors::error::{SourceError, SourceErrorKind};
use syncline_connectors::quota::{Permission, QuotaKeeper, Ticket};
use syncline_domain::ConnectionId;
use syncline_domain::quota::Observation;
use syncline_engine::quotas::Account;
use syncline_store::clock::FixedClock;
use syncline_store::runs::Fence;

use super::Provider;

/// So many requests in each window, the same for all accounts.
pub struct Allowance {
    pub limit: i64,
    window: Duration,
    counts: BTreeMap<(ConnectionId, i64), Window>,
    /// Until when a process knows of an account's allowance, from an answer that it got itself.
    known: BTreeMap<(ConnectionId, usize), DateTime<Utc>>,
    /// One process at a time: what it knows, all know.
    is_alone: bool,
    /// Accounts that are deleted: whoever still asks for one asks in vain.
    deleted: BTreeSet<ConnectionId>,
    /// How often a request was held.
    pub held: u64,
    /// What was asked too much.
    pub exceeded: Option<String>,
}

/// What was asked in a window.
#[derive(Default)]
struct Window {
    count: i64,
    /// By some who knew of no quota, and asked nobody.
    has_unasked: bool,
}

/// Asks for an account, as its engine lets it.
pub struct Turnstile {
    pub(super) provider: Provider,
    pub(super) process: usize,
    pub(super) connection: ConnectionId,
    pub(super) keeper: std::sync::Arc<Account>,
    pub(super) clock: FixedClock,
}

/// A request that went through.
pub struct Passed {
    ticket: Ticket,
    said: Observation,
}

impl Allowance {
    pub fn new(limit: i64, window: Duration, is_alone: bool) -> Self {
        Self {
            limit,
            window,
            counts: BTreeMap::new(),
            known: BTreeMap::new(),
            is_alone,
            deleted: BTreeSet::new(),
            held: 0,
            exceeded: None,
        }
    }

    /// A request comes in; what its answer will say.
    fn count(
        &mut self,
        (connection, process): (ConnectionId, usize),
        is_unasked: bool,
        now: DateTime<Utc>,
    ) -> Observation {
        let length = self.window.num_milliseconds();
        let window = now.timestamp_millis() / length;
        let asked = self.counts.entry((connection, window)).or_default();
        asked.count += 1;
        asked.has_unasked |= is_unasked;
        let (count, has_unasked) = (asked.count, asked.has_unasked);
        let knows = |until: &DateTime<Utc>| *until > now;
        let is_known = self.known.get(&(connection, process)).is_some_and(knows);
        let is_promised = !has_unasked || (self.is_alone && is_known);
        let is_there = !self.deleted.contains(&connection);
        if is_there && is_promised && count > self.limit {
            let detail = format!("{connection}: {count} requests, not {}", self.limit);
            self.exceeded.get_or_insert(detail);
        }
        if is_there && is_unasked && is_known {
            let detail = format!("{connection}: {process} knows its quota, and did not ask");
            self.exceeded.get_or_insert(detail);
        }
        Observation {
            limit: Some(self.limit),
            remaining: Some((self.limit - count).max(0)),
            resets_at: DateTime::from_timestamp_millis((window + 1) * length),
            window: Some(self.window),
            blocked_until: None,
        }
    }

    /// Somebody wants the provider asked whatever is known, which is forgotten: nothing is promised
    /// until it answers again.
    pub fn doubt(&mut self, connection: ConnectionId) {
        self.known.retain(|(of, _), _| *of != connection);
    }

    /// Nothing more is promised of it.
    pub fn forget(&mut self, connection: ConnectionId) {
        self.deleted.insert(connection);
    }
}

impl Turnstile {
    /// Lets a request through, or tells the run to come later.
    pub async fn pass(&self, fence: Fence) -> Result<Passed, SourceError> {
        let ticket = match self.keeper.take(&|| self.clock.now()).await {
            Permission::Go(ticket) => ticket,
            Permission::Wait(held) => {
                let until = held.until();
                self.provider.with(|provider| {
                    let whose = (fence.sync_id, fence.attempt);
                    provider.later.insert(whose, until);
                    if let Some(allowance) = &mut provider.allowance {
                        allowance.held += 1;
                    }
                });
                let kind = SourceErrorKind::Later { until: Some(until) };
                return Err(SourceError::new(kind, held.to_string()));
            }
        };
        let said = self.provider.with(|provider| {
            let allowance = provider.allowance.as_mut();
            let who = (self.connection, self.process);
            allowance.map(|it| it.count(who, ticket.is_unasked(), self.clock.now()))
        });
        Ok(Passed {
            ticket,
            said: said.unwrap_or_default(),
        })
    }

    /// Its answer is there, and says what is left.
    pub async fn answered(&self, passed: Passed) {
        let Passed { ticket, said } = passed;
        let until = said.resets_at;
        drop(ticket);
        self.keeper.learn(said).await;
        self.provider.with(|provider| {
            if let Some(allowance) = &mut provider.allowance {
                let who = (self.connection, self.process);
                allowance.known.extend(until.map(|until| (who, until)));
            }
        });
    }
}
