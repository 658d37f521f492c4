//! A request with its retries: what the reader sees of HTTP.

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Client;

use super::answer::Answer;
use super::options::SourceOptions;
use super::redact::Redactor;
use super::request::RequestParts;
use super::send::{SendError, Traffic, send};
use super::verdict::{Verdict, Words, interpret};
use super::{client, verdict};
use crate::components::error_handlers::ErrorHandlers;
use crate::error::{SourceError, SourceErrorKind};
use crate::source::Cost;
use crate::template::{Context, TemplateError};

/// The HTTP side of one source.
pub(crate) struct Exchange {
    client: Client,
    options: SourceOptions,
    redactor: Redactor,
}

/// What came of a request.
pub(crate) enum Outcome {
    /// An answer to be read.
    Answer(Answer),
    /// The manifest says that this answer does not matter.
    Ignored { what: String },
}

/// The time as the caller sees it: its own now, moved on by what has passed since.
#[derive(Clone, Copy)]
pub(crate) struct Clock {
    pub(crate) now: DateTime<Utc>,
    pub(crate) since: Instant,
}

impl Clock {
    pub(crate) fn starting(now: DateTime<Utc>) -> Self {
        Self {
            now,
            since: Instant::now(),
        }
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        TimeDelta::from_std(self.since.elapsed()).map_or(self.now, |passed| self.now + passed)
    }
}

impl Exchange {
    pub(crate) fn new(options: SourceOptions, redactor: Redactor) -> Result<Self, SourceError> {
        let client = client::shared(options.connect_timeout).map_err(|error| SourceError {
            source: Some(Box::new(error)),
            ..SourceError::new(
                SourceErrorKind::Configuration,
                "no HTTP client can be built",
            )
        })?;
        Ok(Self {
            client,
            options,
            redactor,
        })
    }

    pub(crate) fn redactor(&self) -> &Redactor {
        &self.redactor
    }

    /// Sends until there is an answer, the tries are used up, or the provider says "later".
    pub(crate) async fn run(
        &self,
        parts: &RequestParts,
        handlers: &ErrorHandlers,
        context: &Context,
        clock: Clock,
        cost: &mut Cost,
    ) -> Result<Outcome, SourceError> {
        let tries = self
            .tries(handlers, context)
            .map_err(|error| self.template(&error))?;
        let mut tried = 0;
        loop {
            tried += 1;
            let mut traffic = Traffic::default();
            let sent = send(&self.client, parts, &self.options, &mut traffic).await;
            cost.requests += traffic.requests;
            cost.bytes += traffic.bytes;
            let now = clock.now();
            let verdict = match &sent {
                Ok(answer) => interpret(handlers, answer, tried, now, context)
                    .map_err(|error| self.template(&error))?,
                Err(error) if error.may_pass => Verdict::Retry {
                    wait: None,
                    words: Words::default(),
                },
                Err(_) => Verdict::Fail {
                    kind: SourceErrorKind::Refused,
                    words: Words::default(),
                },
            };
            let failure = match (verdict, sent) {
                (Verdict::Good, Ok(answer)) => return Ok(Outcome::Answer(answer)),
                (Verdict::Ignore, Ok(answer)) => {
                    return Ok(Outcome::Ignored {
                        what: self.answered(parts, &answer, &Words::default()),
                    });
                }
                (Verdict::Retry { wait, words }, sent) => {
                    let pause = wait.unwrap_or_else(|| self.pause(tried));
                    if tried < tries && pause <= self.options.retry_max_wait {
                        if !pause.is_zero() {
                            tokio::time::sleep(pause).await;
                        }
                        continue;
                    }
                    let not_before = wait
                        .and_then(|wait| TimeDelta::from_std(wait).ok())
                        .map(|wait| now + wait);
                    let kind = SourceErrorKind::Transient { not_before };
                    self.failure(kind, parts, sent, &words, tried)
                }
                (Verdict::Later { wait, words }, sent) => {
                    let until = wait
                        .and_then(|wait| TimeDelta::from_std(wait).ok())
                        .map(|wait| now + wait);
                    self.failure(SourceErrorKind::Later { until }, parts, sent, &words, tried)
                }
                (Verdict::Fail { kind, words }, sent) => {
                    self.failure(kind, parts, sent, &words, tried)
                }
                (Verdict::Good | Verdict::Ignore, Err(_)) => {
                    let kind = SourceErrorKind::Transient { not_before: None };
                    SourceError::new(kind, "there was no answer")
                }
            };
            return Err(failure);
        }
    }

    /// A template's error, as a problem of the manifest or the configuration.
    pub(crate) fn template(&self, error: &TemplateError) -> SourceError {
        SourceError::new(
            SourceErrorKind::Configuration,
            self.redactor.clean(&error.to_string()),
        )
    }

    /// What was asked: method, host and path, without the query.
    pub(crate) fn asked(&self, parts: &RequestParts) -> String {
        let host = parts.url.host_str().unwrap_or_default();
        let port = parts
            .url
            .port()
            .map(|port| format!(":{port}"))
            .unwrap_or_default();
        self.redactor.clean(&format!(
            "{} {host}{port}{}",
            parts.method,
            parts.url.path()
        ))
    }

    fn tries(&self, handlers: &ErrorHandlers, context: &Context) -> Result<u32, TemplateError> {
        let declared = handlers
            .0
            .iter()
            .find_map(|handler| handler.max_retries.as_ref());
        let declared = declared
            .map(|declared| declared.value(context))
            .transpose()?;
        let retries =
            declared.and_then(|value| value.as_u64().or_else(|| value.as_str()?.parse().ok()));
        let most = retries
            .and_then(|retries| u32::try_from(retries).ok())
            .map_or(u32::MAX, |most| most.saturating_add(1));
        Ok(self.options.tries.max(1).min(most))
    }

    fn pause(&self, tried: u32) -> Duration {
        self.options
            .retry_base
            .saturating_mul(1 << tried.saturating_sub(1).min(16))
            .min(self.options.retry_max_wait)
    }

    fn answered(&self, parts: &RequestParts, answer: &Answer, words: &Words) -> String {
        let said = words
            .said
            .as_ref()
            .map(|said| format!(": {said}"))
            .unwrap_or_default();
        self.redactor.clean(&format!(
            "{} answered {}{said}",
            self.asked(parts),
            answer.status
        ))
    }

    fn failure(
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
            ..SourceError::new(kind, self.redactor.clean(&message))
        }
    }
}
