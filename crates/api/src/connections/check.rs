//! `POST /connections/{connection_id}/check`
//!
//! The provider is asked between two transactions, never inside one. With an `Idempotency-Key`
//! the first transaction looks for a stored answer and the second keeps the new one together with
//! its effect, the health. Of two equal requests at once both may ask the provider, which changes
//! nothing there; only one is kept, and both get its answer.

use std::sync::Arc;
use std::time::Duration;

use actix_web::{post, web};
use syncline_connectors::SourceOptions;
use syncline_connectors::source::Source;
use syncline_domain::health::Health;
use syncline_domain::{ConnectionId, OrganizationId};
use syncline_store::idempotency::IdempotencyKey;
use syncline_store::secrets::Secrets;
use syncline_store::store::Lane;
use syncline_store::tx::Tx;

use super::provider::find_manifest;
use super::view::ConnectionView;
use crate::answer::Answer;
use crate::api::Api;
use crate::input::{Id, Nothing, Write};
use crate::problem::Problem;

/// A caller waits: the provider gets no longer than this.
const PATIENCE: Duration = Duration::from_secs(30);

/// Check a connection
///
/// Asks the provider whether the config works, and keeps the outcome as the connection's `health`.
/// A provider that refuses, or does not answer within 30 seconds, is an outcome too: 200.
#[utoipa::path(
    tag = "connections",
    params(("connection_id" = String, Path, description = "The connection.")),
    responses((status = 200, description = "The connection, with its new health.", body = ConnectionView))
)]
#[post("/connections/{connection_id}/check")]
pub async fn check_connection(
    api: web::Data<Api>,
    write: Write<Nothing>,
    id: Id<ConnectionId>,
) -> Result<Answer, Problem> {
    let organization_id = write.change.caller.organization_id;
    let source = match prepare(&api, organization_id, id.0, write.change.key.clone()).await? {
        Prepared::Answered(answer) => return Ok(answer),
        Prepared::Source(source) => source,
    };
    let health = ask(&api, source).await?;
    write
        .change
        .run(&api, move |tx| {
            let answer = keep(tx, organization_id, id.0, &health)?;
            Answer::ok(&answer)
        })
        .await
}

enum Prepared {
    Answered(Answer),
    Source(Arc<dyn Source>),
}

async fn prepare(
    api: &Api,
    organization_id: OrganizationId,
    id: ConnectionId,
    key: Option<IdempotencyKey>,
) -> Result<Prepared, Problem> {
    if let Some(key) = key {
        let stored = api
            .store
            .write(Lane::Control, move |tx| tx.begin_idempotent(&key))
            .await?;
        if let Some(stored) = stored {
            return Ok(Prepared::Answered(Answer::replayed(stored)));
        }
    }
    let (connection, Secrets(secrets)) = api
        .store
        .read(move |tx| {
            let connection = tx
                .find_connection(organization_id, id)?
                .ok_or_else(|| Problem::not_found("connection", &id.to_string()))?;
            let secrets = tx.read_connection_secrets(organization_id, id)?;
            Ok::<_, Problem>((connection, secrets))
        })
        .await?;
    let manifest = find_manifest(&api.registry, &connection.provider_name)?;
    let config = manifest.join_secrets(connection.config, secrets);
    let options = SourceOptions {
        tries: 1,
        first_byte_timeout: PATIENCE,
        silence_timeout: PATIENCE,
        ..api.source_options.clone()
    };
    let vault = api.store.credential_vault(organization_id, id);
    manifest
        .source_with(config, options, Arc::new(vault))
        .map(Prepared::Source)
        .map_err(Problem::internal)
}

async fn ask(api: &Api, source: Arc<dyn Source>) -> Result<Health, Problem> {
    let now = api.store.read(|tx| Ok::<_, Problem>(tx.now())).await?;
    let checked = tokio::time::timeout(PATIENCE, source.check(now)).await;
    Ok(checked.unwrap_or_else(|_| Health {
        healthy: Some(false),
        message: Some(format!(
            "the provider did not answer within {} seconds",
            PATIENCE.as_secs()
        )),
        suggested_resolution: Some(
            "Check the address in the config, and that the provider is up.".to_owned(),
        ),
        timestamp: Some(now),
        ..Health::default()
    }))
}

fn keep(
    tx: &mut Tx<'_>,
    organization_id: OrganizationId,
    id: ConnectionId,
    health: &Health,
) -> Result<ConnectionView, Problem> {
    // It may have been deleted meanwhile; it may also be somebody else's, which reading tells.
    tx.find_connection(organization_id, id)?
        .ok_or_else(|| Problem::not_found("connection", &id.to_string()))?;
    tx.update_connection_health(id, health)?;
    ConnectionView::read(tx, organization_id, id)
}
