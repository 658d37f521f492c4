//! A connection's provider, and configurations that fit it.

use std::sync::Arc;

use serde_json::{Map, Value};
use syncline_connectors::manifest::Discovered;
use syncline_connectors::{Manifest, Registry};
use syncline_domain::{ConnectionId, OrganizationId};
use syncline_store::error::StoreError;
use syncline_store::models::NewModel;
use syncline_store::secrets::{Purpose, Secrets};
use syncline_store::tx::Tx;

use crate::problem::{ErrorCode, FieldError, Problem};

/// The manifest of a provider that can be used.
///
/// # Errors
/// [`ErrorCode::UnknownProvider`] or [`ErrorCode::BrokenProvider`].
pub fn find_manifest(registry: &Registry, name: &str) -> Result<Arc<Manifest>, Problem> {
    let unusable = |code, message: String| Problem {
        errors: vec![FieldError::body("/provider_name", &message)],
        ..Problem::new(code, message)
    };
    let provider = registry.find(name).ok_or_else(|| {
        unusable(
            ErrorCode::UnknownProvider,
            format!("there is no provider `{name}`"),
        )
    })?;
    provider.manifest().cloned().map_err(|error| {
        unusable(
            ErrorCode::BrokenProvider,
            format!("provider `{name}` cannot be used: {error}"),
        )
    })
}

/// Checks a configuration, and takes its secrets out.
///
/// # Errors
/// [`ErrorCode::InvalidConfig`] with every field that does not fit.
pub fn fit_config(
    manifest: &Manifest,
    config: Map<String, Value>,
) -> Result<(Map<String, Value>, Secrets), Problem> {
    manifest.validate_config(&config).map_err(|problems| {
        let errors = problems.into_iter().map(|problem| {
            FieldError::body(format!("/config{}", problem.pointer), problem.message)
        });
        Problem::fields(ErrorCode::InvalidConfig, errors.collect())
    })?;
    let (public, secrets) = manifest.split_secrets(config);
    Ok((public, Secrets(secrets)))
}

/// A manifest with what was found at a connection's provider, where there is something to find.
///
/// # Errors
/// The store's.
pub fn with_found(
    tx: &mut Tx<'_>,
    manifest: Arc<Manifest>,
    organization_id: OrganizationId,
    id: ConnectionId,
) -> Result<Arc<Manifest>, StoreError> {
    if !manifest.needs_discovery() {
        return Ok(manifest);
    }
    let found = tx.find_secret_document(organization_id, id, &Purpose::STREAMS)?;
    Ok(match found {
        None => manifest,
        Some(found) => manifest.with_discovered(Discovered::from_fields(found.secrets.0)),
    })
}

/// Makes the models of a connection those that its own manifest tells; as long as some streams
/// cannot be told, no model goes.
///
/// # Errors
/// The store's.
pub fn refresh(
    tx: &mut Tx<'_>,
    organization_id: OrganizationId,
    id: ConnectionId,
    Offer { models, is_whole }: Offer,
) -> Result<(), StoreError> {
    const GONE: &str = "the connection does not have this stream any more";
    let gone = is_whole.then_some(GONE);
    tx.refresh_models_of_connection(organization_id, id, models, gone)
}

/// The models of one connection.
#[derive(Debug)]
pub struct Offer {
    models: Vec<NewModel>,
    /// There are no others.
    is_whole: bool,
}

impl Offer {
    /// What a connection's own manifest tells. Compiles all its streams: not on an async thread.
    pub fn of(own: &Manifest) -> Self {
        Self {
            models: models(own),
            is_whole: own.problems().is_empty() && !own.needs_discovery(),
        }
    }
}

/// What a manifest offers. The first call compiles all its streams: not on an async thread.
pub fn models(manifest: &Manifest) -> Vec<NewModel> {
    let streams = manifest.streams().iter().map(|stream| NewModel {
        name: stream.name.clone(),
        display_name: stream
            .display_name
            .clone()
            .unwrap_or_else(|| stream.name.clone()),
        unsupported_reason: stream.unsupported_reason.clone(),
    });
    streams.collect()
}
