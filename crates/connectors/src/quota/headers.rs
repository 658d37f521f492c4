//! What the headers of an answer say.

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use syncline_domain::quota::Observation;

use super::resets::Clocks;
use super::structured;
use crate::http::verdict::retry_after;

/// The spellings that providers use, the older drafts of the IETF among them.
const PREFIXES: [&str; 3] = ["ratelimit", "x-ratelimit", "x-rate-limit"];

/// How a manifest names the headers of its own provider.
#[derive(Debug, Clone, Copy, Default)]
pub struct Names<'a> {
    /// The header that tells how many requests are left.
    pub remaining: Option<&'a str>,
    /// The header that tells when the window ends.
    pub reset: Option<&'a str>,
}

/// What an answer says of its account's quota; `None` when it says nothing. What cannot be read
/// counts as not said.
pub fn observe(
    status: StatusCode,
    headers: &HeaderMap,
    names: Names<'_>,
    now: DateTime<Utc>,
) -> Option<Observation> {
    let clocks = Clocks::new(headers, now);
    let said = of_the_draft(headers, clocks)
        .or_else(|| of_the_manifest(headers, names, clocks))
        .or_else(|| {
            PREFIXES
                .iter()
                .find_map(|prefix| prefixed(headers, prefix, clocks))
        });
    let mut said = said.unwrap_or_default();
    // An answer that refuses for the quota's sake says that nothing is left; one that says itself
    // that something is left refuses for another reason.
    if status == StatusCode::TOO_MANY_REQUESTS {
        said.remaining = said.remaining.or(Some(0));
    }
    if asks_to_wait(status) {
        let wait = retry_after(headers, now).and_then(|wait| TimeDelta::from_std(wait).ok());
        said.blocked_until = wait.and_then(|wait| now.checked_add_signed(wait));
    }
    said.bounded(now)
}

/// With other statuses `Retry-After` speaks of one thing only, not of the account: of a job that is
/// not done (202), of a page that has moved (3xx).
fn asks_to_wait(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE | StatusCode::FORBIDDEN
    )
}

fn of_the_draft(headers: &HeaderMap, clocks: Clocks) -> Option<Observation> {
    let said = text(headers, "ratelimit")?;
    let policies = text(headers, "ratelimit-policy").unwrap_or_default();
    structured::observe(&said, &structured::policies(&policies), clocks)
}

fn of_the_manifest(headers: &HeaderMap, names: Names<'_>, clocks: Clocks) -> Option<Observation> {
    let remaining = count(&text(headers, names.remaining?)?)?;
    let reset = names.reset.and_then(|name| text(headers, name));
    // The manifest names no header for the limit: those of the usual names are beside it, or none.
    let usual = PREFIXES
        .iter()
        .find_map(|prefix| prefixed(headers, prefix, clocks));
    let usual = usual.filter(|usual| usual.remaining == Some(remaining));
    Some(Observation {
        remaining: Some(remaining),
        resets_at: reset.and_then(|text| clocks.reset(&text)),
        ..usual.unwrap_or_default()
    })
}

/// `X-RateLimit-Limit`, `-Remaining` and `-Reset`, by any of the prefixes.
fn prefixed(headers: &HeaderMap, prefix: &str, clocks: Clocks) -> Option<Observation> {
    let header = |name: &str| text(headers, &format!("{prefix}-{name}"));
    let (remaining, reset) = (header("remaining"), header("reset"));
    if remaining.is_none() && reset.is_none() {
        return None;
    }
    let limit = header("limit").unwrap_or_default();
    let named = header("policy").unwrap_or_default();
    let mut policies = structured::policies(&named);
    policies.extend(structured::policies(&limit));
    // `10, 10;w=1;burst=1000, 1000;w=3600`: the first is the one that the others speak of.
    let limit = count(limit.split([',', ';']).next().unwrap_or_default());
    Some(Observation {
        limit,
        remaining: remaining.and_then(|text| count(&text)),
        resets_at: reset.and_then(|text| clocks.reset(&text)),
        window: structured::window_of(&policies, limit),
        blocked_until: None,
    })
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    let values: Vec<_> = headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect();
    (!values.is_empty()).then(|| values.join(", "))
}

fn count(text: &str) -> Option<i64> {
    let text = text.trim();
    let whole = text.strip_suffix(".0").unwrap_or(text);
    whole.parse().ok().filter(|count: &i64| *count >= 0)
}
