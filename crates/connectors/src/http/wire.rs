//! What it takes to send a request, and to tell what went wrong.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Client;

use super::answer::Answer;
use super::options::SourceOptions;
use super::request::RequestParts;
use super::send::{Traffic, send};
use super::send_error::SendError;
use super::verdict::{self, Words};
use super::{client, message};
use crate::error::{SourceError, SourceErrorKind};
use crate::redact::Redactor;
use crate::source::Cost;

/// The HTTP side of one source, but for its credentials. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Wire {
    pub(super) client: Client,
    pub(super) options: Arc<SourceOptions>,
    pub(crate) redactor: Redactor,
}

impl Wire {
    pub(super) fn new(options: SourceOptions, redactor: Redactor) -> Result<Self, SourceError> {
        let client = client::shared(&options).map_err(|error| SourceError {
            source: Some(Box::new(error)),
            ..SourceError::new(
                SourceErrorKind::Configuration,
                "no HTTP client can be built",
            )
        })?;
        Ok(Self {
            client,
            options: Arc::new(options),
            redactor,
        })
    }

    /// Sends once, redirects followed.
    pub(super) async fn send(
        &self,
        parts: &RequestParts,
        cost: &mut Cost,
    ) -> Result<Answer, SendError> {
        let mut traffic = Traffic::default();
        let sent = send(self, parts, &mut traffic).await;
        cost.requests += traffic.requests;
        cost.bytes += traffic.bytes;
        sent
    }

    /// Sends until there is an answer that is neither "later" nor the provider's own failure.
    pub(super) async fn insist(
        &self,
        parts: &RequestParts,
        now: impl Fn() -> DateTime<Utc>,
        cost: &mut Cost,
    ) -> Result<Answer, SourceError> {
        let mut tried = 0;
        loop {
            tried += 1;
            let sent = self.send(parts, cost).await;
            let is_limited = |answer: &Answer| answer.status.as_u16() == 429;
            let (again, is_limited, wait) = match &sent {
                Ok(answer) if is_limited(answer) || answer.status.is_server_error() => {
                    let wait = verdict::retry_after(&answer.headers, now());
                    (true, is_limited(answer), wait)
                }
                Ok(_) => (false, false, None),
                Err(error) => {
                    let may_pass = matches!(error.kind, SourceErrorKind::Transient { .. });
                    (may_pass, false, None)
                }
            };
            let pause = wait.unwrap_or_else(|| self.pause(tried));
            if again && tried < self.options.tries.max(1) && self.waits(pause).await {
                continue;
            }
            let kind = match (&sent, again, is_limited) {
                (Ok(_), false, _) => return sent.map_err(|error| self.unsent(parts, error, tried)),
                (_, _, true) => SourceErrorKind::Later {
                    until: later(now(), wait),
                },
                (_, true, _) => SourceErrorKind::Transient {
                    not_before: later(now(), wait),
                },
                (Err(error), false, _) => error.kind,
            };
            return Err(self.failure(kind, parts, sent, &Words::default(), tried));
        }
    }

    /// Waits before the next try; false when that would take too long.
    pub(crate) async fn waits(&self, pause: Duration) -> bool {
        if pause > self.options.retry_max_wait {
            return false;
        }
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
        true
    }

    /// The usual wait before the next try.
    pub(super) fn pause(&self, tried: u32) -> Duration {
        self.options
            .retry_base
            .saturating_mul(1 << tried.saturating_sub(1).min(16))
            .min(self.options.retry_max_wait)
    }

    /// What was asked: method, host and path, without the query.
    pub(crate) fn asked(&self, parts: &RequestParts) -> String {
        let host = parts.url.host_str().unwrap_or_default();
        let port = parts
            .url
            .port()
            .map(|port| format!(":{port}"))
            .unwrap_or_default();
        format!("{} {host}{port}{}", parts.method, parts.url.path())
    }

    /// What was asked and answered.
    pub(super) fn answered(&self, parts: &RequestParts, answer: &Answer, words: &Words) -> String {
        let said = words.said.clone();
        let said = said.or_else(|| message::of(&answer.body, &self.redactor));
        let said = said.map(|said| format!(": {said}")).unwrap_or_default();
        format!("{} answered {}{said}", self.asked(parts), answer.status)
    }

    /// A failure in words.
    pub(super) fn failure(
        &self,
        kind: SourceErrorKind,
        parts: &RequestParts,
        sent: Result<Answer, SendError>,
        words: &Words,
        tried: u32,
    ) -> SourceError {
        let (mut message, status_code, source) = match sent {
            Ok(answer) => (
                self.answered(parts, &answer, words),
                Some(answer.status.as_u16()),
                None,
            ),
            Err(error) => {
                let host = self.asked(parts);
                (
                    format!("{host}: the provider {}", error.message),
                    None,
                    error.source,
                )
            }
        };
        if tried > 1 {
            message.push_str(&format!(" ({tried} tries)"));
        }
        message.push_str(verdict::advice(kind, status_code));
        SourceError {
            status_code,
            source,
            ..SourceError::new(kind, message)
        }
    }

    fn unsent(&self, parts: &RequestParts, error: SendError, tried: u32) -> SourceError {
        self.failure(
            SourceErrorKind::Refused,
            parts,
            Err(error),
            &Words::default(),
            tried,
        )
    }
}

/// A wait as a moment.
pub(super) fn later(now: DateTime<Utc>, wait: Option<Duration>) -> Option<DateTime<Utc>> {
    let wait = wait.and_then(|wait| TimeDelta::from_std(wait).ok());
    wait.map(|wait| now + wait)
}
