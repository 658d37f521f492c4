//! Simulation: the real engine and the real store on one thread, in paused time.
//!
//! A seed decides everything: how many engines there are, what callers ask, what the provider
//! holds and does wrong, whose call to the store is served next and whether its answer comes back,
//! when an engine dies, hangs or stops, and how the clocks jump. After each commit the store is
//! compared with what the provider served (`shadow`). The same seed does the same again:
//!
//! ```text
//! make simulate SEED=1234
//! ```

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[cfg(feature = "bugs")]
mod bugs;
mod callers;
mod dice;
mod engines;
mod events;
mod held;
mod provider;
mod run;
mod schedules;
mod seeds;
mod setting;
mod shadow;
mod trace;
mod world;
