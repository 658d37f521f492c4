use std::sync::Arc;

use crate::dataset::{Row, Table};

use super::{Cursor, Window};

/// Places in a table's rows, in the order in which a list shows them.
#[derive(Debug, Clone)]
pub(crate) enum Order {
    /// All rows, each in its place.
    Everything,
    /// These places.
    Chosen(Arc<Vec<u32>>),
}

impl Order {
    /// The rows of the window, each in its place: for offset and page-number paging.
    pub(super) fn by_place(table: &Table, window: Window) -> Self {
        if window == Window::default() {
            return Self::Everything;
        }
        table
            .cache
            .order(window, || places(table, |row| window.holds(row)))
    }

    /// All rows by `(updated_at, number)`: for cursor paging. A row that changes moves to the end,
    /// ahead of every reader, so none is passed over.
    pub(super) fn by_change(table: &Table) -> Self {
        table.cache.order(Window::default(), || {
            let mut order = places(table, |_| true);
            order.sort_unstable_by_key(|place| Cursor::of(&table.rows()[*place as usize]));
            order
        })
    }

    pub(super) fn len(&self, table: &Table) -> usize {
        match self {
            Self::Everything => table.rows().len(),
            Self::Chosen(places) => places.len(),
        }
    }

    /// The places from `start` on, at most `limit`.
    pub(super) fn slice(&self, table: &Table, start: usize, limit: usize) -> Vec<u32> {
        let end = start.saturating_add(limit).min(self.len(table));
        let start = start.min(end);
        match self {
            Self::Everything => (start as u32..end as u32).collect(),
            Self::Chosen(places) => places[start..end].to_vec(),
        }
    }

    /// How many leading rows satisfy this, when all that do stand first.
    pub(super) fn partition(&self, table: &Table, leads: impl Fn(&Row) -> bool) -> usize {
        match self {
            Self::Everything => table.rows().partition_point(leads),
            Self::Chosen(places) => {
                places.partition_point(|place| leads(&table.rows()[*place as usize]))
            }
        }
    }
}

fn places(table: &Table, keep: impl Fn(&Row) -> bool) -> Vec<u32> {
    (0_u32..)
        .zip(table.rows())
        .filter(|(_, row)| keep(row))
        .map(|(place, _)| place)
        .collect()
}
