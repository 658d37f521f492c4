//! The manifest of one connection: templates have become its streams.

use std::collections::HashSet;
use std::sync::{Arc, OnceLock};

use serde_json::{Map, Value};

use super::Manifest;
use super::discovered::Discovered;
use super::dynamic::Dynamic;
use super::stream::{Made, StreamEntry};
use crate::config::ConfigProblem;
use crate::redact::Redactor;
use crate::template::Context;

impl Manifest {
    /// Whether some of its streams are those of a connection: named by its configuration, or
    /// found at its provider.
    pub fn is_of_a_connection(&self) -> bool {
        self.templates().next().is_some()
    }

    /// Whether some of its streams must be found at a connection's provider; see
    /// [`discover`](Self::discover).
    pub fn needs_discovery(&self) -> bool {
        self.templates().any(|dynamic| dynamic.asks().is_some())
    }

    /// The manifest with what was discovered for a connection.
    #[must_use]
    pub fn with_discovered(&self, discovered: Discovered) -> Arc<Self> {
        Arc::new(Self {
            discovered: Arc::new(discovered),
            ..self.clone()
        })
    }

    /// What was discovered, as [`with_discovered`](Self::with_discovered) took it.
    pub fn discovered(&self) -> &Discovered {
        &self.discovered
    }

    /// The manifest with the streams that a connection of this configuration has, secrets
    /// included. Streams that are to be found, and were not yet, are left out.
    #[must_use]
    pub fn of_connection(self: &Arc<Self>, config: &Map<String, Value>) -> Arc<Self> {
        self.made_for(config)
            .map_or_else(|| Arc::clone(self), Arc::new)
    }

    /// Why streams of this connection cannot be told, if so. No message holds a secret.
    pub fn problems(&self) -> &[ConfigProblem] {
        &self.problems
    }

    pub(crate) fn templates(&self) -> impl Iterator<Item = &Arc<Dynamic>> {
        self.streams.iter().filter_map(|entry| entry.as_template())
    }

    /// The names of the streams that are made of a template.
    pub(crate) fn streams_of<'m>(&'m self, template: &str) -> impl Iterator<Item = &'m str> {
        let made = self
            .streams
            .iter()
            .filter(move |stream| stream.of_template() == Some(template));
        made.map(|stream| stream.name())
    }

    /// Says that there is no such stream, and why there may be none.
    pub(crate) fn missing(&self, stream: &str) -> String {
        let mut message = format!("the manifest has no stream `{stream}`");
        for problem in &self.problems {
            message.push_str("; ");
            message.push_str(&problem.message);
        }
        if self.templates().any(|dynamic| dynamic.asks().is_some()) {
            message
                .push_str("; streams are still to be found at the provider: check the connection");
        }
        message
    }

    /// `None` when all connections have the same streams.
    pub(super) fn made_for(&self, config: &Map<String, Value>) -> Option<Self> {
        if !self.is_of_a_connection() {
            return None;
        }
        let (_, secrets) = self.split_secrets(config.clone());
        let redactor = Redactor::new(secrets.values());
        let now = std::time::SystemTime::now().into();
        let mut own = Self {
            streams: Vec::new(),
            problems: Vec::new(),
            infos: OnceLock::new(),
            ..self.clone()
        };
        let config = match self.normalized(config, now) {
            Ok(config) => config,
            Err(error) => {
                own.problem(String::new(), redactor.clean(&error.to_string()));
                return Some(own);
            }
        };
        let context = Context::new(&config, now);
        let known = self
            .streams
            .iter()
            .filter(|stream| stream.as_template().is_none());
        let mut names: HashSet<String> = known.map(|stream| stream.name().to_owned()).collect();
        for entry in &self.streams {
            let Some(dynamic) = entry.as_template() else {
                own.streams.push(entry.clone());
                continue;
            };
            let found = match dynamic.streams(&context, &self.discovered) {
                Ok(Some(found)) => found,
                Ok(None) => {
                    own.streams.push(entry.clone());
                    continue;
                }
                Err(problem) => {
                    own.problem(problem.pointer, redactor.clean(&problem.message));
                    continue;
                }
            };
            for (name, found) in found {
                let refused = if redactor.is_in(&Value::from(name.as_str())) {
                    Some("the name of a stream holds a secret".to_owned())
                } else if !names.insert(name.clone()) {
                    Some(format!("two streams have the name `{name}`"))
                } else {
                    None
                };
                if let Some(message) = refused {
                    own.problem(dynamic.pointer(&context), message);
                    break;
                }
                let made = Made {
                    dynamic: dynamic.clone(),
                    found,
                    context: context.clone(),
                    redactor: redactor.clone(),
                };
                own.streams.push(Arc::new(StreamEntry::made(name, made)));
            }
        }
        Some(own)
    }

    fn problem(&mut self, pointer: String, message: String) {
        self.problems.push(ConfigProblem { pointer, message });
    }
}
