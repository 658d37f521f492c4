//! The engine of a process.

use std::sync::Arc;

use syncline_connectors::{Registry, SourceOptions};
use syncline_engine::{Engine, EngineOptions, RegistrySources};
use syncline_store::store::Store;

/// Starts to run syncs; no workers, no engine.
pub fn start(
    store: &Store,
    registry: &Registry,
    sources: SourceOptions,
    workers: usize,
) -> Option<Engine> {
    if workers == 0 {
        return None;
    }
    let sources = RegistrySources::new(registry.clone(), store.clone(), sources);
    let options = EngineOptions {
        slots: workers,
        is_alone: store.is_single_process(),
        ..EngineOptions::default()
    };
    Some(Engine::start(store.clone(), Arc::new(sources), options))
}
