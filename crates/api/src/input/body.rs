//! Requests that change something: POST, PUT and PATCH.

use actix_web::dev::Payload;
use actix_web::http::{Method, header};
use actix_web::web::{self, Bytes, BytesMut};
use actix_web::{FromRequest, HttpRequest};
use futures::StreamExt;
use futures::future::LocalBoxFuture;
use serde_json::Value;
use tokio::time::{Instant, timeout_at};

use super::NoQuery;
use super::fields::{Fields, FromFields};
use super::json::read_json;
use super::query::{FromQuery, Query};
use crate::api::Api;
use crate::change::Change;
use crate::idempotency;
use crate::problem::{ErrorCode, FieldError, Problem};

/// A request with a body, or one that could have had one.
pub struct Write<B> {
    /// Who changes what; runs the effect.
    pub change: Change,
    /// What the body says.
    pub body: B,
}

/// How a body is read. A body of zero bytes is no body, whatever its content type.
pub trait FromBody: Sized {
    /// `None` when there is no body.
    ///
    /// # Errors
    /// Every wrong field.
    fn from_body(body: Option<Value>) -> Result<Self, Problem>;
}

/// A body that must be there.
pub struct Body<T>(pub T);

/// A body of an act that takes none: absent, or an empty object.
pub struct Nothing;

impl<T: FromFields> FromBody for Body<T> {
    fn from_body(body: Option<Value>) -> Result<Self, Problem> {
        let body = body.ok_or_else(|| {
            let error = FieldError::body("", "is required: a JSON object");
            Problem::fields(ErrorCode::InvalidBody, vec![error])
        })?;
        Fields::parse(body).map(Body)
    }
}

impl<T: FromFields> FromBody for Option<Body<T>> {
    fn from_body(body: Option<Value>) -> Result<Self, Problem> {
        body.map(Fields::parse)
            .transpose()
            .map(|body| body.map(Body))
    }
}

impl FromFields for Nothing {
    fn read(_: &mut Fields) -> Option<Self> {
        Some(Self)
    }
}

impl FromBody for Nothing {
    fn from_body(body: Option<Value>) -> Result<Self, Problem> {
        body.map_or(Ok(Self), Fields::parse)
    }
}

impl<B: FromBody + 'static> FromRequest for Write<B> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let payload = payload.take();
        Box::pin(async move {
            let mut change = Change::of(&request)?;
            let bytes = read_bytes(&request, payload).await?;
            let organization_id = change.caller.organization_id;
            change.key = idempotency::key(&request, organization_id, &bytes)?;
            let body = if bytes.is_empty() {
                None
            } else {
                Some(parse(&request, &bytes)?)
            };
            Ok(Self {
                change,
                body: B::from_body(body)?,
            })
        })
    }
}

async fn read_bytes(request: &HttpRequest, mut payload: Payload) -> Result<Bytes, Problem> {
    let api = request
        .app_data::<web::Data<Api>>()
        .ok_or_else(|| Problem::internal("the application was built without its Api"))?;
    let (limit, patience) = {
        let options = api.limits.options();
        (options.body_bytes, options.body_timeout)
    };
    let too_large = || {
        Problem::new(
            ErrorCode::BodyTooLarge,
            format!("a body may have at most {limit} bytes"),
        )
    };
    let announced = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| usize::try_from(length).map_or(true, |length| length > limit))
    {
        return Err(too_large());
    }
    let slow = |_| {
        Problem::new(
            ErrorCode::RequestTimeout,
            format!("a body must be there within {} s", patience.as_secs_f64()),
        )
    };
    let mut bytes = BytesMut::new();
    let deadline = Instant::now() + patience;
    while let Some(chunk) = timeout_at(deadline, payload.next()).await.map_err(slow)? {
        let chunk = chunk.map_err(|error| Problem {
            source: Some(error.to_string().into()),
            ..Problem::new(
                ErrorCode::BadRequest,
                "the body ended early or cannot be read",
            )
        })?;
        if bytes.len() + chunk.len() > limit {
            return Err(too_large());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.freeze())
}

fn parse(request: &HttpRequest, bytes: &[u8]) -> Result<Value, Problem> {
    let headers = request.headers();
    let encoded = headers
        .get_all(header::CONTENT_ENCODING)
        .any(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity"));
    if encoded {
        let detail = "a body must not be compressed: leave out Content-Encoding";
        return Err(Problem::new(ErrorCode::UnsupportedMediaType, detail));
    }
    let mut media_types = headers.get_all(header::CONTENT_TYPE);
    let media_type = media_types
        .next()
        // Of two, nobody knows which is meant.
        .filter(|_| media_types.next().is_none())
        .and_then(|value| value.to_str().ok()?.parse::<actix_web::mime::Mime>().ok());
    let fits = media_type.is_some_and(|mime| {
        let charset_fits = mime
            .get_param("charset")
            .is_none_or(|charset| charset.as_str().eq_ignore_ascii_case("utf-8"));
        let type_fits = mime.essence_str() == "application/json"
            || (request.method() == Method::PATCH
                && mime.essence_str() == "application/merge-patch+json");
        type_fits && charset_fits
    });
    if !fits {
        let detail = "send the body as Content-Type: application/json";
        return Err(Problem::new(ErrorCode::UnsupportedMediaType, detail));
    }
    read_json(bytes)
}

impl FromQuery for NoQuery {
    fn read(_: &mut Query) -> Option<Self> {
        Some(Self)
    }
}
