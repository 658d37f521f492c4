//! How often a provider lets one account ask, learned from its answers and shared by all who ask.
//!
//! A [`Bucket`] holds what is left of the window that the provider told of. It reads no clock and
//! no database: whoever keeps it sees to it that all processes take from one and the same.

use chrono::{DateTime, Duration, Utc};

mod bucket;

pub use bucket::{Bucket, Take};

/// Nobody is made to wait longer, whatever a provider says: then it is asked again.
pub const LONGEST_WAIT: Duration = Duration::hours(24);

/// What a provider has not said again for so long is not believed any more.
pub const BELIEVED_FOR: Duration = Duration::hours(24);

/// What one answer of a provider says of the quota.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Observation {
    /// How many requests a window holds.
    pub limit: Option<i64>,
    /// How many are left of the window under way.
    pub remaining: Option<i64>,
    /// When that window ends.
    pub resets_at: Option<DateTime<Utc>>,
    /// How long a window is.
    pub window: Option<Duration>,
    /// Not to be asked at all before.
    pub blocked_until: Option<DateTime<Utc>>,
}

impl Observation {
    /// Within the bounds of what is believed. `None` when nothing is left that says something.
    ///
    /// How many are left says nothing without a time at which there are more again: somebody could
    /// wait for ever.
    #[must_use]
    pub fn bounded(self, now: DateTime<Utc>) -> Option<Self> {
        let latest = now + LONGEST_WAIT;
        let to_come =
            |at: Option<DateTime<Utc>>| at.filter(|at| *at > now).map(|at| at.min(latest));
        let window = self
            .window
            .filter(|window| *window > Duration::zero())
            .map(|window| window.min(LONGEST_WAIT));
        let resets_at = to_come(self.resets_at);
        let is_over = self.resets_at.is_some() && resets_at.is_none();
        let bounded = Self {
            limit: self.limit.filter(|limit| *limit > 0),
            remaining: self
                .remaining
                .filter(|left| *left >= 0 && !is_over)
                .filter(|_| resets_at.or(window.map(|window| now + window)).is_some()),
            resets_at,
            window,
            blocked_until: to_come(self.blocked_until),
        };
        (bounded.remaining.is_some() || bounded.blocked_until.is_some()).then_some(bounded)
    }

    /// Whether it says that nothing may be asked now.
    pub fn is_used_up(&self) -> bool {
        self.remaining == Some(0) || self.blocked_until.is_some()
    }
}

/// Why an account is not to be asked now, in the words of the API and of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// Nothing is left of the window.
    UsedUp {
        /// When the next one begins.
        until: DateTime<Utc>,
    },
    /// The provider asked to come back later.
    AskedToWait {
        /// When.
        until: DateTime<Utc>,
    },
}

impl Held {
    /// Until when.
    pub const fn until(self) -> DateTime<Utc> {
        match self {
            Held::UsedUp { until } | Held::AskedToWait { until } => until,
        }
    }

    /// The same, but longer by so much.
    #[must_use]
    pub fn longer_by(self, more: Duration) -> Self {
        match self {
            Held::UsedUp { until } => Held::UsedUp {
                until: until + more,
            },
            Held::AskedToWait { until } => Held::AskedToWait {
                until: until + more,
            },
        }
    }
}

impl std::fmt::Display for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Held::UsedUp { .. } => "the quota of its account at the provider is used up",
            Held::AskedToWait { .. } => "the provider asked to come back later",
        })?;
        write!(
            f,
            ": it goes on at {}",
            self.until().format("%Y-%m-%dT%H:%M:%SZ")
        )
    }
}
