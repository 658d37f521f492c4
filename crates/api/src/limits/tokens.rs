//! What each token uses: its rate, and how much at once.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use governor::clock::MonotonicClock;
use governor::middleware::StateInformationMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};

use super::rate::{CLOCK, Rate, quota};
use super::{Exceeded, LimitOptions};

const POLICY: &str = "token";

/// More tokens than this are not remembered: who is forgotten begins with a whole quota again.
const MAX_KNOWN: usize = 100_000;

type Limiter = RateLimiter<NotKeyed, InMemoryState, MonotonicClock, StateInformationMiddleware>;

/// The SHA-256 of a token.
pub(crate) type TokenHash = [u8; 32];

/// The tokens that this process has accepted, with what they use.
pub(crate) struct Tokens {
    quota: Option<Quota>,
    most_at_once: usize,
    known: Mutex<HashMap<TokenHash, Arc<Token>>>,
}

struct Token {
    running: AtomicUsize,
    limiter: Option<Limiter>,
}

/// A request that may go on. It counts as running until this is dropped.
pub struct Permit {
    token: Arc<Token>,
    /// What is left of the rate; none when there is no limit.
    pub rate: Option<Rate>,
}

/// Why a request of a token may not go on.
pub(crate) enum Refusal {
    /// Too many within a minute.
    Rate(Exceeded),
    /// This many are running already.
    AtOnce(usize),
}

impl Tokens {
    pub(super) fn new(options: &LimitOptions) -> Self {
        Self {
            quota: quota(options.requests_per_minute),
            most_at_once: match options.concurrent_requests {
                0 => usize::MAX,
                most => most,
            },
            known: Mutex::default(),
        }
    }

    /// Whether this process has accepted the token before.
    pub(crate) fn knows(&self, hash: &TokenHash) -> bool {
        self.lock().contains_key(hash)
    }

    /// The token is no good, or no longer.
    pub(crate) fn forget(&self, hash: &TokenHash) {
        self.lock().remove(hash);
    }

    /// Counts a request of an accepted token.
    pub(crate) fn admit(&self, hash: TokenHash) -> Result<Permit, Refusal> {
        let token = self.find_or_insert(hash);
        if token.running.fetch_add(1, Ordering::Relaxed) >= self.most_at_once {
            token.running.fetch_sub(1, Ordering::Relaxed);
            return Err(Refusal::AtOnce(self.most_at_once));
        }
        // From here on the count goes down by itself.
        let mut permit = Permit { token, rate: None };
        if let Some(limiter) = &permit.token.limiter {
            match limiter.check() {
                Ok(state) => permit.rate = Some(Rate::left(POLICY, &state)),
                Err(until) => return Err(Refusal::Rate(Rate::exceeded(POLICY, &until, &CLOCK))),
            }
        }
        Ok(permit)
    }

    fn find_or_insert(&self, hash: TokenHash) -> Arc<Token> {
        let mut known = self.lock();
        if known.len() >= MAX_KNOWN && !known.contains_key(&hash) {
            known.retain(|_, token| token.running.load(Ordering::Relaxed) > 0);
        }
        let token = known.entry(hash).or_insert_with(|| {
            let limiter = |quota| RateLimiter::direct_with_clock(quota, CLOCK).with_middleware();
            Arc::new(Token {
                running: AtomicUsize::new(0),
                limiter: self.quota.map(limiter),
            })
        });
        Arc::clone(token)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<TokenHash, Arc<Token>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.token.running.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(requests_per_minute: u32, concurrent_requests: usize) -> Tokens {
        Tokens::new(&LimitOptions {
            requests_per_minute,
            concurrent_requests,
            ..LimitOptions::default()
        })
    }

    #[test]
    fn only_so_many_run_at_once_and_each_makes_room() {
        let tokens = tokens(0, 2);
        let first = tokens.admit([1; 32]).ok();
        let second = tokens.admit([1; 32]).ok();
        assert!(first.is_some() && second.is_some());
        assert!(matches!(tokens.admit([1; 32]), Err(Refusal::AtOnce(2))));
        assert!(tokens.admit([2; 32]).is_ok(), "another token's are its own");
        drop(first);
        assert!(tokens.admit([1; 32]).is_ok());
    }

    #[test]
    fn a_rate_counts_down_and_who_is_refused_is_not_running() {
        let tokens = tokens(2, 1);
        let left = |tokens: &Tokens| tokens.admit([1; 32]).ok()?.rate.map(|rate| rate.remaining);
        assert_eq!(left(&tokens), Some(1));
        assert_eq!(left(&tokens), Some(0));
        for _ in 0..3 {
            let Err(Refusal::Rate(rate)) = tokens.admit([1; 32]) else {
                unreachable!("the rate is used up");
            };
            assert!((25..=30).contains(&rate.seconds), "{rate:?}");
        }
    }

    #[test]
    fn a_token_is_known_from_its_first_request_until_it_is_forgotten() {
        let tokens = tokens(0, 0);
        assert!(!tokens.knows(&[1; 32]));
        drop(tokens.admit([1; 32]));
        assert!(tokens.knows(&[1; 32]));
        tokens.forget(&[1; 32]);
        assert!(!tokens.knows(&[1; 32]));
    }
}
