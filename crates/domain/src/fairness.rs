//! Whose turn it is: a weighted round over those that wait, and two kinds of work that share
//! slots.
//!
//! The rule keeps no list of all that wait. It remembers who was served last and how many of its
//! turns are used up, so that whoever asks may walk an index from there.

use std::collections::VecDeque;

/// Of so many slots that become free while both kinds wait, one goes to scheduled work.
const SCHEDULED_EVERY: u32 = 4;

/// Where a weighted round stands. In each round everybody that waits has as many turns as its
/// weight, in the order of the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Round<K> {
    last: Option<K>,
    used: u32,
}

/// Somebody that waits, with the oldest of its work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting<K, T> {
    /// Who.
    pub key: K,
    /// Its turns in each round; 0 counts as 1.
    pub weight: u32,
    /// What it waits with, the first first. Nothing, when it may have no turn now.
    pub work: VecDeque<T>,
}

/// A round under way.
#[derive(Debug)]
pub struct Turns<K, T> {
    round: Round<K>,
    line: VecDeque<Waiting<K, T>>,
}

/// Where the sharing of slots stands: a round for the work that callers asked for, one for
/// scheduled work, and how often the first went before the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share<K> {
    /// Of what callers asked for.
    pub asked: Round<K>,
    /// Of what schedules made.
    pub scheduled: Round<K>,
    in_a_row: u32,
}

impl<K> Default for Round<K> {
    fn default() -> Self {
        Self {
            last: None,
            used: 0,
        }
    }
}

impl<K: Copy + Eq> Round<K> {
    /// Whom to begin with, if it still waits; else with whoever follows it.
    pub fn begins_at(&self) -> Option<K> {
        self.last
    }

    /// Goes on with `line`: everybody that waits, or the first of them, in the order of the keys,
    /// beginning with [`begins_at`](Self::begins_at) and going round.
    pub fn go_on<T>(self, line: impl IntoIterator<Item = Waiting<K, T>>) -> Turns<K, T> {
        let mut line: VecDeque<_> = line.into_iter().collect();
        // Its turns are used up: it is the last of the next round.
        if line
            .front()
            .is_some_and(|first| Some(first.key) == self.last && self.used >= first.weight.max(1))
        {
            line.rotate_left(1);
        }
        Turns { round: self, line }
    }
}

impl<K: Copy + Eq, T> Turns<K, T> {
    /// The work whose turn it is. What `may` refuses is left out, and costs no turn.
    pub fn next(&mut self, mut may: impl FnMut(&T) -> bool) -> Option<T> {
        while let Some(mut first) = self.line.pop_front() {
            let weight = first.weight.max(1);
            if self.round.last != Some(first.key) || self.round.used >= weight {
                self.round = Round {
                    last: Some(first.key),
                    used: 0,
                };
            }
            while let Some(work) = first.work.pop_front() {
                if !may(&work) {
                    continue;
                }
                self.round.used += 1;
                if self.round.used < weight {
                    self.line.push_front(first);
                } else {
                    self.line.push_back(first);
                }
                return Some(work);
            }
            // It has no more: the next one's turn, even if it comes back.
            self.round.used = weight;
        }
        None
    }

    /// Where the round stands now.
    pub fn round(&self) -> Round<K> {
        self.round
    }
}

impl<K> Default for Share<K> {
    fn default() -> Self {
        Self {
            asked: Round::default(),
            scheduled: Round::default(),
            in_a_row: 0,
        }
    }
}

impl<K> Share<K> {
    /// Whether the next slot is first offered to scheduled work. Else to what callers asked for;
    /// whichever kind has nothing leaves the slot to the other.
    pub fn is_scheduled_next(&self) -> bool {
        self.in_a_row + 1 >= SCHEDULED_EVERY
    }

    /// A slot was taken.
    pub fn took(&mut self, is_scheduled: bool) {
        self.in_a_row = match is_scheduled {
            true => 0,
            false => (self.in_a_row + 1).min(SCHEDULED_EVERY),
        };
    }
}

#[cfg(test)]
mod tests;
