use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::{Clock, DemoConfig, Pace};

use super::{Book, Model, Table};

/// The three tables and the clock that stamps their changes.
#[derive(Debug)]
pub(crate) struct Ledger {
    pub(crate) book: Book,
    pub(super) tables: [Table; 3],
    pub(super) pace: Pace,
    pub(super) step: u32,
    /// The stamp of the last change, in seconds since 1970.
    pub(super) now: i64,
    clock: Clock,
}

impl Ledger {
    pub(crate) fn new(config: &DemoConfig) -> Self {
        let epoch = config.epoch.timestamp();
        let table =
            |model, count| Table::seeded(model, count, config.seed, epoch, config.cache_bytes);
        Self {
            book: Book {
                seed: config.seed,
                customers: config.customers as u32,
                invoices: config.invoices as u32,
            },
            tables: [
                table(Model::Customers, config.customers),
                table(Model::Invoices, config.invoices),
                table(Model::Payments, config.payments),
            ],
            pace: config.pace,
            step: 0,
            now: epoch,
            clock: config.clock,
        }
    }

    pub(crate) fn table(&self, model: Model) -> &Table {
        &self.tables[model.index()]
    }

    /// Moves the clock to the next step. It never goes back, whatever the machine's clock does.
    pub(super) fn tick(&mut self) {
        self.step += 1;
        self.now = match self.clock {
            Clock::Stepped(length) => self.now.saturating_add_unsigned(length.as_secs()),
            Clock::Wall => {
                let since = SystemTime::now()
                    .duration_since(UNIX_EPOCH)
                    .unwrap_or(Duration::ZERO);
                self.now.max(since.as_secs() as i64)
            }
        };
    }
}
