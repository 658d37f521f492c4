//! Who may ask now: each token has its rate and so many requests at once, and who has no token yet
//! that was accepted here has the rate of the address.
//!
//! A token that this process has accepted before is not held to the address's rate, so that a
//! stranger at the same address, or behind the same proxy, locks nobody out.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, web};

use crate::api::Api;
use crate::auth::token_hash;
use crate::limits::{Limits, Permit, Refusal};
use crate::problem::{ErrorCode, Problem};

/// Seconds after which a request that was one too many at once may be sent again.
const RETRY_AT_ONCE: &str = "1";

/// Wraps authentication: outside of it what is counted is known before the token is looked up.
///
/// # Errors
/// [`ErrorCode::TooManyRequests`].
pub async fn admit(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let limits = request
        .app_data::<web::Data<Api>>()
        .map(|api| api.limits.clone())
        .ok_or_else(|| Problem::internal("the application was built without its Api"))?;
    let hash = token_hash(&request);
    let known = hash.filter(|hash| limits.tokens().knows(hash));
    let mut permit = None;
    match (known, request.peer_addr()) {
        (Some(hash), _) => permit = Some(permit_of(&limits, hash)?),
        (None, Some(peer)) => limits.strangers().count(peer.ip()).map_err(|rate| {
            rate.problem(format!(
                "too many requests without a known token from this address: wait {} seconds",
                rate.seconds
            ))
        })?,
        // Not from a socket.
        (None, None) => {}
    }
    if let Some(rate) = permit.as_ref().and_then(|permit| permit.rate) {
        request.extensions_mut().insert(rate);
    }
    let answer = next.call(request).await;
    if let Some(hash) = hash {
        match &answer {
            // Accepted for the first time: counted from this request on.
            Ok(answer) if permit.is_none() => {
                if let Some(rate) = permit_of(&limits, hash).ok().and_then(|permit| permit.rate) {
                    answer.request().extensions_mut().insert(rate);
                }
            }
            Ok(_) => {}
            Err(error) => match status_of(error) {
                401 => limits.tokens().forget(&hash),
                403 if permit.is_none() => drop(permit_of(&limits, hash)),
                _ => {}
            },
        }
    }
    answer
}

fn permit_of(limits: &Limits, hash: [u8; 32]) -> Result<Permit, Problem> {
    limits
        .tokens()
        .admit(hash)
        .map_err(|refusal| match refusal {
            Refusal::Rate(rate) => rate.problem(format!(
                "this token may send {} requests a minute: wait {} seconds",
                rate.quota, rate.seconds
            )),
            Refusal::AtOnce(most) => Problem {
                headers: vec![("retry-after", RETRY_AT_ONCE.to_owned())],
                ..Problem::new(
                    ErrorCode::TooManyRequests,
                    format!("this token may have {most} requests under way: let some end first"),
                )
            },
        })
}

fn status_of(error: &Error) -> u16 {
    let problem = error.as_error::<Problem>();
    problem.map_or(500, |problem| problem.code.status())
}
