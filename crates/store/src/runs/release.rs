//! A worker that shuts down gives a sync back.

use syncline_domain::{Sync, Transition};

use super::Fence;
use crate::error::StoreError;
use crate::transitions::Move;
use crate::tx::Tx;

impl Tx<'_> {
    /// Applies `release`: the worker shuts down.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Transition`] when the attempt is over.
    pub fn release_sync(&mut self, fence: Fence) -> Result<Sync, StoreError> {
        let row = self.lock_sync(fence.sync_id)?;
        let transition = Transition::release(self.now());
        self.move_sync(
            row,
            Move {
                transition: &transition,
                fence: Some(fence.attempt),
            },
        )
    }
}
