//! The random part of ids, in the order of their making.

use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// Gives what ids are made from, together with the time of a transaction.
///
/// Ids of one millisecond grow as they are made, by all transactions of a store, so that `ORDER BY
/// id` tells which of two requests came first (RFC 9562 §6.2, method 2). A time that differs from
/// the last one starts anew at a random place.
pub(crate) struct Entropy {
    last: Mutex<(i64, [u8; 10])>,
    chance: Chance,
}

/// Where chance comes from.
enum Chance {
    /// The operating system.
    System,
    /// A seed: the same ids in the same order, for simulations.
    Seeded(Box<Mutex<StdRng>>),
}

impl Entropy {
    pub(crate) fn new() -> Self {
        Self::of(Chance::System)
    }

    pub(crate) fn seeded(seed: u64) -> Self {
        let random = StdRng::seed_from_u64(seed);
        Self::of(Chance::Seeded(Box::new(Mutex::new(random))))
    }

    fn of(chance: Chance) -> Self {
        Self {
            last: Mutex::new((i64::MIN, [0; 10])),
            chance,
        }
    }

    /// Bytes that nobody can guess (but for a seed).
    fn fill(&self, bytes: &mut [u8]) {
        match &self.chance {
            Chance::System => rand::rng().fill_bytes(bytes),
            Chance::Seeded(random) => random
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .fill_bytes(bytes),
        }
    }

    /// The ten bytes of the next id that is made at `now`.
    pub(crate) fn next(&self, now: DateTime<Utc>) -> [u8; 10] {
        // Nothing panics while it is locked, and half of a change could not be told from a whole.
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let millis = now.timestamp_millis();
        let next = if last.0 == millis {
            self.after(last.1)
        } else {
            self.anywhere()
        };
        *last = (millis, next);
        next
    }

    fn anywhere(&self) -> [u8; 10] {
        let mut first = [0; 10];
        self.fill(&mut first);
        // The UUID keeps six bits of the third byte. The first of them stays free, so that
        // counting up does not wrap around.
        first[2] &= 0x1f;
        first
    }

    /// A little more, by a step that nobody can guess.
    fn after(&self, [a, b, tail @ ..]: [u8; 10]) -> [u8; 10] {
        let mut step = [0; 4];
        self.fill(&mut step);
        let step = u64::from(u32::from_be_bytes(step)) + 1;
        let [c, d, e, f, g, h, i, j] = u64::from_be_bytes(tail).wrapping_add(step).to_be_bytes();
        [a, b, c, d, e, f, g, h, i, j]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use syncline_domain::SyncId;

    #[test]
    fn ids_of_one_millisecond_sort_as_they_were_made() {
        let entropy = Entropy::new();
        let at: DateTime<Utc> = "2026-01-01T00:00:00Z".parse().unwrap();
        let made: Vec<SyncId> = (0..100_000)
            .map(|micros| at + chrono::Duration::nanoseconds(micros * 9))
            .map(|at| SyncId::from_parts(at, entropy.next(at)))
            .collect();
        assert!(made.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn another_time_starts_at_another_place() {
        let entropy = Entropy::new();
        let at: DateTime<Utc> = "2026-01-01T00:00:00Z".parse().unwrap();
        let first = entropy.next(at);
        let later = entropy.next(at + chrono::Duration::milliseconds(1));
        assert_ne!(first[..8], later[..8]);
    }
}
