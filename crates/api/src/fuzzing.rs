//! What reads the callers' texts, without a server: for the fuzz targets of `tests/fuzz`.
//!
//! Behind the feature `fuzzing`. Nothing here does more than the handlers do before they ask the
//! store, and nothing here may panic, whatever it is given.

mod bodies;
mod cursors;
mod queries;

pub use bodies::{BODIES, read_body};
pub use cursors::{CURSORS, read_cursor};
pub use queries::{QUERIES, read_query};

use crate::problem::{ErrorCode, Problem};

/// How one kind of text is read.
pub struct Reader<I: ?Sized + 'static> {
    /// What is read.
    pub name: &'static str,
    read: fn(&I) -> Result<(), Problem>,
}

impl<I: ?Sized> Reader<I> {
    fn run(&self, input: &I) -> Result<(), ErrorCode> {
        (self.read)(input).map_err(|problem| problem.code)
    }
}
