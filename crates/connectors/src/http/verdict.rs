//! What an answer means: the manifest's own filters first, then the common rules.

use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::StatusCode;
use reqwest::header::RETRY_AFTER;

use super::answer::{Answer, header_values};
use super::message;
use crate::components::error_handlers::{Action, ErrorHandler, ErrorHandlers, ResponseFilter};
use crate::error::SourceErrorKind;
use crate::template::{Context, TemplateError};

/// What to do with an answer.
#[derive(Debug)]
pub(super) enum Verdict {
    /// Read it.
    Good,
    /// Take it as an answer without records.
    Ignore,
    /// Ask again, after a wait if one is known.
    Retry {
        wait: Option<Duration>,
        words: Words,
    },
    /// Come back later.
    Later {
        wait: Option<Duration>,
        words: Words,
    },
    /// It will not pass.
    Fail { kind: SourceErrorKind, words: Words },
}

/// What people are told.
#[derive(Debug, Default)]
pub(super) struct Words {
    /// The manifest's own message, or the provider's.
    pub(super) said: Option<String>,
}

/// No wait that a provider asks for is taken to be longer.
const MAX_WAIT: Duration = Duration::from_secs(24 * 3600);

pub(super) fn interpret(
    handlers: &ErrorHandlers,
    answer: &Answer,
    tried: u32,
    now: DateTime<Utc>,
    context: &Context,
) -> Result<Verdict, TemplateError> {
    let status = answer.status;
    let reads_body = handlers.templates().next().is_some();
    let mut context = context.clone();
    if reads_body {
        // An answer too large for memory is hardly an error's.
        let body = answer.body.json().unwrap_or_else(|| serde_json::json!({}));
        context.set("response", &body);
        context.set("headers", &header_values(&answer.headers));
    }
    let mut matched = None;
    for handler in &handlers.0 {
        if let Some(filter) = first_match(handler, answer, &context)? {
            matched = Some((handler, filter));
            break;
        }
    }
    let handler = matched.map(|(handler, _)| handler).or(handlers.0.first());
    let wait = match handler {
        Some(handler) => declared_wait(handler, answer, tried, now, &context)?,
        None => None,
    };
    let wait = wait
        .or_else(|| retry_after(answer, now))
        .map(|wait| wait.min(MAX_WAIT));
    let action = match matched {
        Some((_, filter)) => {
            let said = match &filter.error_message {
                Some(message) => Some(message.string(&context)?),
                None => message::of(&answer.body),
            };
            let words = Words {
                said: said.filter(|said| !said.is_empty()),
            };
            match filter.action {
                Action::Success => Verdict::Good,
                Action::Ignore => Verdict::Ignore,
                Action::Retry => Verdict::Retry { wait, words },
                Action::RateLimited => Verdict::Later { wait, words },
                Action::Fail => {
                    let kind = match common_kind(status) {
                        SourceErrorKind::Authentication => SourceErrorKind::Authentication,
                        _ if filter.is_config_error => SourceErrorKind::Configuration,
                        _ => SourceErrorKind::Refused,
                    };
                    Verdict::Fail { kind, words }
                }
            }
        }
        None if status.is_success() => Verdict::Good,
        None => {
            let words = Words {
                said: message::of(&answer.body),
            };
            if status == StatusCode::TOO_MANY_REQUESTS {
                Verdict::Later { wait, words }
            } else if super::send::may_pass(status) {
                Verdict::Retry { wait, words }
            } else {
                Verdict::Fail {
                    kind: common_kind(status),
                    words,
                }
            }
        }
    };
    Ok(action)
}

fn common_kind(status: StatusCode) -> SourceErrorKind {
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => SourceErrorKind::Authentication,
        _ => SourceErrorKind::Refused,
    }
}

fn first_match<'h>(
    handler: &'h ErrorHandler,
    answer: &Answer,
    context: &Context,
) -> Result<Option<&'h ResponseFilter>, TemplateError> {
    for filter in &handler.filters {
        if filter.http_codes.contains(&answer.status.as_u16()) {
            return Ok(Some(filter));
        }
        if let Some(predicate) = &filter.predicate
            && predicate.condition(context)?
        {
            return Ok(Some(filter));
        }
        if let Some(part) = &filter.message_contains {
            let part = part.string(context)?;
            if !part.is_empty()
                && message::of(&answer.body).is_some_and(|said| said.contains(&part))
            {
                return Ok(Some(filter));
            }
        }
    }
    Ok(None)
}

fn declared_wait(
    handler: &ErrorHandler,
    answer: &Answer,
    tried: u32,
    now: DateTime<Utc>,
    context: &Context,
) -> Result<Option<Duration>, TemplateError> {
    for wait in &handler.waits {
        if let Some(wait) = wait.evaluate(&answer.headers, tried, now, context)? {
            return Ok(Some(wait));
        }
    }
    Ok(None)
}

/// `Retry-After`, in seconds or as a date. The reference honours it only where the manifest says
/// so; here it always counts.
fn retry_after(answer: &Answer, now: DateTime<Utc>) -> Option<Duration> {
    let text = answer.headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let until = DateTime::<Utc>::from(httpdate::parse_http_date(text).ok()?);
    Some((until - now).to_std().unwrap_or_default())
}

/// What a person can do about a failure.
pub(super) fn advice(kind: SourceErrorKind, status: Option<u16>) -> &'static str {
    match (kind, status) {
        (SourceErrorKind::Authentication, Some(403)) => {
            ". The credential may not read this: give it the permission, or use another one"
        }
        (SourceErrorKind::Authentication, _) => {
            ". Check the connection's credentials, and renew them if they have expired"
        }
        (SourceErrorKind::Configuration, _) => ". Check the connection's configuration",
        (SourceErrorKind::Refused, Some(404 | 410)) => {
            ". Check the connection's configuration: this does not exist at the provider"
        }
        (SourceErrorKind::Refused, _) => "",
        (SourceErrorKind::Transient { .. } | SourceErrorKind::Later { .. }, _) => "",
    }
}
