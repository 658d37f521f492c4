use crate::pages::Cache;

use super::{Model, Row};

/// The rows of one model, in their order of listing.
///
/// A row keeps its place for life. A deleted row's place is taken at once by a new row, and other
/// new rows go to the end, so nothing ever moves: whoever pages by offset or page number meets
/// every row that was there throughout, whatever changes meanwhile.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) model: Model,
    rows: Vec<Row>,
    next_number: u32,
    /// What was rendered and sorted of these rows; emptied by every change.
    pub(crate) cache: Cache,
}

impl Table {
    pub(crate) fn seeded(
        model: Model,
        count: usize,
        seed: u64,
        epoch: i64,
        cache_bytes: usize,
    ) -> Self {
        let last = count as u32;
        Self {
            model,
            rows: (1..=last)
                .map(|number| Row::initial(seed, model, number, count, epoch))
                .collect(),
            next_number: last + 1,
            cache: Cache::new(cache_bytes),
        }
    }

    pub(crate) fn rows(&self) -> &[Row] {
        &self.rows
    }

    pub(crate) fn update(&mut self, place: usize, now: i64, step: u32) -> Row {
        self.cache.clear();
        self.rows[place].update(now, step);
        self.rows[place]
    }

    /// Deletes the row at this place and gives the place to a new row; answers (deleted, inserted).
    pub(crate) fn replace(&mut self, place: usize, now: i64, step: u32) -> (Row, Row) {
        let inserted = self.new_row(now, step);
        let deleted = std::mem::replace(&mut self.rows[place], inserted);
        (deleted, inserted)
    }

    pub(crate) fn append(&mut self, now: i64, step: u32) -> Row {
        let row = self.new_row(now, step);
        self.rows.push(row);
        row
    }

    fn new_row(&mut self, now: i64, step: u32) -> Row {
        self.cache.clear();
        let number = self.next_number;
        self.next_number += 1;
        Row::inserted(number, now, step)
    }
}
