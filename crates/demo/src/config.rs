use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::{DemoError, FaultPlan};

/// What a demo provider serves, and how. Two demos of equal config serve equal bytes.
#[derive(Debug, Clone)]
pub struct DemoConfig {
    /// Decides every value of every record, each later change, and random faults.
    pub seed: u64,
    /// How many customers there are at the start.
    pub customers: usize,
    /// How many invoices there are at the start.
    pub invoices: usize,
    /// How many payments there are at the start.
    pub payments: usize,
    /// The bearer token that every request but `GET /` must carry.
    pub token: String,
    /// The faults from the start on; they can be replaced while the demo runs.
    pub faults: FaultPlan,
    /// No record at the start was updated later than this; all were created in the two years before.
    pub epoch: DateTime<Utc>,
    /// How changes are stamped.
    pub clock: Clock,
    /// How much changes in one step, in each model.
    pub pace: Pace,
    /// Makes one step each time this has passed; `None` leaves it to [`crate::Demo::advance`].
    pub advance_every: Option<Duration>,
    /// The largest page that a caller may ask for.
    pub max_page_size: usize,
    /// How many requests the log keeps; older ones are counted and forgotten.
    pub log_capacity: usize,
    /// Whether the log names each record that it served, not only how many. Costs memory for each.
    pub log_ids: bool,
    /// How many bytes of rendered pages each model keeps; further pages are rendered anew each time.
    pub cache_bytes: usize,
    /// How many threads serve.
    pub workers: usize,
}

/// How the changes of a step are stamped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// The first step is stamped this long after the epoch, and so on: the same on every run.
    Stepped(Duration),
    /// Steps are stamped with the time of day, as a live system would.
    Wall,
}

/// How much changes in one step, in each of the three models.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Rows that get a new version.
    pub updates: usize,
    /// Rows that are added.
    pub inserts: usize,
    /// Rows that vanish; at most as many as are added, see the README on stable paging.
    pub deletes: usize,
}

impl Default for DemoConfig {
    fn default() -> Self {
        Self {
            seed: 1,
            customers: 200,
            invoices: 2_000,
            payments: 1_500,
            token: "demo-token".to_owned(),
            faults: FaultPlan::default(),
            // 2026-01-01T00:00:00Z
            epoch: DateTime::from_timestamp(1_767_225_600, 0).unwrap_or_default(),
            clock: Clock::Stepped(Duration::from_secs(60)),
            pace: Pace {
                updates: 5,
                inserts: 2,
                deletes: 1,
            },
            advance_every: None,
            max_page_size: 1_000,
            log_capacity: 100_000,
            log_ids: false,
            cache_bytes: 512 * 1024 * 1024,
            workers: 1,
        }
    }
}

impl DemoConfig {
    pub(crate) fn check(&self) -> Result<(), DemoError> {
        let wrong = |what: &str| Err(DemoError::Config(what.to_owned()));
        let most = 100_000_000;
        if self.customers.max(self.invoices).max(self.payments) > most {
            return wrong("a model has at most 100,000,000 rows");
        }
        if self.customers == 0 && self.invoices > 0 {
            return wrong("invoices need customers to bill");
        }
        if self.invoices == 0 && self.payments > 0 {
            return wrong("payments need invoices to settle");
        }
        if self.pace.deletes > self.pace.inserts {
            return wrong("a step cannot delete more rows than it inserts");
        }
        if self.token.is_empty() {
            return wrong("the token is empty");
        }
        if self.max_page_size == 0 || self.workers == 0 {
            return wrong("max_page_size and workers are at least 1");
        }
        if self.clock == Clock::Stepped(Duration::ZERO)
            || self.advance_every == Some(Duration::ZERO)
        {
            return wrong("a step takes time");
        }
        if let Clock::Stepped(step) = self.clock
            && step.subsec_nanos() != 0
        {
            return wrong("steps are whole seconds, since updated_at is");
        }
        self.faults.check().map_err(DemoError::Config)
    }
}
