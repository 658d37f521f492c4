//! Syncs from their request to their end, on both databases: what each act leaves behind, and
//! what it refuses.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod world;

mod cancelling;
mod catching_up;
mod claiming;
mod events;
mod fairness;
mod feed;
mod fences;
mod held;
mod held_meanwhile;
mod lists;
mod pages;
mod properties;
mod quotas;
mod races;
mod requesting;
mod rescuing;
mod retention;
mod states;
mod sweeping;
mod ticking;
