//! Notes when tokens are used, while their requests go on.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use syncline_domain::TokenId;
use syncline_store::error::StoreError;
use syncline_store::store::{Lane, Store};

/// The tokens whose use is being noted. Cheap to clone; all clones are one.
#[derive(Clone, Default)]
pub struct Touches(Arc<Mutex<BTreeSet<TokenId>>>);

impl Touches {
    /// Notes a use, unless that is under way already: many requests at once write once. Nobody
    /// waits for it, and a failure is only logged, for the next request tries again.
    pub fn note(&self, store: &Store, id: TokenId) {
        if !self.with(|under_way| under_way.insert(id)) {
            return;
        }
        let (this, store) = (self.clone(), store.clone());
        tokio::spawn(async move {
            let noted: Result<(), StoreError> =
                store.write(Lane::Bulk, move |tx| tx.touch_token(id)).await;
            if let Err(error) = noted {
                tracing::debug!(%error, "the use of a token cannot be noted");
            }
            this.with(|under_way| under_way.remove(&id));
        });
    }

    /// Whether a use is being noted at this moment.
    pub fn are_under_way(&self) -> bool {
        self.with(|under_way| !under_way.is_empty())
    }

    fn with<T>(&self, work: impl FnOnce(&mut BTreeSet<TokenId>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
