//! A connection's provider, and configurations that fit it.

use std::sync::Arc;

use serde_json::{Map, Value};
use syncline_connectors::{Manifest, Registry};
use syncline_store::models::NewModel;
use syncline_store::secrets::Secrets;

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
