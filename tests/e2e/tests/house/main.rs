//! The house rules that a compiler does not check. Each module holds one rule: a pure function
//! that finds offenders, a test that applies it to this repository, and tests that break the rule
//! on a small sample, so that the rule is known to be able to fail.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod arrows;
mod deliberate_bugs;
mod licences;
mod links;
mod long_files;
mod repository;
mod status_writes;
