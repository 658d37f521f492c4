//! Runs a stream as the engine does, and keeps everything that it gave.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use syncline_connectors::error::SourceError;
use syncline_connectors::source::{
    Coverage, End, Page, Plan, PlanRequest, ReadRequest, Source, Step,
};
use syncline_connectors::{JobWaits, Manifest, NetworkRules, SourceOptions};
use syncline_domain::attempt::Warning;
use syncline_domain::credential::CredentialVault;
use syncline_domain::range::TimeRange;
use syncline_domain::scope::Scope;
use syncline_domain::state::{ModelState, Position};

pub fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub fn now() -> DateTime<Utc> {
    at("2024-03-01T00:00:00Z")
}

pub fn options() -> SourceOptions {
    SourceOptions {
        retry_base: Duration::ZERO,
        // The providers of the tests are on loopback.
        network: NetworkRules::allow_all(),
        jobs: JobWaits {
            every: chrono::TimeDelta::zero(),
            ..JobWaits::default()
        },
        ..SourceOptions::default()
    }
}

pub fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other => panic!("not an object: {other}"),
    }
}

pub fn source(manifest: &str, config: Value) -> Arc<dyn Source> {
    source_with(manifest, config, options())
}

pub fn source_with(manifest: &str, config: Value, options: SourceOptions) -> Arc<dyn Source> {
    Arc::new(Manifest::parse(manifest).unwrap())
        .source(object(config), options)
        .unwrap()
}

pub fn source_keeping(
    manifest: &str,
    config: Value,
    options: SourceOptions,
    vault: Arc<dyn CredentialVault>,
) -> Arc<dyn Source> {
    Arc::new(Manifest::parse(manifest).unwrap())
        .source_with(object(config), options, vault)
        .unwrap()
}

/// How a run is asked for.
#[derive(Clone)]
pub struct Ask {
    pub stream: String,
    pub scope: Scope,
    pub states: Vec<ModelState>,
    pub position: Option<Position>,
    pub range: Option<TimeRange>,
    pub overlap: chrono::Duration,
    /// Stop after so many pages, as a crash would.
    pub pages: usize,
    pub now: DateTime<Utc>,
}

impl Ask {
    pub fn of(stream: &str) -> Self {
        Self {
            stream: stream.to_owned(),
            scope: Scope::plain(),
            states: Vec::new(),
            position: None,
            range: None,
            overlap: chrono::Duration::zero(),
            pages: usize::MAX,
            now: now(),
        }
    }
}

#[derive(Debug)]
pub struct Ran {
    pub plan: Plan,
    pub pages: Vec<Page>,
    pub end: Option<End>,
    pub error: Option<SourceError>,
}

impl Ran {
    pub fn records(&self) -> Vec<String> {
        self.pages
            .iter()
            .flat_map(|page| &page.records)
            .map(|record| record.data.get().to_owned())
            .collect()
    }

    pub fn keys(&self) -> Vec<String> {
        self.pages
            .iter()
            .flat_map(|page| &page.records)
            .map(|record| record.key.clone())
            .collect()
    }

    pub fn warnings(&self) -> Vec<String> {
        let pages = self.pages.iter().flat_map(|page| &page.warnings);
        let end = self.end.iter().flat_map(|end| &end.warnings);
        pages
            .chain(end)
            .map(|Warning { code, .. }| code.clone())
            .collect()
    }

    pub fn coverage(&self) -> &Coverage {
        &self.end.as_ref().unwrap().coverage
    }

    pub fn error(&self) -> &SourceError {
        self.error.as_ref().unwrap()
    }

    /// The states as the store would hold them afterwards.
    pub fn states(&self) -> Vec<ModelState> {
        let mut states = Vec::new();
        for told in self
            .pages
            .iter()
            .map(|page| &page.states)
            .chain(self.end.iter().map(|end| &end.states))
        {
            if !told.is_empty() {
                states.clone_from(told);
            }
        }
        states
    }

    pub fn state(&self) -> Value {
        self.states()
            .first()
            .map(|state| Value::Object(state.state.clone()))
            .unwrap_or_default()
    }
}

pub async fn run(source: &Arc<dyn Source>, ask: Ask) -> Ran {
    let request = PlanRequest {
        stream: &ask.stream,
        scope: &ask.scope,
        states: &ask.states,
        overlap: ask.overlap,
        now: ask.now,
    };
    let plan = source.plan(request).unwrap();
    let mut reader = source
        .open(ReadRequest {
            stream: ask.stream,
            scope: ask.scope,
            range: ask.range.unwrap_or(plan.range),
            states: ask.states,
            overlap: ask.overlap,
            position: ask.position,
            now: ask.now,
        })
        .unwrap();
    let mut ran = Ran {
        plan,
        pages: Vec::new(),
        end: None,
        error: None,
    };
    while ran.pages.len() < ask.pages {
        match reader.next().await {
            Ok(Step::Page(page)) => ran.pages.push(page),
            Ok(Step::End(end)) => {
                ran.end = Some(end);
                break;
            }
            Err(error) => {
                ran.error = Some(error);
                break;
            }
        }
    }
    ran
}
