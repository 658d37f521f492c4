//! Runs that begin at the same moment are read together.

use chrono::{DateTime, Utc};

use super::{Fence, Run};
use crate::error::StoreError;
use crate::store::{Lane, Store};
use crate::together::{Answers, Together};
use crate::tx::Tx;

/// Runs that begin.
pub(crate) struct Beginnings;

impl Together for Beginnings {
    type Call = Fence;
    type Answer = (Run, DateTime<Utc>);

    const LANE: Option<Lane> = None;
    const MOST: usize = 32;

    fn serve(
        tx: &mut Tx<'_>,
        calls: &[Fence],
    ) -> Result<Answers<(Run, DateTime<Utc>)>, StoreError> {
        let now = tx.now();
        let runs = tx.read_runs(calls)?;
        Ok(runs.into_iter().map(|run| Ok((run?, now))).collect())
    }
}

impl Store {
    /// As [`Tx::read_run`], and the time of the look, in a transaction that runs share which are
    /// read at the same moment.
    ///
    /// # Errors
    /// As there, and [`StoreError::Unavailable`].
    pub async fn read_run(&self, fence: Fence) -> Result<(Run, DateTime<Utc>), StoreError> {
        self.gates().beginnings.pass(self, fence).await
    }
}
