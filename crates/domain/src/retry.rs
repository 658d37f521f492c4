//! Whether and when a failed attempt is tried again.

use chrono::{DateTime, Duration, Utc};

use crate::Lifecycle;
use crate::state::Progress;
use crate::transition::Transition;

/// What failures have used of a sync's budget.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spent {
    /// Failures since the last progress.
    pub consecutive: i32,
    /// Retries and rescues in all.
    pub total: i32,
    /// The furthest position that a committed page reached.
    pub furthest: Progress,
    /// When the provider first said "later" since the last committed page.
    pub parked_since: Option<DateTime<Utc>>,
}

impl Spent {
    pub(crate) fn count_failure(&mut self) {
        self.consecutive = self.consecutive.saturating_add(1);
        self.total = self.total.saturating_add(1);
    }

    pub(crate) fn count_park(&mut self, at: DateTime<Utc>) {
        self.parked_since = self.parked_since.or(Some(at));
    }

    pub(crate) fn count_page(&mut self, reached: Progress) {
        self.parked_since = None;
        if reached > self.furthest {
            self.furthest = reached;
            self.consecutive = 0;
        }
    }
}

/// How an attempt ended, other than well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// It may pass: a network error, a 5xx, a truncated answer. `not_before` is the provider's
    /// own word, if it gave one.
    Transient {
        /// For people.
        message: String,
        /// Not to be tried before.
        not_before: Option<DateTime<Utc>>,
    },
    /// The provider asked to come back: 429, maintenance.
    Later {
        /// For people.
        message: String,
        /// When to come back, if it said so.
        until: Option<DateTime<Utc>>,
    },
    /// It will not pass without somebody's help: a wrong credential, a wrong configuration.
    Permanent {
        /// For people.
        message: String,
    },
    /// The lease expired.
    LeaseExpired {
        /// The worker that held it.
        worker: String,
    },
}

/// Exponential back-off with full jitter, within a budget.
///
/// The delay is drawn evenly from `[0, min(cap, base · 2ⁿ)]`, n being the failures since the
/// last progress (Brooker, "Exponential Backoff And Jitter", 2015).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetryPolicy {
    /// The upper edge of the first delay.
    pub base: Duration,
    /// No delay is longer.
    pub cap: Duration,
    /// Fail at this many failures without progress.
    pub max_consecutive: i32,
    /// Fail when this many retries and rescues were made in all.
    pub max_total: i32,
    /// Fail when the provider has said "later" for this long without a page between.
    pub max_parked: Duration,
    /// How long to stay away when the provider says "later" but not until when.
    pub default_park: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            base: Duration::seconds(10),
            cap: Duration::minutes(10),
            max_consecutive: 5,
            max_total: 20,
            max_parked: Duration::hours(24),
            default_park: Duration::seconds(60),
        }
    }
}

impl RetryPolicy {
    /// The delay after the failure number `consecutive` (1 is the first) since the last
    /// progress. `jitter` is drawn evenly from `[0, 1]`; other values are clamped.
    pub fn delay(&self, consecutive: i32, jitter: f64) -> Duration {
        let doublings = u32::try_from(consecutive.saturating_sub(1).clamp(0, 30)).unwrap_or(0);
        let edge = self
            .base
            .checked_mul(1 << doublings)
            .map_or(self.cap, |edge| edge.min(self.cap));
        let jitter = if jitter.is_finite() {
            jitter.clamp(0.0, 1.0)
        } else {
            1.0
        };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_precision_loss,
            reason = "milliseconds below the cap are exact in f64"
        )]
        let millis = (edge.num_milliseconds() as f64 * jitter) as i64;
        Duration::milliseconds(millis)
    }

    /// The transition that a failure of the running attempt leads to: retry, park, rescue or
    /// fail.
    pub fn after_failure(
        &self,
        sync: &Lifecycle,
        failure: Failure,
        now: DateTime<Utc>,
        jitter: f64,
    ) -> Transition {
        let spent = &sync.parts().spent;
        let budget = spent.consecutive + 1 < self.max_consecutive && spent.total < self.max_total;
        let due_at = now + self.delay(spent.consecutive + 1, jitter);
        match failure {
            Failure::Permanent { message } => Transition::fail(now, message),
            Failure::Transient {
                message,
                not_before,
            } if budget => {
                Transition::retry(now, message, not_before.map_or(due_at, |t| t.max(due_at)))
            }
            Failure::Transient { message, .. } => {
                Transition::fail(now, format!("{message} ({})", self.spent_words(spent)))
            }
            Failure::Later { message, until } => {
                let parked_for = spent
                    .parked_since
                    .map_or(Duration::zero(), |since| now - since);
                if parked_for >= self.max_parked {
                    let hours = parked_for.num_hours();
                    Transition::fail(
                        now,
                        format!(
                            "{message} (the provider has said so for {hours} hours without a page between)"
                        ),
                    )
                } else {
                    let until = until.unwrap_or(now + self.default_park);
                    Transition::park(now, message, until.max(now))
                }
            }
            Failure::LeaseExpired { worker } => {
                let message = format!("worker {worker} stopped renewing its lease");
                if budget {
                    Transition::rescue(now, message, Some(due_at))
                } else {
                    let message = format!("{message} ({})", self.spent_words(spent));
                    Transition::rescue(now, message, None)
                }
            }
        }
    }

    fn spent_words(&self, spent: &Spent) -> String {
        if spent.consecutive + 1 >= self.max_consecutive {
            format!(
                "gave up after {} failures without progress",
                spent.consecutive + 1
            )
        } else {
            format!("gave up after {} retries", spent.total)
        }
    }
}
