use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use serde_json::Value;

use crate::{
    Advanced, DemoConfig, FaultPlan, Model, Served, ServedLog,
    dataset::Ledger,
    faults::FaultSchedule,
    gate::Gate,
    pages::{Page, PageRequest, page_of, prerender},
};

/// The demo's state, shared by its handle and its HTTP handlers.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) config: DemoConfig,
    pub(crate) gate: Gate,
    ledger: RwLock<Ledger>,
    faults: Mutex<FaultSchedule>,
    log: Mutex<ServedLog>,
}

impl Service {
    pub(crate) fn new(config: DemoConfig) -> Self {
        Self {
            gate: Gate::open(),
            ledger: RwLock::new(Ledger::new(&config)),
            faults: Mutex::new(FaultSchedule::new(config.seed, config.faults.clone())),
            log: Mutex::default(),
            config,
        }
    }

    pub(crate) fn page(&self, model: Model, request: PageRequest, repeat: bool) -> Arc<Page> {
        let ledger = self.read();
        page_of(&ledger.book, ledger.table(model), request, repeat)
    }

    pub(crate) fn prerender(&self, model: Model, page_size: usize) -> usize {
        let ledger = self.read();
        prerender(&ledger.book, ledger.table(model), page_size)
    }

    pub(crate) fn advance(&self, steps: u32) -> Advanced {
        self.write().advance(steps)
    }

    pub(crate) fn count(&self, model: Model) -> usize {
        self.read().table(model).rows().len()
    }

    pub(crate) fn truth(&self, model: Model) -> Vec<Value> {
        let (book, rows) = self.rows(model);
        let mut text = Vec::new();
        rows.iter()
            .map(|row| {
                text.clear();
                book.write(model, row, &mut text);
                serde_json::from_slice(&text).unwrap_or(Value::Null)
            })
            .collect()
    }

    /// All rows of a model as they stand at this moment.
    pub(crate) fn rows(&self, model: Model) -> (crate::dataset::Book, Vec<crate::dataset::Row>) {
        let ledger = self.read();
        (ledger.book, ledger.table(model).rows().to_vec())
    }

    pub(crate) fn set_faults(&self, plan: FaultPlan) -> Result<(), String> {
        plan.check()?;
        *self.faults() = FaultSchedule::new(self.config.seed, plan);
        Ok(())
    }

    pub(crate) fn faults(&self) -> MutexGuard<'_, FaultSchedule> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn record(&self, served: Served) {
        self.log().push(served, self.config.log_capacity);
    }

    pub(crate) fn log(&self) -> MutexGuard<'_, ServedLog> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self) -> RwLockReadGuard<'_, Ledger> {
        self.ledger.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Ledger> {
        self.ledger.write().unwrap_or_else(PoisonError::into_inner)
    }
}
