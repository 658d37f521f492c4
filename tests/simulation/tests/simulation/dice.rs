//! Chance out of a seed.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// Throws the same numbers for the same seed.
#[derive(Debug)]
pub struct Dice(StdRng);

impl Dice {
    /// Dice of a seed.
    pub fn new(seed: u64) -> Self {
        Self(StdRng::seed_from_u64(seed))
    }

    /// A number below `end`; 0 when there is none.
    pub fn below(&mut self, end: usize) -> usize {
        if end == 0 {
            0
        } else {
            self.0.random_range(0..end)
        }
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        self.0.random_range(low..=high)
    }

    /// True so many times in a thousand.
    pub fn chance(&mut self, in_a_thousand: u32) -> bool {
        self.0.random_range(0..1000) < in_a_thousand
    }

    /// One of them, if there is any.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.below(items.len()))
    }

    /// One of them, each as often as its weight says.
    pub fn weighed<T: Copy>(&mut self, items: &[(u32, T)]) -> Option<T> {
        let sum: u32 = items.iter().map(|(weight, _)| weight).sum();
        if sum == 0 {
            return None;
        }
        let mut at = self.0.random_range(0..sum);
        for (weight, item) in items {
            if at < *weight {
                return Some(*item);
            }
            at -= weight;
        }
        None
    }
}
