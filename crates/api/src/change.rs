//! A request that changes something: it leaves a row in the audit trail, in the transaction of the
//! change.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use std::future::{Ready, ready};
use syncline_domain::TokenId;
use syncline_store::audit::NewAuditEvent;
use syncline_store::idempotency::IdempotencyKey;
use syncline_store::store::Lane;
use syncline_store::tx::Tx;
use tracing_actix_web::RequestId;

use crate::answer::Answer;
use crate::api::Api;
use crate::auth::Caller;
use crate::input::{Call, NoQuery};
use crate::middleware::routes::Routes;
use crate::problem::Problem;

/// Who changes what, under which request.
#[derive(Debug, Clone)]
pub struct Change {
    /// Who asks.
    pub caller: Caller,
    /// Set on a POST that has an `Idempotency-Key`.
    pub key: Option<IdempotencyKey>,
    operation: String,
    target: Option<String>,
    request_id: Option<String>,
}

impl Change {
    /// What a request without a query changes.
    ///
    /// # Errors
    /// When nobody is let in, or there is a query.
    pub fn of(request: &HttpRequest) -> Result<Self, Problem> {
        let Call { caller, .. } = Call::<NoQuery>::of(request)?;
        let operation = request
            .app_data::<web::Data<Routes>>()
            .and_then(|routes| routes.find_operation(request))
            .ok_or_else(|| Problem::internal("a change that is no operation"))?;
        let request_id = request
            .extensions()
            .get::<RequestId>()
            .map(ToString::to_string);
        Ok(Self {
            caller,
            key: None,
            operation: operation.id.clone(),
            target: target(request),
            request_id,
        })
    }

    /// Runs the effect in one transaction with its row in the audit trail and, when there is a key,
    /// its answer; a request that was answered before gets the same answer again, and changes and
    /// leaves nothing. Only good answers are kept: an error undoes everything.
    ///
    /// # Errors
    /// What the effect gives, or that the key cannot be used.
    pub async fn run(
        self,
        api: &Api,
        effect: impl FnOnce(&mut Tx<'_>) -> Result<Answer, Problem> + Send + 'static,
    ) -> Result<Answer, Problem> {
        self.run_in(Lane::Control, api, effect).await
    }

    /// The same, for an effect that is not short: it goes behind those that are.
    ///
    /// # Errors
    /// As above.
    pub async fn run_in(
        self,
        lane: Lane,
        api: &Api,
        effect: impl FnOnce(&mut Tx<'_>) -> Result<Answer, Problem> + Send + 'static,
    ) -> Result<Answer, Problem> {
        api.store
            .write(lane, move |tx| {
                if let Some(key) = &self.key
                    && let Some(stored) = tx.begin_idempotent(key)?
                {
                    return Ok(Answer::replayed(stored));
                }
                let answer = effect(tx)?;
                if let Some(key) = &self.key {
                    tx.store_answer(key, &answer.to_stored())?;
                }
                tx.insert_audit_event(self.event(answer.status(), answer.made()))?;
                Ok(answer)
            })
            .await
    }

    /// Its row in the audit trail, once it is answered.
    pub fn event(self, status: u16, made: Option<&str>) -> NewAuditEvent {
        let Self {
            caller,
            key: _,
            operation,
            target,
            request_id,
        } = self;
        let token_id: TokenId = caller.token_id;
        NewAuditEvent {
            organization_id: caller.organization_id,
            token_id: Some(token_id),
            operation,
            target: made.map(str::to_owned).or(target),
            request_id,
            status: Some(status.into()),
        }
    }
}

/// The innermost id of the path.
fn target(request: &HttpRequest) -> Option<String> {
    let ids = request
        .match_info()
        .iter()
        .filter(|(name, _)| name.ends_with("_id"));
    ids.last().map(|(_, id)| id.to_owned())
}

/// Of a request without a body: a DELETE.
impl FromRequest for Change {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request))
    }
}
