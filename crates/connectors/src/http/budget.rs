//! Asks a provider no more often than its manifest allows, over all runs of a connection in this
//! process.

mod windows;

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use reqwest::header::HeaderMap;
use serde_json::Value;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::request::RequestParts;
use crate::components::api_budget::{CallRate, Matcher, Politeness, number};
use crate::template::{Context, TemplateError, python};
use windows::{FixedWindow, MovingWindow};

/// The budget of one connection.
pub(crate) struct Budget {
    policies: Vec<Policy>,
    reset_header: String,
    remaining_header: String,
    limited_statuses: Vec<u64>,
    permits: Option<Semaphore>,
}

struct Policy {
    matchers: Vec<Bound>,
    window: Mutex<Window>,
}

enum Window {
    Unlimited,
    Fixed(FixedWindow),
    Moving(MovingWindow),
}

/// A matcher with a configuration.
struct Bound {
    matcher: Matcher,
    parameters: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    weight: u64,
}

impl Budget {
    pub(crate) fn new(politeness: &Politeness, context: &Context) -> Result<Self, TemplateError> {
        let policies = politeness.policies.iter().map(|policy| {
            let window = match &policy.rate {
                CallRate::Unlimited => Window::Unlimited,
                CallRate::Fixed { limit, period } => {
                    Window::Fixed(FixedWindow::new(*limit, *period))
                }
                CallRate::Moving(rates) => {
                    let rates = rates
                        .iter()
                        .map(|(limit, length)| Ok((number(limit, context)?, *length)));
                    Window::Moving(MovingWindow::new(rates.collect::<Result<_, _>>()?))
                }
            };
            let matchers = policy
                .matchers
                .iter()
                .map(|matcher| Bound::new(matcher, context));
            Ok(Policy {
                matchers: matchers.collect::<Result<_, _>>()?,
                window: Mutex::new(window),
            })
        });
        Ok(Self {
            policies: policies.collect::<Result<_, TemplateError>>()?,
            reset_header: politeness.reset_header.clone(),
            remaining_header: politeness.remaining_header.clone(),
            limited_statuses: politeness.limited_statuses.clone(),
            permits: politeness
                .permits(context)?
                .map(|permits| Semaphore::new(permits.min(Semaphore::MAX_PERMITS))),
        })
    }

    /// Waits until fewer requests are under way than may be. Dropping it lets the next one go.
    pub(super) async fn permit(&self) -> Option<SemaphorePermit<'_>> {
        // The semaphore is never closed.
        self.permits.as_ref()?.acquire().await.ok()
    }

    /// Takes a call, or tells how long to wait for one.
    pub(super) fn take(&self, parts: &RequestParts) -> Result<(), Duration> {
        let Some((policy, weight)) = self.policy(parts) else {
            return Ok(());
        };
        let now = Instant::now();
        match &mut *policy.window() {
            Window::Unlimited => Ok(()),
            Window::Fixed(window) => window.take(weight, now),
            Window::Moving(window) => window.take(weight, now),
        }
    }

    /// Takes note of what an answer says of the calls that are left.
    pub(super) fn learn(
        &self,
        parts: &RequestParts,
        status: u16,
        headers: &HeaderMap,
        clock: DateTime<Utc>,
    ) {
        let Some((policy, _)) = self.policy(parts) else {
            return;
        };
        let whole = |name: &str| -> Option<i64> {
            let text = headers.get(name)?.to_str().ok()?;
            text.trim().parse().ok()
        };
        let is_limited = self.limited_statuses.contains(&status.into());
        let left = whole(&self.remaining_header)
            .and_then(|left| u64::try_from(left).ok())
            .or(is_limited.then_some(0));
        let resets_in = whole(&self.reset_header)
            .and_then(|seconds| DateTime::from_timestamp(seconds, 0))
            .and_then(|at| (at - clock).to_std().ok());
        let now = Instant::now();
        match &mut *policy.window() {
            Window::Unlimited => {}
            Window::Fixed(window) => window.learn(left, resets_in, now),
            Window::Moving(window) => {
                if left == Some(0) && resets_in.is_none() {
                    window.use_up(now);
                }
            }
        }
    }

    /// How the manifest names the headers that tell what is left, and until when.
    pub(super) fn header_names(&self) -> (&str, &str) {
        (&self.remaining_header, &self.reset_header)
    }

    fn policy(&self, parts: &RequestParts) -> Option<(&Policy, u64)> {
        self.policies.iter().find_map(|policy| {
            if policy.matchers.is_empty() {
                return Some((policy, 1));
            }
            let fitting = policy.matchers.iter().find(|matcher| matcher.fits(parts))?;
            Some((policy, fitting.weight))
        })
    }
}

impl Policy {
    fn window(&self) -> std::sync::MutexGuard<'_, Window> {
        self.window.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Bound {
    fn new(matcher: &Matcher, context: &Context) -> Result<Self, TemplateError> {
        let texts = |pairs: Vec<(String, Value)>| {
            let texts = pairs
                .into_iter()
                .map(|(name, value)| (name, python::str(&value)));
            texts.collect()
        };
        let parameters = matcher.parameters.as_ref().map(|map| map.headers(context));
        let headers = matcher.headers.as_ref().map(|map| map.headers(context));
        let weight = matcher.weight.as_ref();
        Ok(Self {
            parameters: texts(parameters.transpose()?.unwrap_or_default()),
            headers: texts(headers.transpose()?.unwrap_or_default()),
            weight: weight.map_or(Ok(1), |weight| number(weight, context))?,
            matcher: matcher.clone(),
        })
    }

    fn fits(&self, parts: &RequestParts) -> bool {
        let matcher = &self.matcher;
        let url = &parts.url;
        let fits_method = matcher
            .method
            .as_ref()
            .is_none_or(|method| method == parts.method.as_str());
        let fits_base = matcher
            .url_base
            .as_ref()
            .is_none_or(|base| *base == url.origin().ascii_serialization());
        let fits_path = matcher.path.as_ref().is_none_or(|path| {
            path.is_match(url.path().trim_end_matches('/'))
                .unwrap_or(false)
        });
        if !(fits_method && fits_base && fits_path) {
            return false;
        }
        let has_parameters = self.parameters.is_empty() || {
            let url = parts.full_url();
            let query: Vec<(String, String)> = url.query_pairs().into_owned().collect();
            self.parameters.iter().all(|pair| query.contains(pair))
        };
        let has_headers = self.headers.iter().all(|(name, value)| {
            let mut headers = parts.headers.iter();
            headers.any(|(known, had)| known.eq_ignore_ascii_case(name) && had == value)
        });
        has_parameters && has_headers
    }
}
