//! The end of an attempt that did not reach the end of its source.

use syncline_connectors::error::{SourceError, SourceErrorKind};
use syncline_connectors::source::Cost;
use syncline_domain::Status;
use syncline_domain::health::Health;
use syncline_domain::retry::Failure;
use syncline_store::error::StoreError;

use super::interrupt::Interrupt;
use super::{Ended, SyncRun};
use crate::pool::Stop;

impl SyncRun {
    /// Ends the attempt as the state machine says; writes nothing when it is over already.
    pub(super) async fn give_up(&self, interrupt: Interrupt) -> Ended {
        let fence = self.fence();
        let (sync, attempt) = (fence.sync_id, fence.attempt);
        let ended = match interrupt {
            Interrupt::Stop(Stop::Lost) => Err(Interrupt::Stop(Stop::Lost)),
            Interrupt::Stop(Stop::Release) => self.give_back().await,
            Interrupt::Source(error) => self.fail(error.failure(), error.cost, Some(&error)).await,
            Interrupt::Defect => {
                let message = "the connector stopped on a defect; the server's log says more";
                self.fail(transient(message), Cost::default(), None).await
            }
            Interrupt::Store(error) => {
                tracing::error!(
                    %sync, attempt, %error, source = error_chain(&error),
                    "the store failed"
                );
                let message = match &error {
                    // A master key is missing: nothing was read yet.
                    StoreError::Open(why) => {
                        format!("this server cannot open what it keeps: {why}")
                    }
                    error => format!("what was read could not be kept: {error}"),
                };
                self.fail(transient(message), Cost::default(), None).await
            }
        };
        match ended {
            Ok(status) => Ended::Became(status),
            Err(Interrupt::Stop(_)) => {
                tracing::info!(%sync, attempt, "stops: this attempt is over already");
                Ended::Lost
            }
            Err(error) => {
                tracing::error!(%sync, attempt, ?error, "the attempt cannot be ended: left to be rescued");
                Ended::Lost
            }
        }
    }

    async fn give_back(&self) -> Result<Status, Interrupt> {
        let fence = self.fence();
        let is_released = |status| status == Status::Queued;
        self.end(is_released, move |tx| tx.release_sync(fence))
            .await
    }

    async fn fail(
        &self,
        failure: Failure,
        cost: Cost,
        error: Option<&SourceError>,
    ) -> Result<Status, Interrupt> {
        let fence = self.fence();
        let policy = self.worker.options().retry.clone();
        let jitter = self.worker.options().jitter.draw();
        let is_failed = |status| matches!(status, Status::PendingRetry | Status::Failed);
        // Asked before the attempt ends: after it, the run cannot be read any more.
        let refused = error.filter(|error| match error.kind {
            SourceErrorKind::Authentication => true,
            SourceErrorKind::Transient { .. }
            | SourceErrorKind::Later { .. }
            | SourceErrorKind::Configuration
            | SourceErrorKind::Refused => false,
        });
        let health = match refused {
            Some(error) => Some((self.read_run().await?.connection.id, refusal(error))),
            None => None,
        };
        self.end(is_failed, move |tx| {
            // In the transaction of the end, so that who sees the sync failed sees why; and
            // before it: connections are locked first, as when one is deleted.
            if let Some((id, health)) = &health {
                let timestamp = Some(tx.now());
                let health = Health {
                    timestamp,
                    ..health.clone()
                };
                tx.update_connection_health(*id, &health)?;
            }
            tx.fail_attempt(
                fence,
                &policy,
                failure.clone(),
                jitter,
                cost.requests,
                cost.bytes,
            )
        })
        .await
    }
}

/// What a refused credential says of its connection; the time is the store's to set.
fn refusal(error: &SourceError) -> Health {
    Health {
        healthy: Some(false),
        authentication_required: true,
        message: Some(error.message.clone()),
        status_code: error.status_code.map(i32::from),
        suggested_resolution: Some(
            "Give the connection a valid credential, then sync again.".to_owned(),
        ),
        timestamp: None,
    }
}

fn transient(message: impl Into<String>) -> Failure {
    Failure::Transient {
        message: message.into(),
        not_before: None,
    }
}

fn error_chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}
