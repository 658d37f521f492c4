//! A request with its retries: what the reader sees of HTTP.

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::Client;

use super::answer::Answer;
use super::options::SourceOptions;
use super::redact::Redactor;
use super::request::RequestParts;
use super::send::{Traffic, send};
use super::send_error::SendError;
use super::verdict::{Case, Verdict, Words, interpret, without_answer};
use super::{client, verdict};
use crate::components::error_handlers::ErrorHandler;
use crate::error::{SourceError, SourceErrorKind};
use crate::source::Cost;
use crate::template::{Context, TemplateError};

/// No manifest makes one attempt repeat a request more often.
const MAX_RETRIES: i64 = 20;

/// The HTTP side of one source.
pub(crate) struct Exchange {
    pub(super) client: Client,
    pub(super) options: SourceOptions,
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
        let client = client::shared(&options).map_err(|error| SourceError {
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

    /// The most bytes that are taken of one answer.
    pub(crate) fn max_answer_bytes(&self) -> u64 {
        self.options.max_answer_bytes
    }

    /// Sends until there is an answer, the tries are used up, or the provider says "later".
    pub(crate) async fn run(
        &self,
        parts: &RequestParts,
        handler: &ErrorHandler,
        context: &Context,
        clock: Clock,
        cost: &mut Cost,
    ) -> Result<Outcome, SourceError> {
        let tries = self
            .tries(handler, context)
            .map_err(|error| self.template(&error))?;
        let mut tried = 0;
        loop {
            tried += 1;
            let mut traffic = Traffic::default();
            let sent = send(self, parts, &mut traffic).await;
            cost.requests += traffic.requests;
            cost.bytes += traffic.bytes;
            let now = clock.now();
            let case = Case {
                handler,
                url: &parts.url,
                tried,
                now,
                context,
            };
            let verdict = match &sent {
                Ok(answer) => interpret(&case, answer),
                Err(error) => without_answer(&case, error.kind),
            };
            let verdict = verdict.map_err(|error| self.template(&error))?;
            let (kind, words) = match (verdict, &sent) {
                (Verdict::Good, _) => {
                    return sent.map(Outcome::Answer).map_err(|_| unanswered());
                }
                (Verdict::Ignore { words }, Ok(answer)) => {
                    let what = self.answered(parts, answer, &words);
                    return Ok(Outcome::Ignored { what });
                }
                (Verdict::Ignore { .. }, Err(_)) => return Err(unanswered()),
                (Verdict::Retry(again) | Verdict::Refresh(again), _) => {
                    let pause = again.wait.unwrap_or_else(|| self.pause(tried));
                    if tried < tries && !again.is_too_long && self.waits(pause).await {
                        continue;
                    }
                    let kind = if again.may_pass {
                        let not_before = later(now, again.wait);
                        SourceErrorKind::Transient { not_before }
                    } else {
                        SourceErrorKind::Refused
                    };
                    (kind, again.words)
                }
                (Verdict::Later { wait, words }, _) => {
                    // A short wait that the provider names itself is waited out.
                    if let Some(pause) = wait
                        && tried < tries
                        && self.waits(pause).await
                    {
                        continue;
                    }
                    let until = later(now, wait);
                    (SourceErrorKind::Later { until }, words)
                }
                (Verdict::Fail { kind, words }, _) => (kind, words),
            };
            return Err(self.failure(kind, parts, sent, &words, tried));
        }
    }

    /// Waits before the next try; false when that would take too long.
    async fn waits(&self, pause: Duration) -> bool {
        if pause > self.options.retry_max_wait {
            return false;
        }
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
        true
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

    /// How often a request is sent: as the manifest says, or else as the options say.
    fn tries(&self, handler: &ErrorHandler, context: &Context) -> Result<u32, TemplateError> {
        let usual = self.options.tries.max(1);
        let Some(declared) = handler.max_retries().filter(|_| usual > 1) else {
            return Ok(usual);
        };
        let value = declared.value(context)?;
        let retries = value
            .as_i64()
            .or_else(|| value.as_str()?.trim().parse().ok())
            .ok_or_else(|| TemplateError {
                template: declared.source().to_owned(),
                problem: "gives no number of retries".to_owned(),
                is_undefined: false,
            })?;
        Ok(u32::try_from(retries.clamp(0, MAX_RETRIES)).unwrap_or(0) + 1)
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

fn unanswered() -> SourceError {
    let kind = SourceErrorKind::Transient { not_before: None };
    SourceError::new(kind, "there was no answer")
}

fn later(now: DateTime<Utc>, wait: Option<Duration>) -> Option<DateTime<Utc>> {
    let wait = wait.and_then(|wait| TimeDelta::from_std(wait).ok());
    wait.map(|wait| now + wait)
}
