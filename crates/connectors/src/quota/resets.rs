//! When a window ends, as providers write it.
//!
//! No standard covers the `X-` headers, and providers differ:
//!
//! | written as | by, among others |
//! |---|---|
//! | seconds since 1970 | GitHub, GitLab, Okta, X |
//! | milliseconds since 1970 | Linear |
//! | seconds from now | Zendesk, Klaviyo, the drafts of the IETF |
//! | a date of ISO 8601 or of HTTP | Jira, Rachio |
//!
//! Numbers are told apart by their size: 10⁹ seconds are thirty years as a length and the year 2001
//! as a moment, and 10¹¹ the year 5138, or 1973 in milliseconds.

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::header::{DATE, HeaderMap};

const SECONDS_SINCE_1970: f64 = 1e9;
const MILLISECONDS_SINCE_1970: f64 = 1e11;

/// Two clocks.
#[derive(Clone, Copy)]
pub(super) struct Clocks {
    /// Ours.
    pub(super) now: DateTime<Utc>,
    /// The provider's, by its `Date`; ours where it sends none. Its moments are its own clock's.
    theirs: DateTime<Utc>,
}

impl Clocks {
    pub(super) fn new(headers: &HeaderMap, now: DateTime<Utc>) -> Self {
        let date = headers.get(DATE).and_then(|date| date.to_str().ok());
        let date = date.and_then(|text| httpdate::parse_http_date(text).ok());
        Self {
            now,
            theirs: date.map_or(now, DateTime::from),
        }
    }

    /// By our clock, when the window ends.
    pub(super) fn reset(self, text: &str) -> Option<DateTime<Utc>> {
        let text = text.trim();
        let Ok(number) = text.parse::<f64>() else {
            let moment = DateTime::parse_from_rfc3339(text)
                .ok()
                .map(|at| at.to_utc());
            let moment = moment.or_else(|| Some(httpdate::parse_http_date(text).ok()?.into()));
            return moment.and_then(|moment| self.ours(moment));
        };
        if !number.is_finite() || number < 0.0 {
            return None;
        }
        if number >= MILLISECONDS_SINCE_1970 {
            self.ours(DateTime::UNIX_EPOCH + length(number / 1e3)?)
        } else if number >= SECONDS_SINCE_1970 {
            self.ours(DateTime::UNIX_EPOCH + length(number)?)
        } else {
            self.after(number)
        }
    }

    /// So many seconds from now. None at all are less than one: the window is not over yet, or
    /// there would be requests left of the next.
    pub(super) fn after(self, seconds: f64) -> Option<DateTime<Utc>> {
        let seconds = if seconds == 0.0 { 1.0 } else { seconds };
        self.now.checked_add_signed(length(seconds)?)
    }

    fn ours(self, theirs: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.now.checked_add_signed(theirs - self.theirs)
    }
}

/// So many seconds, to the millisecond; `None` when that is beyond all bounds.
pub(super) fn length(seconds: f64) -> Option<TimeDelta> {
    let length = std::time::Duration::try_from_secs_f64(seconds).ok()?;
    let millis = i64::try_from(length.as_millis()).ok()?;
    TimeDelta::try_milliseconds(millis).filter(|length| *length < TimeDelta::days(400 * 366))
}
