//! A low-code manifest: read, resolved, and compiled stream by stream.

mod allowance;
mod connection;
mod discovered;
mod dynamic;
mod error;
mod lines;
mod mapping;
mod parameters;
mod references;
mod stream;
mod streams;
mod support;
mod yaml;
mod yaml_scalar;

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use syncline_domain::credential::CredentialVault;
use syncline_domain::state::ModelState;

use crate::auth::MemoryVault;
use crate::components::api_budget::Politeness;
use crate::components::check::Check;
use crate::components::spec::Spec;
use crate::components::stream::Stream;
use crate::components::{CompileError, Node};
use crate::config::{ConfigProblem, normalize, secrets, validate};
use crate::declarative::{DeclarativeSource, StateProblem};
use crate::error::SourceError;
use crate::guarded::GuardedSource;
use crate::http::budget::Budget;
use crate::http::options::SourceOptions;
use crate::quota::{NoQuota, QuotaKeeper};
use crate::source::Source;
use crate::template::{Context, TemplateError};

use allowance::Allowance;
pub use discovered::Discovered;
pub(crate) use discovered::Found;
pub(crate) use dynamic::{MOST_STREAMS, too_many};
pub use error::ManifestError;
use parameters::propagate;
pub use references::ReferenceError;
use references::resolve;
use stream::StreamEntry;
pub use stream::StreamInfo;
use streams::read_streams;
pub use support::{StreamSupport, support, support_of};

pub(crate) use parameters::PARAMETERS;

/// A manifest that can be used; each of its streams may still turn out to be unsupported.
#[derive(Debug, Clone)]
pub struct Manifest {
    version: Option<String>,
    spec: Arc<Spec>,
    politeness: Result<Politeness, CompileError>,
    check: Result<Check, CompileError>,
    streams: Vec<Arc<StreamEntry>>,
    /// What a provider told of its streams.
    discovered: Arc<Discovered>,
    /// Why streams of a connection cannot be told.
    problems: Vec<ConfigProblem>,
    infos: OnceLock<Vec<StreamInfo>>,
}

impl Manifest {
    /// No manifest may be longer. The longest that are published have about one megabyte.
    pub const MAX_BYTES: usize = allowance::MAX_BYTES;

    /// Reads and resolves a manifest. Its streams are compiled when they are first asked for.
    ///
    /// # Errors
    /// [`ManifestError`] when nothing of it can be used.
    pub fn parse(text: &str) -> Result<Self, ManifestError> {
        let root = yaml::parse(text)?;
        let Value::Object(top) = &root else {
            return Err(ManifestError::NotAManifest(
                "it must be a mapping".to_owned(),
            ));
        };
        let mut allowance = Allowance::of_a_manifest();
        let streams = top.get("streams").unwrap_or(&Value::Null);
        let list = match streams {
            Value::Array(list) => list.clone(),
            Value::Null if top.contains_key("dynamic_streams") => Vec::new(),
            Value::Null => {
                return Err(ManifestError::NotAManifest(
                    "`streams` is missing".to_owned(),
                ));
            }
            other => match resolve(other, &root, &mut allowance) {
                Ok(Value::Array(list)) => list,
                _ => {
                    return Err(ManifestError::NotAManifest(
                        "`streams` must be a list".to_owned(),
                    ));
                }
            },
        };
        let spec = read_spec(top.get("spec"), &root, &mut allowance)?;
        let politeness = read_politeness(top, &root, &mut allowance);
        let check = read_check(top.get("check"), &root, &mut allowance);
        let blocked = spec.rules.as_ref().err();
        let blocked = blocked.or(politeness.as_ref().err());
        let streams = read_streams(top, &list, &root, blocked, &mut allowance);
        Ok(Self {
            version: top
                .get("version")
                .and_then(Value::as_str)
                .map(str::to_owned),
            spec: Arc::new(spec),
            politeness,
            check,
            streams,
            discovered: Arc::default(),
            problems: Vec::new(),
            infos: OnceLock::new(),
        })
    }

    /// The title of its configuration's specification.
    pub fn title(&self) -> Option<&str> {
        self.spec
            .connection_specification
            .get("title")
            .and_then(Value::as_str)
    }

    /// The version of the language that it was written for.
    pub fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    /// The JSON Schema of the configuration.
    pub fn connection_specification(&self) -> &Value {
        &self.spec.connection_specification
    }

    /// Where people read more.
    pub fn documentation_url(&self) -> Option<&str> {
        self.spec.documentation_url.as_deref()
    }

    /// What is known of every stream, in the manifest's order. The first call compiles all. Those
    /// that only connections have are told by [`of_connection`](Self::of_connection).
    pub fn streams(&self) -> &[StreamInfo] {
        self.infos.get_or_init(|| {
            let known = self
                .streams
                .iter()
                .filter(|stream| stream.as_template().is_none());
            known.map(|stream| stream.info()).collect()
        })
    }

    /// Checks a configuration against the specification and the manifest's own rules. No message
    /// contains a value.
    ///
    /// # Errors
    /// Every problem, with the path of its field.
    pub fn validate_config(&self, config: &Map<String, Value>) -> Result<(), Vec<ConfigProblem>> {
        let now = std::time::SystemTime::now().into();
        let config = self.migrated(config.clone());
        validate::validate(&self.spec, &config)?;
        let Ok(rules) = &self.spec.rules else {
            return Ok(());
        };
        let problems = normalize::apply(&rules.transformations, config.clone(), now)
            .and_then(|config| normalize::problems(rules, &config, now))
            .map_err(|error| {
                vec![ConfigProblem {
                    pointer: String::new(),
                    message: format!("cannot be normalized: {error}"),
                }]
            })?;
        if !problems.is_empty() {
            return Err(problems);
        }
        match self.made_for(&config) {
            Some(own) if !own.problems.is_empty() => Err(own.problems),
            _ => Ok(()),
        }
    }

    /// Takes out the fields that the specification marks as `airbyte_secret`, at any depth:
    /// what is left, and the secrets by JSON pointer. A configuration of an older version of the
    /// manifest is migrated first, so that its secrets are where the specification says.
    pub fn split_secrets(
        &self,
        config: Map<String, Value>,
    ) -> (Map<String, Value>, BTreeMap<String, Value>) {
        let config = self.migrated(config);
        secrets::split(self.connection_specification(), config)
    }

    /// Puts secrets back where [`split_secrets`](Self::split_secrets) took them from.
    pub fn join_secrets(
        &self,
        public: Map<String, Value>,
        secrets: BTreeMap<String, Value>,
    ) -> Map<String, Value> {
        secrets::join(public, secrets)
    }

    /// A source that reads with this configuration, secrets included. What providers give at run
    /// time is forgotten with it.
    ///
    /// # Errors
    /// Of the kind `Configuration`, when no HTTP client can be built.
    pub fn source(
        self: &Arc<Self>,
        config: Map<String, Value>,
        options: SourceOptions,
    ) -> Result<Arc<dyn Source>, SourceError> {
        self.source_with(config, options, Arc::new(MemoryVault::default()))
    }

    /// As [`source`](Self::source), with a keeper for the credentials that providers give at run
    /// time.
    ///
    /// # Errors
    /// As [`source`](Self::source).
    pub fn source_with(
        self: &Arc<Self>,
        config: Map<String, Value>,
        options: SourceOptions,
        vault: Arc<dyn CredentialVault>,
    ) -> Result<Arc<dyn Source>, SourceError> {
        self.source_sharing(config, options, vault, Arc::new(NoQuota))
    }

    /// As [`source_with`](Self::source_with), with a keeper for the quota that it shares with
    /// others.
    ///
    /// # Errors
    /// As [`source`](Self::source).
    pub fn source_sharing(
        self: &Arc<Self>,
        config: Map<String, Value>,
        options: SourceOptions,
        vault: Arc<dyn CredentialVault>,
        quota: Arc<dyn QuotaKeeper>,
    ) -> Result<Arc<dyn Source>, SourceError> {
        let source = DeclarativeSource::new(self.clone(), config, options, vault, quota)?;
        let redactor = source.redactor().clone();
        Ok(Arc::new(GuardedSource::new(source, redactor)))
    }

    /// The configuration of today's version. One that cannot be migrated is left as it is.
    fn migrated(&self, config: Map<String, Value>) -> Map<String, Value> {
        match &self.spec.rules {
            Ok(rules) if !rules.migrations.is_empty() => {
                let now = std::time::SystemTime::now().into();
                normalize::apply(&rules.migrations, config.clone(), now).unwrap_or(config)
            }
            Ok(_) | Err(_) => config,
        }
    }

    /// A configuration as the streams see it, by the manifest's own rules.
    pub(crate) fn normalized(
        &self,
        config: &Map<String, Value>,
        now: DateTime<Utc>,
    ) -> Result<Map<String, Value>, TemplateError> {
        let config = config.clone();
        match &self.spec.rules {
            Ok(rules) => normalize::apply(&rules.migrations, config, now)
                .and_then(|config| normalize::apply(&rules.transformations, config, now)),
            Err(_) => Ok(config),
        }
    }

    /// How often and by how many at once the provider may be asked, for a configuration.
    pub(crate) fn budget(&self, config: &Map<String, Value>) -> Result<Budget, TemplateError> {
        let now = std::time::SystemTime::now().into();
        let politeness = self.politeness.clone().unwrap_or_default();
        let config = self.normalized(config, now)?;
        Budget::new(&politeness, &Context::new(&config, now))
    }

    /// The rules that change configurations, for fingerprints; null without any.
    pub(crate) fn config_rules(&self) -> &Value {
        const NONE: &Value = &Value::Null;
        self.spec
            .rules
            .as_ref()
            .map_or(NONE, |rules| &rules.resolved)
    }

    /// Takes a stream's state over, as Airbyte keeps it: the rows that hold it here.
    ///
    /// # Errors
    /// Where it is wrong; also when the stream cannot be read with this configuration.
    pub fn import_state(
        self: &Arc<Self>,
        stream: &str,
        config: &Map<String, Value>,
        state: &Value,
        now: DateTime<Utc>,
    ) -> Result<Vec<ModelState>, StateProblem> {
        crate::declarative::import_state(self, stream, config, state, now)
    }

    /// The compiled stream of this name; `None` when the manifest has no such stream.
    pub(crate) fn stream(&self, name: &str) -> Option<Result<&Arc<Stream>, &CompileError>> {
        self.streams
            .iter()
            .find(|stream| stream.name() == name)
            .filter(|stream| stream.as_template().is_none())
            .map(|stream| stream.compiled())
    }

    /// How the connection is checked.
    pub(crate) fn check(&self) -> Result<&Check, &CompileError> {
        self.check.as_ref()
    }
}

fn read_spec(
    node: Option<&Value>,
    root: &Value,
    allowance: &mut Allowance,
) -> Result<Spec, ManifestError> {
    let Some(node) = node else {
        return Ok(Spec::default());
    };
    let resolved = resolve(node, root, allowance)
        .and_then(|node| propagate(node, "DeclarativeSource", "spec", allowance))
        .map_err(|error| ManifestError::Spec(error.to_string()))?;
    Spec::compile(&resolved).map_err(ManifestError::Spec)
}

fn read_politeness(
    top: &Map<String, Value>,
    root: &Value,
    allowance: &mut Allowance,
) -> Result<Politeness, CompileError> {
    let fields = ["api_budget", "concurrency_level"].map(|field| {
        let value = top.get(field).cloned().unwrap_or_default();
        (field.to_owned(), value)
    });
    let node = Value::Object(Map::from_iter(fields));
    let resolved = resolve(&node, root, allowance).map_err(|error| CompileError::Invalid {
        path: "api_budget".to_owned(),
        message: error.to_string(),
    })?;
    Node::root("manifest", &resolved).and_then(|node| Politeness::compile(&node))
}

fn read_check(
    node: Option<&Value>,
    root: &Value,
    allowance: &mut Allowance,
) -> Result<Check, CompileError> {
    let node = node.unwrap_or(&Value::Null);
    let resolved = resolve(node, root, allowance)
        .and_then(|node| propagate(node, "DeclarativeSource", "check", allowance))
        .map_err(|error| CompileError::Invalid {
            path: "check".to_owned(),
            message: error.to_string(),
        })?;
    Node::root("check", &resolved).and_then(|node| Check::compile(&node))
}

#[cfg(test)]
mod tests;
