//! What is left of a quota, and how it is told: the header fields `RateLimit` and
//! `RateLimit-Policy` of the IETF's draft (draft-ietf-httpapi-ratelimit-headers-10).

use std::num::NonZeroU32;
use std::time::Duration;

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use governor::Quota;
use governor::clock::{Clock, MonotonicClock, Reference};
use governor::middleware::StateSnapshot;

use crate::problem::{ErrorCode, Problem};

/// What is left of a quota of requests a minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// The policy's name.
    pub policy: &'static str,
    /// Requests a minute.
    pub quota: u32,
    /// How many more there may be at once.
    pub remaining: u32,
    /// Seconds until there may be another.
    pub seconds: u64,
}

/// A quota that is used up.
pub(crate) type Exceeded = Rate;

impl Rate {
    pub(super) fn left(policy: &'static str, state: &StateSnapshot) -> Self {
        let quota = state.quota();
        Self {
            policy,
            quota: quota.burst_size().get(),
            remaining: state.remaining_burst_capacity(),
            seconds: whole_seconds(quota.replenish_interval()),
        }
    }

    pub(super) fn exceeded<P: Reference>(
        policy: &'static str,
        until: &governor::NotUntil<P>,
        clock: &impl Clock<Instant = P>,
    ) -> Self {
        Self {
            policy,
            quota: until.quota().burst_size().get(),
            remaining: 0,
            seconds: whole_seconds(until.wait_time_from(clock.now())),
        }
    }

    /// The header fields.
    pub fn headers(self) -> [(&'static str, String); 2] {
        let Self {
            policy,
            quota,
            remaining,
            seconds,
        } = self;
        [
            ("ratelimit-policy", format!("\"{policy}\";q={quota};w=60")),
            (
                "ratelimit",
                format!("\"{policy}\";r={remaining};t={seconds}"),
            ),
        ]
    }

    /// Sets the header fields of an answer.
    pub fn stamp(self, headers: &mut HeaderMap) {
        for (name, value) in self.headers() {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
    }

    /// The answer to whoever used it up.
    pub(crate) fn problem(self, detail: String) -> Problem {
        let mut headers = vec![("retry-after", self.seconds.to_string())];
        headers.extend(self.headers());
        Problem {
            headers,
            ..Problem::new(ErrorCode::TooManyRequests, detail)
        }
    }
}

/// Every limiter here goes by this clock.
pub(super) const CLOCK: MonotonicClock = MonotonicClock;

pub(super) fn quota(per_minute: u32) -> Option<Quota> {
    NonZeroU32::new(per_minute).map(Quota::per_minute)
}

/// At least one: "in 0 seconds" would be now.
fn whole_seconds(duration: Duration) -> u64 {
    let seconds = duration.as_secs();
    let begun = u64::from(duration.subsec_nanos() > 0);
    (seconds + begun).max(1)
}
