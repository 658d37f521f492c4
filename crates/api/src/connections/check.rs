//! `POST /connections/{connection_id}/check`
//!
//! The provider is asked between two transactions, never inside one. With an `Idempotency-Key`
//! the first transaction looks for a stored answer and the second keeps the new one together with
//! its effect, the health. Of two equal requests at once both may ask the provider, which changes
//! nothing there; only one is kept, and both get its answer.

use std::sync::Arc;
use std::time::Duration;

use actix_web::{post, web};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use syncline_connectors::{Manifest, SourceOptions};
use syncline_domain::credential::CredentialVault;
use syncline_domain::health::Health;
use syncline_domain::{ConnectionId, OrganizationId};
use syncline_store::idempotency::IdempotencyKey;
use syncline_store::secrets::{Purpose, Secrets};
use syncline_store::store::Lane;
use syncline_store::tx::Tx;

use super::provider::{Offer, find_manifest, refresh};
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
/// A provider that refuses, or does not answer within 30 seconds, is an outcome too: 200. Where
/// the provider tells which streams there are, they are found now, and become models; when that
/// fails, all models stay as they are.
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
    let asked = match prepare(&api, organization_id, id.0, write.change.key.clone()).await? {
        Prepared::Answered(answer) => return Ok(answer),
        Prepared::Ready(asked) => asked,
    };
    let (config, is_told) = (asked.config.clone(), asked.manifest.is_of_a_connection());
    let Checked { health, manifest } = ask(&api, asked).await?;
    let found = match manifest {
        Some(manifest) if is_told => Some(found(manifest, config).await?),
        _ => None,
    };
    write
        .change
        .run(&api, move |tx| {
            let answer = keep(tx, organization_id, id.0, &health, found)?;
            Answer::ok(&answer)
        })
        .await
}

enum Prepared {
    Answered(Answer),
    Ready(Box<Asked>),
}

/// What a check asks with.
struct Asked {
    manifest: Arc<Manifest>,
    config: Map<String, Value>,
    options: SourceOptions,
    vault: Arc<dyn CredentialVault>,
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
    Ok(Prepared::Ready(Box::new(Asked {
        config: manifest.join_secrets(connection.config, secrets),
        manifest,
        options: SourceOptions {
            tries: 1,
            first_byte_timeout: PATIENCE,
            silence_timeout: PATIENCE,
            ..api.source_options.clone()
        },
        vault: Arc::new(api.store.credential_vault(organization_id, id)),
    })))
}

/// What came of a check.
struct Checked {
    health: Health,
    /// With what was found; none when it could not be found.
    manifest: Option<Arc<Manifest>>,
}

async fn ask(api: &Api, asked: Box<Asked>) -> Result<Checked, Problem> {
    let now = api.store.read(|tx| Ok::<_, Problem>(tx.now())).await?;
    let checked = tokio::time::timeout(PATIENCE, check(*asked, now)).await;
    checked.unwrap_or_else(|_| {
        let health = Health {
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
        };
        let manifest = None;
        Ok(Checked { health, manifest })
    })
}

async fn check(asked: Asked, now: DateTime<Utc>) -> Result<Checked, Problem> {
    let Asked {
        mut manifest,
        config,
        options,
        vault,
    } = asked;
    if manifest.needs_discovery() {
        let found = manifest
            .discover(config.clone(), options.clone(), vault.clone(), now)
            .await;
        manifest = match found {
            Ok(found) => manifest.with_discovered(found),
            Err(health) => {
                let manifest = None;
                return Ok(Checked { health, manifest });
            }
        };
    }
    let source = manifest
        .source_with(config, options, vault)
        .map_err(Problem::internal)?;
    Ok(Checked {
        health: source.check(now).await,
        manifest: Some(manifest),
    })
}

/// What a check found of a connection's streams, and by which config.
struct Streams {
    config: Map<String, Value>,
    manifest: Arc<Manifest>,
    offer: Offer,
}

async fn found(manifest: Arc<Manifest>, config: Map<String, Value>) -> Result<Streams, Problem> {
    let compile = move || Streams {
        offer: Offer::of(&manifest.of_connection(&config)),
        config,
        manifest,
    };
    web::block(compile).await.map_err(Problem::internal)
}

fn keep(
    tx: &mut Tx<'_>,
    organization_id: OrganizationId,
    id: ConnectionId,
    health: &Health,
    found: Option<Streams>,
) -> Result<ConnectionView, Problem> {
    // It may have been deleted meanwhile; it may also be somebody else's, which reading tells.
    let connection = tx
        .find_connection(organization_id, id)?
        .ok_or_else(|| Problem::not_found("connection", &id.to_string()))?;
    tx.update_connection_health(id, health)?;
    if let Some(Streams {
        config,
        manifest,
        offer,
    }) = found
    {
        let Secrets(secrets) = tx.read_connection_secrets(organization_id, id)?;
        // What was found by another config is not this connection's any more.
        if manifest.join_secrets(connection.config, secrets) == config {
            if manifest.needs_discovery() {
                let purpose = &Purpose::STREAMS;
                let fields = Secrets(manifest.discovered().to_fields());
                let before = tx.find_secret_document(organization_id, id, purpose)?;
                let before = before.map(|document| document.version);
                tx.replace_secret_document(organization_id, id, purpose, before, &fields)?;
            }
            refresh(tx, organization_id, id, offer)?;
        }
    }
    ConnectionView::read(tx, organization_id, id)
}
