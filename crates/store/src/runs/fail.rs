//! An attempt ends other than well.

use syncline_domain::Sync;
use syncline_domain::attempt::Counters;
use syncline_domain::retry::{Failure, RetryPolicy};

use super::Fence;
use super::read::check_fence;
use crate::bug::{self, Bug};
use crate::error::StoreError;
use crate::transitions::Move;
use crate::tx::Tx;

impl Tx<'_> {
    /// Ends the attempt as `policy` decides: retry, park or fail. `requests` and `bytes` are what
    /// was spent on the provider since the last page. `jitter` is drawn from `[0, 1]`.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Transition`] when the attempt is over.
    pub fn fail_attempt(
        &mut self,
        fence: Fence,
        policy: &RetryPolicy,
        failure: Failure,
        jitter: f64,
        requests: i64,
        bytes: i64,
    ) -> Result<Sync, StoreError> {
        let row = self.lock_model_and_sync(fence.sync_id)?;
        let sync = row.clone().into_sync()?;
        check_fence(&sync, fence)?;
        self.tally(
            fence,
            &Counters {
                requests,
                bytes,
                ..Counters::default()
            },
            &[],
        )?;
        let failure = match failure {
            Failure::Transient { message, .. } if bug::is_on(Bug::RetryAfterIgnored) => {
                Failure::Transient {
                    message,
                    not_before: None,
                }
            }
            failure => failure,
        };
        let transition = policy.after_failure(&sync.lifecycle, failure, self.now(), jitter);
        self.move_sync(
            row,
            Move {
                transition: &transition,
                fence: Some(fence.attempt),
            },
        )
    }
}
