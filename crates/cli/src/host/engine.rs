//! The engine of a process.

use std::sync::Arc;

use syncline_connectors::{Registry, SourceOptions};
use syncline_engine::{Engine, EngineOptions, RegistrySources};
use syncline_store::retention::Keep;
use syncline_store::runs::Caps;
use syncline_store::store::Store;

use crate::settings::sections::EngineSettings;

/// Starts to run syncs; no workers, no engine.
pub fn start(
    store: &Store,
    registry: &Registry,
    sources: SourceOptions,
    settings: &EngineSettings,
    keep: Keep,
) -> Option<Engine> {
    let EngineSettings {
        workers,
        one_off_percent,
        max_per_organization,
        max_per_connection,
        max_per_provider,
    } = *settings;
    if workers == 0 {
        return None;
    }
    let cap = |limit: u32| (limit > 0).then_some(i64::from(limit));
    let sources = RegistrySources::new(registry.clone(), store.clone(), sources);
    let options = EngineOptions {
        slots: workers,
        one_off_percent,
        caps: Caps {
            per_organization: cap(max_per_organization),
            per_connection: cap(max_per_connection),
            per_provider: cap(max_per_provider),
        },
        keep,
        is_alone: store.is_single_process(),
        ..EngineOptions::default()
    };
    Some(Engine::start(store.clone(), Arc::new(sources), options))
}
