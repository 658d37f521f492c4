//! Requests for tokens, and what their answers mean.

use serde_json::Value;

use super::answer::Answer;
use super::exchange::Clock;
use super::request::RequestParts;
use super::verdict::Words;
use super::wire::Wire;
use crate::components::authenticators::RejectedGrant;
use crate::error::{SourceError, SourceErrorKind};
use crate::source::Cost;
use crate::template::python;

impl Wire {
    /// Asks for a token; the answer must be JSON.
    pub(crate) async fn ask_for_token(
        &self,
        parts: &RequestParts,
        rejected: &RejectedGrant,
        clock: Clock,
        cost: &mut Cost,
    ) -> Result<Value, SourceError> {
        let answer = self.insist(parts, || clock.now(), cost).await?;
        if !answer.status.is_success() {
            return Err(self.refusal(parts, answer, rejected));
        }
        answer.body.json().ok_or_else(|| {
            let kind = SourceErrorKind::Refused;
            let message = format!("{}: the answer is not JSON", self.asked(parts));
            SourceError::new(kind, message)
        })
    }

    /// Whether the provider takes the credential of a request.
    pub(crate) async fn is_welcome(
        &self,
        parts: &RequestParts,
        clock: Clock,
        cost: &mut Cost,
    ) -> Result<bool, SourceError> {
        let answer = self.insist(parts, || clock.now(), cost).await?;
        match answer.status.as_u16() {
            401 => Ok(false),
            status if status < 400 => Ok(true),
            _ => Err(self.refusal(parts, answer, &RejectedGrant::default())),
        }
    }

    fn refusal(
        &self,
        parts: &RequestParts,
        answer: Answer,
        rejected: &RejectedGrant,
    ) -> SourceError {
        let status = answer.status.as_u16();
        let says = answer.body.json();
        let says = says.as_ref().and_then(|body| body.get(&rejected.key));
        let is_rejected = rejected.statuses.contains(&status.into())
            && says.is_some_and(|says| rejected.values.contains(&python::str(says)));
        // RFC 6749 answers 400 to a grant that is not good any more.
        let kind = if is_rejected || matches!(status, 400 | 401 | 403) {
            SourceErrorKind::Authentication
        } else {
            SourceErrorKind::Configuration
        };
        let error = self.failure(kind, parts, Ok(answer), &Words::default(), 1);
        SourceError {
            message: format!("no access token: {}", error.message),
            ..error
        }
    }
}
