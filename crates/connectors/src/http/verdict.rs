//! What an answer means: the manifest's own filters first, then the common rules.

use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use url::Url;

use super::answer::{Answer, header_values};
use super::message;
use super::resolve::{Resolution, resolve};
use crate::components::error_handlers::ErrorHandler;
use crate::components::response_filters::{Action, FailureType};
use crate::components::waits::{Failed, Pause};
use crate::error::SourceErrorKind;
use crate::redact::Redactor;
use crate::template::{Context, TemplateError};

/// What to do with an answer.
#[derive(Debug)]
pub(super) enum Verdict {
    /// Read it.
    Good,
    /// Take it as an answer without records.
    Ignore { words: Words },
    /// Begin to page anew.
    Reset,
    /// Ask for less.
    Less { what: Less, words: Words },
    /// Ask again, after a wait if one is known.
    Retry(Again),
    /// Ask again with another access token; where there is none to be had, just ask again.
    Refresh(Again),
    /// Come back later.
    Later {
        wait: Option<Duration>,
        words: Words,
    },
    /// It will not pass.
    Fail { kind: SourceErrorKind, words: Words },
}

/// What there is too much of in a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Less {
    /// Records on a page.
    Records,
    /// Time in a window.
    Time,
}

/// How a request is repeated.
#[derive(Debug)]
pub(super) struct Again {
    pub(super) wait: Option<Duration>,
    /// The manifest does not let the stream wait so long.
    pub(super) is_too_long: bool,
    /// Another attempt may have more luck, when all tries are used up.
    pub(super) may_pass: bool,
    pub(super) words: Words,
}

/// What people are told.
#[derive(Debug, Default)]
pub(super) struct Words {
    /// The manifest's own message, or the provider's.
    pub(super) said: Option<String>,
}

/// What is judged.
pub(super) struct Case<'a> {
    pub(super) handler: &'a ErrorHandler,
    /// What was asked for.
    pub(super) url: &'a Url,
    /// The number of tries so far.
    pub(super) tried: u32,
    pub(super) now: DateTime<Utc>,
    pub(super) context: &'a Context,
    pub(super) redactor: &'a Redactor,
}

/// No wait that a provider asks for is taken to be longer.
const MAX_WAIT: Duration = Duration::from_secs(24 * 3600);

/// Judges an answer.
pub(super) fn interpret(case: &Case<'_>, answer: &Answer) -> Result<Verdict, TemplateError> {
    let mut context = case.context.clone();
    if !case.handler.templates().is_empty() {
        // An answer too large for memory is hardly an error's.
        let body = answer.body.json().unwrap_or_else(|| serde_json::json!({}));
        context.set("response", &body);
        context.set("headers", &header_values(&answer.headers));
        context.set("request_url", &bare(case.url).into());
    }
    let resolution = resolve(case.handler, answer, &context)?;
    if resolution.action == Action::Success {
        return Ok(Verdict::Good);
    }
    let said = match resolution
        .filter
        .and_then(|filter| filter.error_message.as_ref())
    {
        Some(message) => Some(message.string(&context)?).filter(|said| !said.is_empty()),
        None => None,
    };
    let words = Words {
        said: said.or_else(|| message::of(&answer.body, case.redactor)),
    };
    if resolution.action == Action::Ignore {
        return Ok(Verdict::Ignore { words });
    }
    if resolution.action == Action::ResetPagination {
        return Ok(Verdict::Reset);
    }
    let less = match resolution.action {
        Action::ReducePageSize => Some(Less::Records),
        Action::SplitRequestWindow => Some(Less::Time),
        Action::Success
        | Action::Fail
        | Action::Retry
        | Action::Ignore
        | Action::ResetPagination
        | Action::RateLimited
        | Action::RefreshThenRetry => None,
    };
    if let Some(what) = less {
        return Ok(Verdict::Less { what, words });
    }
    if resolution.action == Action::Fail {
        let kind = failure_kind(answer.status, &resolution);
        return Ok(Verdict::Fail { kind, words });
    }
    let pause = declared_pause(case, Some(answer), &context)?;
    let wait = pause
        .map(|pause| pause.length)
        .or_else(|| retry_after(&answer.headers, case.now))
        .map(|wait| wait.min(MAX_WAIT));
    let again = |words| Again {
        wait,
        is_too_long: pause.is_some_and(|pause| pause.is_too_long),
        // An error that nobody expects, and that stays, is the client's.
        may_pass: resolution.filter.is_some() || may_pass(answer.status),
        words,
    };
    Ok(match resolution.action {
        // A manifest that would rather stop than wait so long fails, to be tried again later.
        Action::RateLimited if pause.is_some_and(|pause| pause.is_too_long) => {
            Verdict::Retry(again(words))
        }
        Action::RateLimited => Verdict::Later { wait, words },
        Action::RefreshThenRetry => Verdict::Refresh(again(words)),
        Action::Retry
        | Action::Success
        | Action::Ignore
        | Action::ResetPagination
        | Action::ReducePageSize
        | Action::SplitRequestWindow
        | Action::Fail => Verdict::Retry(again(words)),
    })
}

/// Judges that there was no answer.
pub(super) fn without_answer(
    case: &Case<'_>,
    kind: SourceErrorKind,
) -> Result<Verdict, TemplateError> {
    if !matches!(kind, SourceErrorKind::Transient { .. }) {
        let words = Words::default();
        return Ok(Verdict::Fail { kind, words });
    }
    let pause = declared_pause(case, None, case.context)?;
    Ok(Verdict::Retry(Again {
        wait: pause.map(|pause| pause.length.min(MAX_WAIT)),
        is_too_long: pause.is_some_and(|pause| pause.is_too_long),
        may_pass: true,
        words: Words::default(),
    }))
}

/// A status that may pass by itself.
pub(super) fn may_pass(status: StatusCode) -> bool {
    status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT
}

fn failure_kind(status: StatusCode, resolution: &Resolution<'_>) -> SourceErrorKind {
    let declared = resolution.filter.and_then(|filter| filter.failure_type);
    match (declared, status) {
        (Some(FailureType::Transient), _) => SourceErrorKind::Transient { not_before: None },
        (_, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => SourceErrorKind::Authentication,
        (Some(FailureType::Config), _) => SourceErrorKind::Configuration,
        (Some(FailureType::System) | None, _) => SourceErrorKind::Refused,
    }
}

fn declared_pause(
    case: &Case<'_>,
    answer: Option<&Answer>,
    context: &Context,
) -> Result<Option<Pause>, TemplateError> {
    let failed = Failed {
        headers: answer.map(|answer| &answer.headers),
        tried: case.tried,
        now: case.now,
        context,
    };
    for wait in case.handler.waits() {
        if let Some(pause) = wait.evaluate(&failed)? {
            return Ok(Some(pause));
        }
    }
    Ok(None)
}

/// `Retry-After`, in seconds or as a date. The reference honours it only where the manifest says
/// so; here it always counts.
pub(crate) fn retry_after(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let until = DateTime::<Utc>::from(httpdate::parse_http_date(text).ok()?);
    Some((until - now).to_std().unwrap_or_default())
}

/// A URL without what may be secret in it.
fn bare(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    // Both fail on URLs without a host, which have neither.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.into()
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
