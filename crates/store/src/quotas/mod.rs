//! The quotas of provider accounts, shared by all processes.
//!
//! A connection is an account. What was learned of its quota is kept whatever the attempt: no
//! fence. The row is locked from reading to writing, so that no request is given out twice; no
//! other row is locked meanwhile.

mod exchange;
mod row;
