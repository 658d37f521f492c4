use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Book, Dice, Ledger, Model, Row, Table};

/// What some steps changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Advanced {
    /// The steps made since the start.
    pub step: u32,
    /// The `updated_at` of the last step.
    pub now: DateTime<Utc>,
    /// The net changes, by model.
    pub changes: BTreeMap<Model, Changes>,
}

/// The net changes of one model: no id stands in two lists, and what was added and deleted within
/// the same call stands in none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    /// Ids of rows that have a new version.
    pub updated: BTreeSet<String>,
    /// Ids of rows that are new.
    pub inserted: BTreeSet<String>,
    /// Ids of rows that vanished.
    pub deleted: BTreeSet<String>,
}

impl Ledger {
    /// Lets time go on: the same steps from the same seed make the same changes.
    pub(crate) fn advance(&mut self, steps: u32) -> Advanced {
        let mut changes: BTreeMap<Model, Changes> = BTreeMap::new();
        for _ in 0..steps {
            self.tick();
            for model in Model::ALL {
                self.step_table(model, changes.entry(model).or_default());
            }
        }
        Advanced {
            step: self.step,
            now: DateTime::from_timestamp(self.now, 0).unwrap_or_default(),
            changes,
        }
    }

    fn step_table(&mut self, model: Model, changes: &mut Changes) {
        let (book, pace, step, now) = (self.book, self.pace, self.step, self.now);
        let table = &mut self.tables[model.index()];
        let mut dice = Dice::new(&[book.seed, model.index() as u64, 40, u64::from(step)]);
        let mut inserts = pace.inserts;
        for _ in 0..pace.deletes {
            if let Some(place) = find_place(table, &mut dice, |row| {
                row.is_deletable() && row.changed_in != step
            }) {
                let (deleted, inserted) = table.replace(place, now, step);
                inserts = inserts.saturating_sub(1);
                changes.delete(&book, model, &deleted);
                changes.inserted.insert(book.id(model, &inserted));
            }
        }
        for _ in 0..inserts {
            let inserted = table.append(now, step);
            changes.inserted.insert(book.id(model, &inserted));
        }
        for _ in 0..pace.updates {
            if let Some(place) = find_place(table, &mut dice, |row| row.changed_in != step) {
                let updated = table.update(place, now, step);
                changes.update(&book, model, &updated);
            }
        }
    }
}

impl Changes {
    fn update(&mut self, book: &Book, model: Model, row: &Row) {
        let id = book.id(model, row);
        if !self.inserted.contains(&id) {
            self.updated.insert(id);
        }
    }

    fn delete(&mut self, book: &Book, model: Model, row: &Row) {
        let id = book.id(model, row);
        self.updated.remove(&id);
        if !self.inserted.remove(&id) {
            self.deleted.insert(id);
        }
    }
}

/// The first fitting place at or after a random one, going round once.
fn find_place(table: &Table, dice: &mut Dice, fits: impl Fn(&Row) -> bool) -> Option<usize> {
    let rows = table.rows();
    let start = dice.below(rows.len() as u64) as usize;
    (start..rows.len())
        .chain(0..start)
        .find(|place| fits(&rows[*place]))
}
