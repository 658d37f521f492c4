//! How much a caller may ask for: sizes, times, rates, and how much at once.

mod rate;
mod strangers;
mod tokens;

use std::sync::Arc;
use std::time::Duration;

pub(crate) use rate::Rate;
pub(crate) use tokens::{Permit, Refusal};

use rate::Exceeded;
use strangers::Strangers;
use tokens::Tokens;

/// The limits of one server. Each process counts for itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitOptions {
    /// The most bytes of a body.
    pub body_bytes: usize,
    /// The most bytes of path and query together.
    pub url_bytes: usize,
    /// The most bytes of all headers, their names included.
    pub header_bytes: usize,
    /// Requests of one token within a minute; 0 is no limit.
    pub requests_per_minute: u32,
    /// Requests of one token at the same time; those that wait count too. 0 is no limit.
    pub concurrent_requests: usize,
    /// Requests from one address within a minute that come without a token, or with one that this
    /// process has not accepted before; 0 is no limit.
    pub strangers_per_minute: u32,
    /// How long a caller may take to send the head of a request.
    pub head_timeout: Duration,
    /// How long a caller may take to send a body.
    pub body_timeout: Duration,
    /// How long a caller may take nothing of an answer.
    pub write_timeout: Duration,
    /// How long a connection is kept open for another request.
    pub keep_alive: Duration,
}

impl Default for LimitOptions {
    fn default() -> Self {
        Self {
            body_bytes: 1024 * 1024,
            url_bytes: 8 * 1024,
            header_bytes: 32 * 1024,
            requests_per_minute: 60_000,
            concurrent_requests: 2_048,
            strangers_per_minute: 300,
            head_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(30),
            write_timeout: Duration::from_secs(30),
            keep_alive: Duration::from_secs(5),
        }
    }
}

/// The limits, and what was used of them. Clones share what they count.
#[derive(Clone)]
pub struct Limits(Arc<Inner>);

struct Inner {
    options: LimitOptions,
    tokens: Tokens,
    strangers: Strangers,
}

impl Limits {
    /// Nothing is used yet.
    pub fn new(options: LimitOptions) -> Self {
        Self(Arc::new(Inner {
            tokens: Tokens::new(&options),
            strangers: Strangers::new(options.strangers_per_minute),
            options,
        }))
    }

    /// What the limits are.
    pub fn options(&self) -> &LimitOptions {
        &self.0.options
    }

    pub(crate) fn tokens(&self) -> &Tokens {
        &self.0.tokens
    }

    pub(crate) fn strangers(&self) -> &Strangers {
        &self.0.strangers
    }
}

impl std::fmt::Debug for Limits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Limits").field(&self.0.options).finish()
    }
}
