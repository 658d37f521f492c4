use super::{Dice, Model};

/// What is stored of a record; all else is computed from the seed when it is rendered, so that a
/// million rows take 32 MB and not half a gigabyte.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    /// The number inside the id: given once, never again.
    pub(crate) number: u32,
    /// 0 when created; each update adds one.
    pub(crate) revision: u32,
    /// Seconds since 1970.
    pub(crate) created_at: i64,
    /// Seconds since 1970.
    pub(crate) updated_at: i64,
    /// The step that made this revision; 0 for what was there at the start.
    pub(crate) changed_in: u32,
}

/// How far back the first records go.
const HISTORY: i64 = 730 * 24 * 3600;
const LONGEST_LAG: u64 = 30 * 24 * 3600;

impl Row {
    /// The row as it stands at the epoch, as one of `count`.
    pub(crate) fn initial(seed: u64, model: Model, number: u32, count: usize, epoch: i64) -> Self {
        let age = HISTORY - HISTORY * i64::from(number) / (count.max(1) as i64);
        let created_at = epoch - age;
        let lag = match model {
            // Payments are booked once and at first left alone, so they are ordered by time and by number alike.
            Model::Payments => 0,
            Model::Customers | Model::Invoices => {
                Dice::new(&[seed, model.index() as u64, u64::from(number), 1])
                    .below(LONGEST_LAG.min(age as u64 + 1))
            }
        };
        Self {
            number,
            revision: 0,
            created_at,
            updated_at: created_at + lag as i64,
            changed_in: 0,
        }
    }

    pub(crate) fn inserted(number: u32, now: i64, step: u32) -> Self {
        Self {
            number,
            revision: 0,
            created_at: now,
            updated_at: now,
            changed_in: step,
        }
    }

    pub(crate) fn update(&mut self, now: i64, step: u32) {
        self.revision += 1;
        self.updated_at = now;
        self.changed_in = step;
    }

    /// Only every eighth row may be deleted: nothing refers to those, so no reference ever dangles.
    pub(crate) fn is_deletable(&self) -> bool {
        is_deletable(self.number)
    }
}

pub(super) fn is_deletable(number: u32) -> bool {
    number.is_multiple_of(8)
}

/// A number from 1 to `population` of a row that is never deleted.
pub(super) fn pick_lasting(dice: &mut Dice, population: u32) -> u32 {
    let number = dice.below(u64::from(population.max(1))) as u32 + 1;
    if is_deletable(number) {
        number - 1
    } else {
        number
    }
}
