//! One request of a chain of redirects.

use reqwest::header::LOCATION;
use reqwest::{Method, Response};
use url::Url;

use super::request::RequestParts;
use crate::redact::Redactor;

/// Where a chain of redirects has come to.
pub(super) struct Hop {
    pub(super) method: Method,
    pub(super) url: Url,
    /// Still at the place that the credentials are meant for: the same scheme, host and port all
    /// the way.
    pub(super) is_home: bool,
    pub(super) has_body: bool,
}

impl Hop {
    /// The first request.
    pub(super) fn first(parts: &RequestParts) -> Self {
        Self {
            method: parts.method.clone(),
            url: parts.full_url(),
            is_home: true,
            has_body: true,
        }
    }

    /// Where the answer sends us, if it does. A provider that repeats our query in its redirect to
    /// another place would give our credential away: it is taken out.
    pub(super) fn redirected(
        &self,
        response: &Response,
        parts: &RequestParts,
        redactor: &Redactor,
    ) -> Option<Self> {
        let status = response.status().as_u16();
        if !matches!(status, 301 | 302 | 303 | 307 | 308) {
            return None;
        }
        let location = response.headers().get(LOCATION)?.to_str().ok()?;
        let is_web = |url: &Url| matches!(url.scheme(), "http" | "https");
        let url = self.url.join(location).ok().filter(is_web)?;
        let is_home = self.is_home && url.origin() == self.url.origin();
        let url = if is_home {
            url
        } else {
            redactor.strip_url(&url, parts.credential_parameter.as_deref())
        };
        let keeps_method = matches!(status, 307 | 308) || self.method == Method::GET;
        let method = if keeps_method {
            self.method.clone()
        } else {
            Method::GET
        };
        Some(Self {
            method,
            url,
            is_home,
            has_body: self.has_body && keeps_method,
        })
    }
}
