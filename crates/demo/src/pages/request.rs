use super::{Cursor, Window};

/// What a caller asked for, checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct PageRequest {
    pub(crate) window: Window,
    pub(crate) position: Position,
    pub(crate) limit: usize,
}

/// Where a page begins, in each paging style.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Position {
    /// The number of the page, from 1.
    Page(u64),
    /// How many rows to pass over.
    Offset(u64),
    /// After this row, or at the start.
    After(Option<Cursor>),
}
