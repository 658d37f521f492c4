//! Runs that begin at the same moment are read together.

use super::{Fence, Run};
use crate::error::StoreError;
use crate::store::{Lane, Store};
use crate::together::{Answers, Together};
use crate::tx::Tx;

/// Runs that begin.
pub(crate) struct Beginnings;

impl Together for Beginnings {
    type Call = Fence;
    type Answer = Run;

    const LANE: Option<Lane> = None;
    const MOST: usize = 32;

    fn serve(tx: &mut Tx<'_>, calls: &[Fence]) -> Result<Answers<Run>, StoreError> {
        tx.read_runs(calls)
    }
}

impl Store {
    /// As [`Tx::read_run`], in a transaction that runs share which are read at the same moment.
    ///
    /// # Errors
    /// As there, and [`StoreError::Unavailable`].
    pub async fn read_run(&self, fence: Fence) -> Result<Run, StoreError> {
        self.gates().beginnings.pass(self, fence).await
    }
}
