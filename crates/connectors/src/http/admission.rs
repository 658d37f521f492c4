//! Whether a request may be sent, by the quota that all processes share.

use std::time::Duration;

use super::answer::Answer;
use super::exchange::{Clock, Exchange};
use crate::error::{SourceError, SourceErrorKind};
use crate::quota::{Names, Permission, Ticket, observe};

impl Exchange {
    /// Waits for a request of the account's quota, as long as attempts wait at most.
    pub(super) async fn admit(&self, clock: Clock) -> Result<Ticket, SourceError> {
        let mut waited = Duration::ZERO;
        loop {
            let held = match self.quota.take(&|| clock.now()).await {
                Permission::Go(ticket) => return Ok(ticket),
                Permission::Wait(held) => held,
            };
            let wait = (held.until() - clock.now()).to_std().unwrap_or_default();
            let wait = wait.max(Duration::from_millis(1));
            waited += wait;
            if waited > self.wire.options.retry_max_wait || !self.wire.waits(wait).await {
                let until = Some(held.until());
                let kind = SourceErrorKind::Later { until };
                return Err(SourceError::new(kind, held.to_string()));
            }
        }
    }

    /// Tells the keeper of the quota what an answer says of it.
    pub(super) async fn take_note(&self, answer: &Answer, clock: Clock) {
        let (remaining, reset) = self.budget.header_names();
        let names = Names {
            remaining: Some(remaining).filter(|name| !name.is_empty()),
            reset: Some(reset).filter(|name| !name.is_empty()),
        };
        if let Some(said) = observe(answer.status, &answer.headers, names, clock.now()) {
            self.quota.learn(said).await;
        }
    }
}
