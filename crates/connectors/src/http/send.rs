//! Sends one request, follows redirects, and takes the whole answer in.

use std::fs::File;
use std::io::Write;

use reqwest::header::{CONTENT_TYPE, LOCATION, USER_AGENT};
use reqwest::{Client, Method, Response};
use url::Url;

use super::answer::{Answer, Body};
use super::options::SourceOptions;
use super::request::{self, RequestParts, texts};

/// No chain of redirects is longer.
const MAX_REDIRECTS: usize = 10;

/// Why there is no answer.
#[derive(Debug)]
pub(super) struct SendError {
    /// For people, without the URL.
    pub(super) message: String,
    /// Whether another try may help.
    pub(super) may_pass: bool,
    pub(super) source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// Counted also when the request fails.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Traffic {
    pub(super) requests: i64,
    pub(super) bytes: i64,
}

pub(super) async fn send(
    client: &Client,
    parts: &RequestParts,
    options: &SourceOptions,
    traffic: &mut Traffic,
) -> Result<Answer, SendError> {
    let mut hop = Hop {
        method: parts.method.clone(),
        url: parts.full_url(),
        is_home: true,
        has_body: true,
    };
    for _ in 0..=MAX_REDIRECTS {
        traffic.requests += 1;
        let request = build(client, parts, &hop, options);
        let response = tokio::time::timeout(options.first_byte_timeout, request.send())
            .await
            .map_err(|_| timed_out("gave no answer within", options.first_byte_timeout))?
            .map_err(network)?;
        match hop.redirected(&response) {
            Some(next) => hop = next,
            None => return take_in(response, options, traffic).await,
        }
    }
    Err(SendError {
        message: "redirected too often".to_owned(),
        may_pass: false,
        source: None,
    })
}

/// One request of a chain of redirects.
struct Hop {
    method: Method,
    url: Url,
    /// Still at the place that the credentials are meant for.
    is_home: bool,
    has_body: bool,
}

impl Hop {
    fn redirected(&self, response: &Response) -> Option<Hop> {
        let status = response.status();
        if !matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308) {
            return None;
        }
        let location = response.headers().get(LOCATION)?.to_str().ok()?;
        let url = self
            .url
            .join(location)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https"))?;
        let keeps_method = matches!(status.as_u16(), 307 | 308) || self.method == Method::GET;
        Some(Hop {
            method: if keeps_method {
                self.method.clone()
            } else {
                Method::GET
            },
            is_home: self.is_home && url.origin() == self.url.origin(),
            has_body: self.has_body && keeps_method,
            url,
        })
    }
}

/// Another host gets no header and no body of ours: they may hold credentials.
fn build(
    client: &Client,
    parts: &RequestParts,
    hop: &Hop,
    options: &SourceOptions,
) -> reqwest::RequestBuilder {
    let mut request = client.request(hop.method.clone(), hop.url.clone());
    let has = |wanted: &str| {
        parts
            .headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case(wanted))
    };
    if !hop.is_home || !has(USER_AGENT.as_str()) {
        request = request.header(USER_AGENT, &options.user_agent);
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
    let typed = |request: reqwest::RequestBuilder, kind: &str| {
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

async fn take_in(
    mut response: Response,
    options: &SourceOptions,
    traffic: &mut Traffic,
) -> Result<Answer, SendError> {
    let status = response.status();
    let headers = response.headers().clone();
    let mut memory = Vec::new();
    let mut spool: Option<File> = None;
    let mut total: u64 = 0;
    loop {
        let chunk = tokio::time::timeout(options.silence_timeout, response.chunk())
            .await
            .map_err(|_| timed_out("fell silent inside its answer for", options.silence_timeout))?
            .map_err(network)?;
        let Some(chunk) = chunk else { break };
        total += chunk.len() as u64;
        traffic.bytes += i64::try_from(chunk.len()).unwrap_or(i64::MAX);
        if total > options.max_answer_bytes {
            return Err(SendError {
                message: format!(
                    "sent an answer of more than {} bytes",
                    options.max_answer_bytes
                ),
                may_pass: false,
                source: None,
            });
        }
        memory.extend_from_slice(&chunk);
        if memory.len() > options.spool_above_bytes
            || (spool.is_some() && memory.len() > 1024 * 1024)
        {
            spool = Some(spill(spool, std::mem::take(&mut memory)).await?);
        }
    }
    let body = match spool {
        None => Body::Memory(memory),
        Some(file) => Body::File(spill(Some(file), memory).await?),
    };
    Ok(Answer {
        status,
        headers,
        body,
    })
}

/// Writes to the temporary file, off the threads that serve requests.
async fn spill(file: Option<File>, bytes: Vec<u8>) -> Result<File, SendError> {
    let write = move || -> std::io::Result<File> {
        let mut file = match file {
            Some(file) => file,
            None => tempfile::tempfile()?,
        };
        file.write_all(&bytes)?;
        Ok(file)
    };
    let written = tokio::task::spawn_blocking(write).await;
    written
        .map_err(std::io::Error::other)
        .and_then(|written| written)
        .map_err(|error| SendError {
            message: "sent an answer that could not be kept in a temporary file".to_owned(),
            may_pass: true,
            source: Some(Box::new(error)),
        })
}

fn timed_out(what: &str, limit: std::time::Duration) -> SendError {
    SendError {
        message: format!("{what} {} s", limit.as_secs_f64()),
        may_pass: true,
        source: None,
    }
}

fn network(error: reqwest::Error) -> SendError {
    let error = error.without_url();
    let message = if error.is_builder() {
        "cannot be asked: the request is not valid"
    } else if error.is_timeout() {
        "did not answer in time"
    } else if error.is_connect() {
        "cannot be reached"
    } else if error.is_body() || error.is_decode() {
        "broke off inside its answer"
    } else {
        "closed the connection without an answer"
    };
    SendError {
        message: message.to_owned(),
        may_pass: !error.is_builder(),
        source: Some(Box::new(error)),
    }
}
