//! Requests of nobody that is known, by the address that they come from: guessing tokens is slow.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicU32, Ordering};

use governor::RateLimiter;
use governor::clock::MonotonicClock;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;

use super::Exceeded;
use super::rate::{CLOCK, Rate, quota};

const POLICY: &str = "address";

/// How often, counted in requests, addresses are forgotten that have their whole quota again.
const CLEAN_EVERY: u32 = 1_024;

type Limiter = RateLimiter<
    IpAddr,
    HashMapStateStore<IpAddr>,
    MonotonicClock,
    NoOpMiddleware<std::time::Instant>,
>;

/// What each address has used of its quota.
pub(crate) struct Strangers {
    limiter: Option<Limiter>,
    counted: AtomicU32,
}

impl Strangers {
    pub(super) fn new(per_minute: u32) -> Self {
        let limiter = quota(per_minute)
            .map(|quota| RateLimiter::new(quota, HashMapStateStore::default(), CLOCK));
        Self {
            limiter,
            counted: AtomicU32::new(0),
        }
    }

    /// Counts a request from an address.
    ///
    /// # Errors
    /// When it has had too many.
    pub(crate) fn count(&self, address: IpAddr) -> Result<(), Exceeded> {
        let Some(limiter) = &self.limiter else {
            return Ok(());
        };
        let counted = self.counted.fetch_add(1, Ordering::Relaxed);
        if counted.is_multiple_of(CLEAN_EVERY) {
            limiter.retain_recent();
        }
        limiter
            .check_key(&network(address))
            .map_err(|until| Rate::exceeded(POLICY, &until, &CLOCK))
    }
}

/// Whoever has an IPv6 address has 2⁶⁴ of them: the network counts.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(strangers: &Strangers, address: &str) -> bool {
        strangers.count(address.parse().unwrap()).is_ok()
    }

    #[test]
    fn an_address_has_its_quota_and_an_ipv6_network_shares_one() {
        let strangers = Strangers::new(2);
        let accepted = [
            "192.0.2.1",
            "192.0.2.1",
            "::ffff:192.0.2.1",
            "192.0.2.2",
            "2001:db8::1",
            "2001:db8::2",
            "2001:db8::3",
            "2001:db8:0:1::1",
        ]
        .map(|address| counts(&strangers, address));
        assert_eq!(accepted, [true, true, false, true, true, true, false, true]);
        let exceeded = strangers.count("192.0.2.1".parse().unwrap()).unwrap_err();
        assert_eq!((exceeded.quota, exceeded.remaining), (2, 0));
        assert!((25..=30).contains(&exceeded.seconds), "{exceeded:?}");
        assert!(counts(&Strangers::new(0), "192.0.2.1"));
    }
}
