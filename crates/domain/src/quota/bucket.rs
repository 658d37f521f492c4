//! The bucket of one account.

use chrono::{DateTime, Duration, Utc};

use super::{BELIEVED_FOR, Held, LONGEST_WAIT, Observation};

/// So close to its end a window may be over already at the provider: a word of the next one is
/// taken for that, and not for a window that grows.
const EDGE: Duration = Duration::seconds(2);

/// A share of what is left, and no more than that many, is given out at once: few trips to the
/// bucket while there is plenty, and nothing hoarded when there is little.
const SHARE: i64 = 20;
const LARGEST_LEASE: i64 = 20;

/// What is known of an account's quota, and what is left of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// How many requests a window holds, if that was said.
    pub limit: Option<i64>,
    /// How many are left to be given out. `None`: nobody knows, so nobody is held.
    pub remaining: Option<i64>,
    /// When the window under way ends.
    pub resets_at: Option<DateTime<Utc>>,
    /// The provider told when; not reckoned from the window before.
    pub is_told: bool,
    /// How long a window is, as far as known: said, or the longest rest of one that was told.
    pub window: Option<Duration>,
    /// Nothing is given out before.
    pub blocked_until: Option<DateTime<Utc>>,
    /// When the provider last said something.
    pub heard_at: DateTime<Utc>,
}

/// What comes of asking for requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Take {
    /// So many may be sent, until the window ends.
    Granted {
        /// How many; at least one.
        requests: i64,
        /// Later they belong to nobody.
        until: DateTime<Utc>,
    },
    /// Nothing is known that would hold anybody.
    Free,
    /// None now.
    Wait(Held),
}

impl Bucket {
    /// A bucket of which nothing is known.
    pub fn new(now: DateTime<Utc>) -> Self {
        Self {
            limit: None,
            remaining: None,
            resets_at: None,
            is_told: false,
            window: None,
            blocked_until: None,
            heard_at: now,
        }
    }

    /// Takes in what an answer said. Within a window the provider is believed when it says less,
    /// never when it says more: the others' requests may not have reached it yet.
    pub fn learn(&mut self, observation: Observation, now: DateTime<Utc>) {
        let Some(said) = observation.bounded(now) else {
            return;
        };
        self.roll(now);
        self.heard_at = self.heard_at.max(now);
        self.blocked_until = self.blocked_until.max(said.blocked_until);
        let Some(left) = said.remaining else { return };
        let is_other = said.limit.is_some() && said.limit != self.limit;
        let resets_at = match (said.resets_at, self.resets_at) {
            (Some(at), _) => at,
            (None, Some(at)) if !is_other => at,
            (None, _) => now + said.window.unwrap_or(LONGEST_WAIT),
        };
        let is_next = self.is_told
            && self
                .resets_at
                .is_some_and(|end| now + EDGE >= end && resets_at >= end + EDGE);
        self.remaining = Some(match self.remaining {
            Some(ours) if !is_other && !is_next => ours.min(left),
            Some(_) | None => left,
        });
        let rest = resets_at - now;
        self.window = match (said.window, self.window) {
            (Some(window), _) => Some(window),
            (None, Some(window)) if !is_other => Some(window.max(rest)),
            (None, _) => Some(rest),
        };
        self.limit = said.limit.or(self.limit);
        self.resets_at = Some(resets_at);
        self.is_told = true;
    }

    /// Gives out at most `wanted` requests.
    pub fn take(&mut self, wanted: i64, now: DateTime<Utc>) -> Take {
        self.roll(now);
        if let Some(held) = self.held(now) {
            return Take::Wait(held);
        }
        let (Some(left), Some(until)) = (self.remaining, self.resets_at) else {
            return Take::Free;
        };
        let requests = wanted.clamp(1, left);
        self.remaining = Some(left - requests);
        Take::Granted { requests, until }
    }

    /// As [`take`](Self::take), as many at once as are well given to one process.
    pub fn lease(&mut self, now: DateTime<Utc>) -> Take {
        self.roll(now);
        let left = self.remaining.unwrap_or(0);
        self.take((left / SHARE).clamp(1, LARGEST_LEASE), now)
    }

    /// Why and until when nothing is given out; `None` when something is.
    pub fn held(&self, now: DateTime<Utc>) -> Option<Held> {
        let is_empty = self.remaining.is_some_and(|left| left <= 0);
        let empty = self.resets_at.filter(|until| is_empty && *until > now);
        let empty = empty.map(|until| Held::UsedUp { until });
        let blocked = self.blocked_until.filter(|until| *until > now);
        let blocked = blocked.map(|until| Held::AskedToWait { until });
        empty
            .into_iter()
            .chain(blocked)
            .max_by_key(|held| held.until())
    }

    /// Whether nothing is known that is worth keeping.
    pub fn is_empty(&self) -> bool {
        self.limit.or(self.remaining).is_none() && self.blocked_until.is_none()
    }

    /// Begins the next window when the last one is over, and forgets what is long ago.
    fn roll(&mut self, now: DateTime<Utc>) {
        if now - self.heard_at > BELIEVED_FOR {
            *self = Self::new(now);
            return;
        }
        self.blocked_until.take_if(|until| *until <= now);
        if self.resets_at.is_none_or(|at| at > now) {
            return;
        }
        self.is_told = false;
        self.remaining = self.limit;
        self.resets_at = self
            .limit
            .and(self.window)
            .map(|window| now + window.clamp(Duration::milliseconds(1), LONGEST_WAIT));
        if self.resets_at.is_none() {
            self.remaining = None;
        }
    }
}
