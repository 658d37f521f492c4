//! The only writer of `syncs.status`.
//!
//! What follows what is decided by the table of `syncline_domain::transition` alone: single moves
//! go through [`Lifecycle::apply`](syncline_domain::Lifecycle::apply), and those over many rows
//! take their statuses from the table by [`statuses`]. A row is written only where it still
//! stands as it was read; when no row changes, somebody else was faster.
//!
//! Every change of a status goes through [`noted`], which writes its event in the same transaction.
//!
//! Locks are taken in one order: connection, models, syncs, model state and feed, records.

mod enqueue;
mod insert;
mod lock;
mod moves;
mod noted;
#[cfg(feature = "deliberate-bugs")]
mod revive;
mod start;
pub(crate) mod statuses;
mod turn;
mod waiting;

pub(crate) use moves::Move;
