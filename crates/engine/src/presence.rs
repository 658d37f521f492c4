//! A worker makes itself known, so that callers can be told whether anybody is there to run a sync.

use syncline_store::error::StoreError;
use syncline_store::store::Lane;
use syncline_store::workers::Slots;

use crate::worker::Worker;

impl Worker {
    /// Says that it is alive, for as long as a lease lasts.
    ///
    /// # Errors
    /// [`StoreError`]; nothing depends on it but what callers are told.
    pub async fn announce(&self) -> Result<(), StoreError> {
        let options = self.options();
        let (name, caps, lease) = (options.worker.clone(), options.caps, options.lease_delta());
        let count = |slots: usize| i64::try_from(slots).unwrap_or(i64::MAX);
        let slots = Slots {
            all: count(options.slots),
            for_scheduled: count(options.slots_for_scheduled()),
        };
        self.store()
            .write(Lane::Control, move |tx| {
                tx.announce_worker(&name, slots, caps, lease)
            })
            .await
    }

    /// Says that it has stopped.
    ///
    /// # Errors
    /// [`StoreError`]; it counts as dead when its last announcement is old.
    pub async fn withdraw(&self) -> Result<(), StoreError> {
        let name = self.options().worker.clone();
        self.store()
            .write(Lane::Control, move |tx| tx.withdraw_worker(&name))
            .await
    }
}
