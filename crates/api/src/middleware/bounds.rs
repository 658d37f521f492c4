//! Requests whose head is too large: the URL, or the headers.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, web};

use crate::api::Api;
use crate::problem::{ErrorCode, Problem};

/// Refuses them before anything is looked up.
///
/// # Errors
/// [`ErrorCode::UrlTooLong`] or [`ErrorCode::HeadersTooLarge`].
pub async fn bounds(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if let Some(api) = request.app_data::<web::Data<Api>>() {
        let options = api.limits.options();
        let url = request
            .uri()
            .path_and_query()
            .map_or(0, |url| url.as_str().len());
        if url > options.url_bytes {
            let detail = format!(
                "path and query may have at most {} bytes, and these have {url}",
                options.url_bytes
            );
            return Err(Problem::new(ErrorCode::UrlTooLong, detail).into());
        }
        // Of each line: the name, a colon and a space, the value, and the line's end.
        let headers: usize = request
            .headers()
            .iter()
            .map(|(name, value)| name.as_str().len() + value.len() + 4)
            .sum();
        if headers > options.header_bytes {
            let detail = format!(
                "all headers together may have at most {} bytes, and these have {headers}",
                options.header_bytes
            );
            return Err(Problem::new(ErrorCode::HeadersTooLarge, detail).into());
        }
    }
    next.call(request).await
}
