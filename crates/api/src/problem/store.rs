//! What the store's errors mean to a caller: a total match.

use syncline_domain::TransitionError;
use syncline_store::error::StoreError;

use super::{ErrorCode, FieldError, Problem};

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let detail = error.to_string();
        match error {
            StoreError::NotFound { .. } => Problem::new(ErrorCode::NotFound, detail),
            StoreError::Conflict(_) => Problem::new(ErrorCode::Conflict, detail),
            StoreError::Transition(TransitionError::NotAllowed { .. }) => {
                Problem::new(ErrorCode::SyncFinished, detail)
            }
            // Callers hold no attempts, so that this is nobody's fault but ours.
            StoreError::Transition(TransitionError::Fenced { .. }) => Problem::internal(error),
            StoreError::CursorExpired | StoreError::EventsExpired => {
                Problem::new(ErrorCode::CursorExpired, detail)
            }
            StoreError::UnknownModels(_) => Problem {
                errors: vec![FieldError::body("/models", &detail)],
                ..Problem::new(ErrorCode::UnknownModels, detail)
            },
            StoreError::UnknownConnections(_) => {
                let error = FieldError::body("", detail);
                Problem::fields(ErrorCode::InvalidBody, vec![error])
            }
            StoreError::IdempotencyMismatch => Problem::new(ErrorCode::IdempotencyMismatch, detail),
            StoreError::IdempotencyInFlight => Problem::new(ErrorCode::IdempotencyInFlight, detail),
            StoreError::Unavailable { .. } => Problem {
                source: Some(Box::new(error)),
                ..Problem::new(
                    ErrorCode::Unavailable,
                    "the database is not available: try again after Retry-After seconds",
                )
            },
            StoreError::Open(_) | StoreError::Corrupt(_) | StoreError::Database(_) => {
                Problem::internal(error)
            }
        }
    }
}
