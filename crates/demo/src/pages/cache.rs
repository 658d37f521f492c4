use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{Page, PageRequest, Window, order::Order};

/// Rendered pages and sorted orders of one table. Pages are rendered on first use and kept while
/// they fit into the budget, so that a benchmark measures its reader and not this server.
#[derive(Debug)]
pub(crate) struct Cache {
    kept: Mutex<Kept>,
    budget: usize,
}

#[derive(Debug, Default)]
struct Kept {
    pages: HashMap<PageRequest, Arc<Page>>,
    bytes: usize,
    orders: HashMap<Window, Arc<Vec<u32>>>,
    /// The earliest and latest `updated_at`.
    bounds: Option<(i64, i64)>,
}

/// Each reader uses one window; more than a few at once are not worth their memory.
const MOST_ORDERS: usize = 8;

impl Cache {
    pub(crate) fn new(budget: usize) -> Self {
        Self {
            kept: Mutex::default(),
            budget,
        }
    }

    pub(crate) fn clear(&mut self) {
        *self.kept.get_mut().unwrap_or_else(PoisonError::into_inner) = Kept::default();
    }

    pub(super) fn page(&self, request: &PageRequest) -> Option<Arc<Page>> {
        self.lock().pages.get(request).cloned()
    }

    pub(super) fn keep_page(&self, request: PageRequest, page: &Arc<Page>) {
        let mut kept = self.lock();
        if kept.bytes + page.memory() <= self.budget
            && kept.pages.insert(request, Arc::clone(page)).is_none()
        {
            kept.bytes += page.memory();
        }
    }

    pub(super) fn order(&self, window: Window, make: impl FnOnce() -> Vec<u32>) -> Order {
        if let Some(order) = self.lock().orders.get(&window) {
            return Order::Chosen(Arc::clone(order));
        }
        let order = Arc::new(make());
        let mut kept = self.lock();
        if kept.orders.len() >= MOST_ORDERS {
            kept.orders.clear();
        }
        kept.orders.insert(window, Arc::clone(&order));
        Order::Chosen(order)
    }

    pub(super) fn bounds(&self, make: impl FnOnce() -> (i64, i64)) -> (i64, i64) {
        *self.lock().bounds.get_or_insert_with(make)
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
