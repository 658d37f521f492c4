//! A request with its retries: what the reader sees of HTTP.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use syncline_domain::credential::CredentialVault;

use super::answer::Answer;
use super::budget::Budget;
use super::job_waits::JobWaits;
use super::options::SourceOptions;
use super::request::RequestParts;
use super::send_error::SendError;
pub(crate) use super::verdict::Less;
use super::verdict::{Case, Verdict, interpret, without_answer};
pub(crate) use super::wire::Wire;
use super::wire::later;
use crate::auth::Credentials;
use crate::components::error_handlers::ErrorHandler;
use crate::components::requesters::HttpRequester;
use crate::error::{SourceError, SourceErrorKind};
use crate::quota::QuotaKeeper;
use crate::redact::Redactor;
use crate::source::Cost;
use crate::template::{Context, TemplateError};

/// No manifest makes one attempt repeat a request more often.
const MAX_RETRIES: i64 = 20;

/// The HTTP side of one source.
pub(crate) struct Exchange {
    pub(super) wire: Wire,
    credentials: Credentials,
    pub(super) budget: Budget,
    pub(super) quota: Arc<dyn QuotaKeeper>,
}

/// For whom and when a request is sent.
#[derive(Clone, Copy)]
pub(crate) struct Call<'a> {
    /// Says who asks, and what answers mean.
    pub(crate) requester: &'a HttpRequester,
    /// For its templates.
    pub(crate) context: &'a Context,
    pub(crate) clock: Clock,
}

/// What came of a request.
pub(crate) enum Outcome {
    /// An answer to be read.
    Answer(Answer),
    /// The manifest says that paging begins anew.
    Reset,
    /// The manifest says that less is to be asked for; the error tells why, if there is no less.
    Less(Less, SourceError),
    /// The manifest says that it does not matter that this answer is not good. One that is no
    /// error by its status is there to be read all the same.
    Ignored {
        what: String,
        answer: Option<Answer>,
    },
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
    pub(crate) fn new(
        options: SourceOptions,
        redactor: Redactor,
        vault: Arc<dyn CredentialVault>,
        budget: Budget,
        quota: Arc<dyn QuotaKeeper>,
    ) -> Result<Self, SourceError> {
        Ok(Self {
            wire: Wire::new(options, redactor)?,
            credentials: Credentials::new(vault),
            budget,
            quota,
        })
    }

    pub(crate) fn redactor(&self) -> &Redactor {
        &self.wire.redactor
    }

    pub(crate) fn wire(&self) -> &Wire {
        &self.wire
    }

    pub(crate) fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// The most bytes that are taken of one answer.
    pub(crate) fn max_answer_bytes(&self) -> u64 {
        self.wire.options.max_answer_bytes
    }

    /// How jobs are waited for.
    pub(crate) fn job_waits(&self) -> JobWaits {
        self.wire.options.jobs
    }

    /// What was asked: method, host and path, without the query.
    pub(crate) fn asked(&self, parts: &RequestParts) -> String {
        self.wire.asked(parts)
    }

    /// Sends with the credential until there is an answer, the tries are used up, or the provider
    /// says "later".
    pub(crate) async fn run(
        &self,
        parts: &RequestParts,
        call: &Call<'_>,
        cost: &mut Cost,
    ) -> Result<Outcome, SourceError> {
        let handler = &call.requester.error_handler;
        let authenticator = &call.requester.authenticator;
        let tries = self
            .tries(handler, call.context)
            .map_err(|error| self.template(&error))?;
        let mut tried = 0;
        let mut refused: Option<String> = None;
        let mut has_renewed = false;
        loop {
            tried += 1;
            let mut signed = parts.clone();
            signed.credential_parameter = authenticator.query_parameter(call.context);
            let renews = refused.is_some();
            let carried = self
                .authorize(authenticator, &mut signed, call, refused.as_deref(), cost)
                .await;
            let carried = match carried {
                // The old token may still be good enough when there is no other one right now.
                Err(error) if renews && is_passing(&error) => {
                    refused = None;
                    self.authorize(authenticator, &mut signed, call, None, cost)
                        .await?
                }
                other => other?,
            };
            let sent = self.send(&signed, call.clock, cost).await?;
            let case = Case {
                handler,
                url: &parts.url,
                tried,
                now: call.clock.now(),
                context: call.context,
                redactor: &self.wire.redactor,
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
                    let what = self.wire.answered(parts, answer, &words);
                    let answer = sent.ok().filter(|answer| answer.status.as_u16() < 400);
                    return Ok(Outcome::Ignored { what, answer });
                }
                (Verdict::Reset, _) => return Ok(Outcome::Reset),
                (Verdict::Less { what, words }, _) => {
                    let kind = SourceErrorKind::Transient { not_before: None };
                    let error = self.wire.failure(kind, parts, sent, &words, tried);
                    return Ok(Outcome::Less(what, error));
                }
                (Verdict::Ignore { .. }, Err(_)) => return Err(unanswered()),
                (Verdict::Refresh(_), _) if carried.is_some() && !has_renewed && tried < tries => {
                    has_renewed = true;
                    refused = carried.map(|carried| carried.token);
                    continue;
                }
                // The new token is refused, too.
                (Verdict::Refresh(again), _) if carried.is_some() && refused.is_some() => {
                    (SourceErrorKind::Authentication, again.words)
                }
                (Verdict::Retry(again) | Verdict::Refresh(again), _) => {
                    let pause = again.wait.unwrap_or_else(|| self.wire.pause(tried));
                    if tried < tries && !again.is_too_long && self.wire.waits(pause).await {
                        continue;
                    }
                    let kind = if again.may_pass {
                        let not_before = later(case.now, again.wait);
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
                        && self.wire.waits(pause).await
                    {
                        continue;
                    }
                    let until = later(case.now, wait);
                    (SourceErrorKind::Later { until }, words)
                }
                (Verdict::Fail { kind, words }, Ok(answer)) => {
                    // An earlier run's token may have been taken back since; a new one tells.
                    let is_old = carried.as_ref().is_some_and(|carried| carried.is_kept);
                    if is_old && !has_renewed && answer.status.as_u16() == 401 {
                        has_renewed = true;
                        refused = carried.map(|carried| carried.token);
                        continue;
                    }
                    (kind, words)
                }
                (Verdict::Fail { kind, words }, Err(_)) => (kind, words),
            };
            return Err(self.wire.failure(kind, parts, sent, &words, tried));
        }
    }

    /// Waits within the attempt, as long as attempts wait at most.
    pub(crate) async fn wait_within(&self, pause: Duration) {
        self.wire
            .waits(pause.min(self.wire.options.retry_max_wait))
            .await;
    }

    /// Sends when the budget and the quota allow it. The outer error is that they do not for long.
    async fn send(
        &self,
        parts: &RequestParts,
        clock: Clock,
        cost: &mut Cost,
    ) -> Result<Result<Answer, SendError>, SourceError> {
        while let Err(wait) = self.budget.take(parts) {
            let wait = wait.max(Duration::from_millis(1));
            if !self.wire.waits(wait).await {
                let until = later(clock.now(), Some(wait));
                let message = format!(
                    "{}: the manifest's call rate is used up for {} s",
                    self.asked(parts),
                    wait.as_secs()
                );
                return Err(SourceError::new(SourceErrorKind::Later { until }, message));
            }
        }
        let permit = self.budget.permit().await;
        let ticket = self.admit(clock).await?;
        let sent = self.wire.send(parts, cost).await;
        drop((permit, ticket));
        if let Ok(answer) = &sent {
            self.take_note(answer, clock).await;
            let status = answer.status.as_u16();
            self.budget
                .learn(parts, status, &answer.headers, clock.now());
        }
        Ok(sent)
    }

    /// A template's error, as a problem of the manifest or the configuration.
    pub(crate) fn template(&self, error: &TemplateError) -> SourceError {
        SourceError::new(SourceErrorKind::Configuration, error.to_string())
    }

    /// How often a request is sent: as the manifest says, or else as the options say.
    fn tries(&self, handler: &ErrorHandler, context: &Context) -> Result<u32, TemplateError> {
        let usual = self.wire.options.tries.max(1);
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
}

fn is_passing(error: &SourceError) -> bool {
    matches!(
        error.kind,
        SourceErrorKind::Transient { .. } | SourceErrorKind::Later { .. }
    )
}

fn unanswered() -> SourceError {
    let kind = SourceErrorKind::Transient { not_before: None };
    SourceError::new(kind, "there was no answer")
}
