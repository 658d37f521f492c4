//! One transaction, and the time and ids inside it.

use chrono::{DateTime, Utc};

/// A transaction under way. Its methods, spread over the modules by what they are about, are all
/// that can be asked of the store.
pub struct Tx<'a> {
    _conn: std::marker::PhantomData<&'a mut ()>,
}

impl Tx<'_> {
    /// The time of this transaction by the store's clock, cut to microseconds.
    pub fn now(&self) -> DateTime<Utc> {
        todo!()
    }
}
