//! Learns and gives out in one step.

use syncline_domain::ConnectionId;
use syncline_domain::quota::{Held, Observation, Take};

use crate::bug::{self, Bug};
use crate::error::StoreError;
use crate::tx::Tx;

impl Tx<'_> {
    /// Takes in what the answers of a connection's provider said, and with `wants` gives out some
    /// requests: fewer at once when few are left. Nothing is written for a connection of which
    /// nothing was said, now or before.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub fn exchange_quota(
        &mut self,
        id: ConnectionId,
        said: &[Observation],
        wants: bool,
    ) -> Result<Take, StoreError> {
        let mut found = self.find_bucket(id, true)?;
        if found.is_none() && !said.is_empty() {
            self.insert_bucket(id)?;
            found = self.find_bucket(id, true)?;
        }
        // Nothing is known; or the connection is gone, and the run will hear of it.
        let Some(mut bucket) = found else {
            return Ok(Take::Free);
        };
        let (before, now) = (bucket.clone(), self.now());
        for observation in said {
            bucket.learn(*observation, now);
        }
        let take = match wants {
            true if bug::is_on(Bug::QuotaNotTaken) => bucket.clone().lease(now),
            true => bucket.lease(now),
            false => bucket.held(now).map_or(Take::Free, Take::Wait),
        };
        if bucket.is_empty() {
            self.delete_bucket(id)?;
        } else if bucket != before {
            self.update_bucket(id, &bucket)?;
        }
        Ok(take)
    }

    /// Whether something is known of a connection's quota.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub fn has_quota(&mut self, id: ConnectionId) -> Result<bool, StoreError> {
        Ok(self.find_bucket(id, false)?.is_some())
    }

    /// Why nothing may be asked of a connection's provider now.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub(crate) fn find_quota_held(&mut self, id: ConnectionId) -> Result<Option<Held>, StoreError> {
        let now = self.now();
        Ok(self
            .find_bucket(id, false)?
            .and_then(|bucket| bucket.held(now)))
    }
}
