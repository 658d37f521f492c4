//! `Idempotency-Key`: the effect of a POST and its answer are kept in one transaction.

use actix_web::HttpRequest;
use actix_web::http::Method;
use sha2::{Digest, Sha256};
use syncline_domain::OrganizationId;
use syncline_store::idempotency::IdempotencyKey;

use crate::problem::{ErrorCode, FieldError, Problem};

const HEADER: &str = "Idempotency-Key";

/// The key of a request, if it is a POST that has one.
///
/// # Errors
/// When the header is not 1 to 255 visible characters, or stands twice.
pub fn key(
    request: &HttpRequest,
    organization_id: OrganizationId,
    body: &[u8],
) -> Result<Option<IdempotencyKey>, Problem> {
    let mut values = request.headers().get_all(HEADER);
    let Some(value) = values.next().filter(|_| request.method() == Method::POST) else {
        return Ok(None);
    };
    let key = value
        .to_str()
        .ok()
        .filter(|key| (1..=255).contains(&key.len()))
        .filter(|key| key.bytes().all(|byte| byte.is_ascii_graphic()));
    let (Some(key), None) = (key, values.next()) else {
        let error = FieldError::header(HEADER, "must have 1 to 255 visible ASCII characters");
        return Err(Problem::fields(
            ErrorCode::InvalidIdempotencyKey,
            vec![error],
        ));
    };
    let hash = Sha256::new()
        .chain_update(body)
        .chain_update([0])
        .chain_update(request.query_string());
    Ok(Some(IdempotencyKey {
        organization_id,
        method: request.method().to_string(),
        path: request.path().to_owned(),
        key: key.to_owned(),
        request_hash: hash.finalize().into(),
    }))
}
