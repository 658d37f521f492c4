//! Sends one request, and follows redirects.

use reqwest::RequestBuilder;
use reqwest::header::{CONTENT_TYPE, USER_AGENT};

use super::answer::Answer;
use super::hop::Hop;
use super::request::{self, RequestParts, texts};
use super::send_error::SendError;
use super::take_in::take_in;
use super::wire::Wire;

/// No chain of redirects is longer.
const MAX_REDIRECTS: usize = 10;

/// Counted also when the request fails.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Traffic {
    pub(super) requests: i64,
    pub(super) bytes: i64,
}

pub(super) async fn send(
    wire: &Wire,
    parts: &RequestParts,
    traffic: &mut Traffic,
) -> Result<Answer, SendError> {
    let options = &*wire.options;
    let mut hop = Hop::first(parts);
    for _ in 0..=MAX_REDIRECTS {
        options
            .network
            .check(&hop.url)
            .map_err(|refused| SendError::from(&refused))?;
        traffic.requests += 1;
        let request = build(wire, parts, &hop);
        let response = tokio::time::timeout(options.first_byte_timeout, request.send())
            .await
            .map_err(|_| {
                SendError::timed_out("gave no answer within", options.first_byte_timeout)
            })??;
        match hop.redirected(&response, parts, &wire.redactor) {
            Some(next) => hop = next,
            None => return take_in(response, options, traffic).await,
        }
    }
    Err(SendError::refused("redirected too often"))
}

/// Another host gets no header and no body of ours: they may hold credentials.
fn build(wire: &Wire, parts: &RequestParts, hop: &Hop) -> RequestBuilder {
    let mut request = wire.client.request(hop.method.clone(), hop.url.clone());
    let has = |wanted: &str| {
        parts
            .headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case(wanted))
    };
    if !hop.is_home || !has(USER_AGENT.as_str()) {
        request = request.header(USER_AGENT, &wire.options.user_agent);
    }
    if !hop.is_home {
        return request;
    }
    for (name, value) in &parts.headers {
        request = request.header(name, value);
    }
    if !hop.has_body {
        return request;
    }
    let typed = |request: RequestBuilder, kind: &str| {
        if has(CONTENT_TYPE.as_str()) {
            request
        } else {
            request.header(CONTENT_TYPE, kind)
        }
    };
    match &parts.body {
        request::Body::None => request,
        request::Body::Text(text) => request.body(text.clone()),
        request::Body::Form(fields) => {
            let mut form = url::form_urlencoded::Serializer::new(String::new());
            for (name, value) in fields {
                form.extend_pairs(texts(value).map(|text| (name.as_str(), text)));
            }
            typed(request, "application/x-www-form-urlencoded").body(form.finish())
        }
        request::Body::Json(value) => typed(request, "application/json").body(value.to_string()),
    }
}
