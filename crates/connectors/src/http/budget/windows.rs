//! Counts calls in windows of time. Pure: time is told.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// So many calls from reset to reset.
#[derive(Debug)]
pub(super) struct FixedWindow {
    limit: u64,
    period: Duration,
    /// None before the first call.
    resets_at: Option<Instant>,
    used: u64,
}

/// So many calls in any time of a length, for each of some lengths.
#[derive(Debug)]
pub(super) struct MovingWindow {
    /// Limit and length.
    rates: Vec<(u64, Duration)>,
    /// When, and how many; the oldest first.
    calls: VecDeque<(Instant, u64)>,
}

impl FixedWindow {
    pub(super) fn new(limit: u64, period: Duration) -> Self {
        Self {
            limit,
            period,
            resets_at: None,
            used: 0,
        }
    }

    /// Takes calls, or tells how long to wait for them.
    pub(super) fn take(&mut self, weight: u64, now: Instant) -> Result<(), Duration> {
        let resets_at = self.current(now);
        if self.used + weight > self.limit && self.used > 0 {
            return Err(resets_at.saturating_duration_since(now));
        }
        self.used += weight;
        Ok(())
    }

    /// What the provider says; more calls than are left here are not believed, so that a limit
    /// below the provider's own holds.
    pub(super) fn learn(&mut self, left: Option<u64>, resets_in: Option<Duration>, now: Instant) {
        self.current(now);
        if let Some(left) = left {
            self.used = self.used.max(self.limit.saturating_sub(left));
        }
        if let Some(resets_in) = resets_in {
            self.resets_at = now.checked_add(resets_in).or(self.resets_at);
        }
    }

    fn current(&mut self, now: Instant) -> Instant {
        match self.resets_at {
            Some(at) if now < at => at,
            _ => {
                self.used = 0;
                let at = now + self.period;
                self.resets_at = Some(at);
                at
            }
        }
    }
}

impl MovingWindow {
    pub(super) fn new(rates: Vec<(u64, Duration)>) -> Self {
        Self {
            rates,
            calls: VecDeque::new(),
        }
    }

    /// Takes calls, or tells how long to wait for them.
    pub(super) fn take(&mut self, weight: u64, now: Instant) -> Result<(), Duration> {
        self.forget(now);
        let waits = self.rates.iter().map(|rate| self.wait(*rate, weight, now));
        let wait = waits.max().unwrap_or_default();
        if !wait.is_zero() {
            return Err(wait);
        }
        self.calls.push_back((now, weight));
        Ok(())
    }

    /// The provider says that no call is left: the strictest rate is used up.
    pub(super) fn use_up(&mut self, now: Instant) {
        self.forget(now);
        let left = self.rates.iter().map(|rate| {
            let used = self.used_within(rate.1, now);
            rate.0.saturating_sub(used)
        });
        match left.min().unwrap_or(0) {
            0 => {}
            left => self.calls.push_back((now, left)),
        }
    }

    fn forget(&mut self, now: Instant) {
        let longest = self.rates.iter().map(|rate| rate.1).max();
        let longest = longest.unwrap_or_default();
        while let Some((at, _)) = self.calls.front()
            && now.saturating_duration_since(*at) >= longest
        {
            self.calls.pop_front();
        }
    }

    fn used_within(&self, length: Duration, now: Instant) -> u64 {
        let within = self
            .calls
            .iter()
            .rev()
            .take_while(|(at, _)| now.saturating_duration_since(*at) < length);
        within.map(|(_, weight)| weight).sum()
    }

    /// Until enough of the oldest calls within the window have left it.
    fn wait(&self, (limit, length): (u64, Duration), weight: u64, now: Instant) -> Duration {
        let mut used = self.used_within(length, now);
        // More than is ever free goes alone.
        let room = limit.saturating_sub(weight);
        let within = self
            .calls
            .iter()
            .filter(|(at, _)| now.saturating_duration_since(*at) < length);
        let mut wait = Duration::ZERO;
        for (at, calls) in within {
            if used <= room {
                break;
            }
            used -= calls;
            wait = (*at + length).saturating_duration_since(now);
        }
        wait
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_fixed_window_opens_again_at_its_reset() {
        let begin = Instant::now();
        let mut window = FixedWindow::new(3, 10 * SECOND);
        assert_eq!(window.take(2, begin), Ok(()));
        assert_eq!(window.take(1, begin + SECOND), Ok(()));
        assert_eq!(window.take(1, begin + 4 * SECOND), Err(6 * SECOND));
        assert_eq!(window.take(3, begin + 10 * SECOND), Ok(()));
        assert_eq!(window.take(1, begin + 11 * SECOND), Err(9 * SECOND));
    }

    #[test]
    fn a_fixed_window_believes_the_provider_when_it_says_less() {
        let begin = Instant::now();
        let mut window = FixedWindow::new(10, 60 * SECOND);
        window.learn(Some(1), Some(5 * SECOND), begin);
        assert_eq!(window.take(1, begin), Ok(()));
        assert_eq!(window.take(1, begin + SECOND), Err(4 * SECOND));
        window.learn(Some(100), None, begin + SECOND);
        assert_eq!(window.take(1, begin + SECOND), Err(4 * SECOND));
        assert_eq!(window.take(1, begin + 5 * SECOND), Ok(()));
    }

    #[test]
    fn a_moving_window_counts_back_from_each_call() {
        let begin = Instant::now();
        let at = |seconds: u32| begin + seconds * SECOND;
        let mut window = MovingWindow::new(vec![(2, 10 * SECOND), (3, 60 * SECOND)]);
        assert_eq!(window.take(1, at(0)), Ok(()));
        assert_eq!(window.take(1, at(4)), Ok(()));
        assert_eq!(window.take(1, at(5)), Err(5 * SECOND));
        assert_eq!(window.take(1, at(10)), Ok(()));
        // The longer window is full until its first call leaves it.
        assert_eq!(window.take(1, at(20)), Err(40 * SECOND));
        assert_eq!(window.take(1, at(60)), Ok(()));
    }

    #[test]
    fn weights_count_and_too_heavy_calls_go_alone() {
        let begin = Instant::now();
        let mut window = MovingWindow::new(vec![(5, 10 * SECOND)]);
        assert_eq!(window.take(4, begin), Ok(()));
        assert_eq!(window.take(2, begin + SECOND), Err(9 * SECOND));
        assert_eq!(window.take(9, begin + 10 * SECOND), Ok(()));
        assert_eq!(window.take(1, begin + 11 * SECOND), Err(9 * SECOND));
        let mut window = FixedWindow::new(5, 10 * SECOND);
        assert_eq!(window.take(9, begin), Ok(()));
        assert_eq!(window.take(1, begin), Err(10 * SECOND));
    }

    #[test]
    fn what_the_provider_used_up_is_used_up() {
        let begin = Instant::now();
        let mut window = MovingWindow::new(vec![(5, 10 * SECOND)]);
        assert_eq!(window.take(1, begin), Ok(()));
        window.use_up(begin + SECOND);
        assert_eq!(window.take(1, begin + 2 * SECOND), Err(8 * SECOND));
    }

    proptest::proptest! {
        /// In no time of its length are there more calls than a rate allows, and no wait is in
        /// vain: behind it the call is taken.
        #[test]
        fn no_rate_is_passed(
            rates in proptest::collection::vec((1..6_u64, 1..20_u64), 1..3),
            calls in proptest::collection::vec((0..5000_u64, 1..3_u64), 1..60),
        ) {
            let rates: Vec<_> = rates
                .into_iter()
                .map(|(limit, seconds)| (limit, Duration::from_secs(seconds)))
                .collect();
            let least = rates.iter().map(|rate| rate.0).min().unwrap_or(1);
            let mut window = MovingWindow::new(rates.clone());
            let mut now = Instant::now();
            let mut taken: Vec<(Instant, u64)> = Vec::new();
            for (pause, weight) in calls {
                now += Duration::from_millis(pause);
                let weight = weight.min(least);
                if let Err(wait) = window.take(weight, now) {
                    now += wait;
                    proptest::prop_assert_eq!(window.take(weight, now), Ok(()));
                }
                taken.push((now, weight));
            }
            for (limit, length) in rates {
                for (index, (begin, _)) in taken.iter().enumerate() {
                    let within = taken[index..].iter().take_while(|(at, _)| *at < *begin + length);
                    let used: u64 = within.map(|(_, weight)| weight).sum();
                    proptest::prop_assert!(used <= limit, "{used} in {length:?}, not {limit}");
                }
            }
        }
    }
}
