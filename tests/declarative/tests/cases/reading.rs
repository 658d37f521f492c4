//! Reads a case's stream with our runtime.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use syncline_connectors::auth::MemoryVault;
use syncline_connectors::error::{SourceError, SourceErrorKind};
use syncline_connectors::standalone::{Asked, Audience, Message, ReadError, read as read_stream};
use syncline_connectors::{JobWaits, Manifest, NetworkRules, SourceOptions};

use super::case::Case;
use super::provider::Provider;

/// What our runtime did.
#[derive(Debug, Default)]
pub struct Ours {
    pub requests: Vec<Value>,
    pub records: Vec<Value>,
    pub state: Value,
    pub waits: Vec<i64>,
    pub error: Option<SourceError>,
}

pub async fn read(case: &Case) -> Ours {
    let provider = Provider::start(case.routes()).await;
    let mut listener = Listener::default();
    let error = match Manifest::parse(&case.manifest()) {
        Err(error) => Some(SourceError::new(
            SourceErrorKind::Configuration,
            error.to_string(),
        )),
        Ok(manifest) => run(case, &provider, manifest, &mut listener).await.err(),
    };
    let cleaned = |values: Vec<Value>| {
        let clean = values.iter().map(|value| provider.without_port(value));
        clean.collect()
    };
    Ours {
        requests: provider.asked(),
        records: cleaned(listener.records),
        state: provider.without_port(&listener.state),
        waits: listener.waits,
        error,
    }
}

async fn run(
    case: &Case,
    provider: &Provider,
    manifest: Manifest,
    listener: &mut Listener,
) -> Result<(), SourceError> {
    // A wait is not waited for, but told: it ends the attempt, and the next one goes on.
    let options = SourceOptions {
        network: NetworkRules {
            allow_private: true,
            allowed: Vec::new(),
        },
        tries: 6,
        retry_base: Duration::ZERO,
        retry_max_wait: Duration::ZERO,
        jobs: JobWaits {
            least: chrono::TimeDelta::seconds(5),
            most: chrono::TimeDelta::seconds(5),
            ..JobWaits::default()
        },
        ..SourceOptions::default()
    };
    let now = case.now().parse().unwrap();
    listener.now = now;
    listener.has_jobs = case.name.starts_with("jobs/");
    let config = case.config(&provider.url);
    let manifest = found(manifest, &config, &options, now).await?;
    let states = match case.state() {
        None => Vec::new(),
        Some(state) => manifest
            .import_state(case.stream(), &config, &state, now)
            .map_err(|problem| {
                SourceError::new(SourceErrorKind::Configuration, problem.to_string())
            })?,
    };
    let source = manifest.source(config, options)?;
    if case.is_check() {
        let health = source.check(now).await;
        return match health.healthy {
            Some(true) => Ok(()),
            _ => Err(SourceError::new(
                SourceErrorKind::Refused,
                health.message.unwrap_or_default(),
            )),
        };
    }
    let asked = Asked {
        stream: case.stream().to_owned(),
        states,
        limit: None,
        now,
    };
    match read_stream(source.as_ref(), asked, listener).await {
        Ok(()) => Ok(()),
        Err(ReadError::Source(error)) => Err(error),
        Err(ReadError::Audience(error)) => panic!("{error}"),
    }
}

/// With the streams that the provider tells.
async fn found(
    manifest: Manifest,
    config: &Map<String, Value>,
    options: &SourceOptions,
    now: DateTime<Utc>,
) -> Result<Arc<Manifest>, SourceError> {
    let manifest = Arc::new(manifest);
    if !manifest.needs_discovery() {
        return Ok(manifest);
    }
    let vault = Arc::new(MemoryVault::default());
    let found = manifest
        .discover(config.clone(), options.clone(), vault, now)
        .await;
    match found {
        Ok(discovered) => Ok(manifest.with_discovered(discovered)),
        Err(health) => Err(SourceError::new(
            SourceErrorKind::Refused,
            health.message.unwrap(),
        )),
    }
}

#[derive(Default)]
struct Listener {
    now: chrono::DateTime<chrono::Utc>,
    records: Vec<Value>,
    state: Value,
    waits: Vec<i64>,
    /// Waits are for jobs, and not compared.
    has_jobs: bool,
}

#[async_trait]
impl Audience for Listener {
    fn hear(&mut self, message: &Message<'_>) -> std::io::Result<()> {
        match message {
            Message::Record { data, .. } => self.records.push(serde_json::from_str(data.get())?),
            Message::State { state, .. } => self.state = Value::Object((*state).clone()),
        }
        Ok(())
    }

    fn warn(&mut self, _: &str) {}

    async fn wait(&mut self, error: &SourceError, in_a_row: u32) -> bool {
        let (until, is_later) = match error.kind {
            SourceErrorKind::Later { until } => (until, true),
            SourceErrorKind::Transient { not_before } => (not_before, false),
            SourceErrorKind::Authentication
            | SourceErrorKind::Configuration
            | SourceErrorKind::Refused => (None, false),
        };
        let wait = until.map(|until| until - self.now);
        // The clock of a run goes on from its now.
        let seconds = wait.map(|wait| (wait.num_milliseconds() + 500) / 1000);
        self.now = until.unwrap_or(self.now);
        if self.has_jobs {
            // The reference looks at its jobs whether there is anything to wait for or not.
            return in_a_row <= 50;
        }
        self.waits.extend(seconds);
        in_a_row <= 5 && (is_later || wait.is_some())
    }
}
