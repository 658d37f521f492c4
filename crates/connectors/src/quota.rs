//! The quota of a provider's account: what answers say of it, and who keeps it.
//!
//! A manifest's own call rates hold within a process; this is what the provider says itself, and
//! it is for all processes. Where it is kept is for whoever runs the source to say.

mod headers;
mod resets;
mod structured;

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use syncline_domain::quota::{Held, Observation};

pub use headers::{Names, observe};

/// Tells the time.
pub type Now<'a> = &'a (dyn Fn() -> DateTime<Utc> + Send + Sync);

/// Keeps the quota of one connection. It is asked before each request and told of each answer, so
/// both have to be cheap for an account of which nothing is known.
#[async_trait]
pub trait QuotaKeeper: Send + Sync + 'static {
    /// Asks for one request, which may take a while. The clock is the run's.
    async fn take(&self, clock: Now<'_>) -> Permission;

    /// Takes in what an answer said.
    async fn learn(&self, said: Observation);
}

/// Whether a request may be sent.
#[derive(Debug)]
pub enum Permission {
    /// Now. The ticket is dropped when the answer is there, or is no longer waited for.
    Go(Ticket),
    /// Not now: to be asked again when it is held no longer.
    Wait(Held),
}

/// A request that is under way.
#[derive(Debug, Default)]
pub struct Ticket(Option<Arc<()>>);

impl Ticket {
    /// One that can be counted: as long as it lives there is one `marker` more.
    pub fn counted(marker: &Arc<()>) -> Self {
        Self(Some(Arc::clone(marker)))
    }

    /// Whether it was let through unasked, for nothing was known of the quota.
    pub fn is_unasked(&self) -> bool {
        self.0.is_some()
    }
}

/// Keeps none: for runs that share their account with no other run, and checks.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoQuota;

#[async_trait]
impl QuotaKeeper for NoQuota {
    async fn take(&self, _: Now<'_>) -> Permission {
        Permission::Go(Ticket::default())
    }

    async fn learn(&self, _: Observation) {}
}
