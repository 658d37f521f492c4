//! One stream of a manifest: resolved at once, compiled when first asked for.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use serde_json::Value;

use super::allowance::Allowance;
use super::discovered::Found;
use super::dynamic::Dynamic;
use super::parameters::propagate;
use super::references::resolve;
use crate::components::schema_loaders;
use crate::components::stream::Stream;
use crate::components::{CompileError, Node};
use crate::redact::Redactor;
use crate::template::Context;

/// What can be told of a stream without a configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct StreamInfo {
    /// The model's name in this provider.
    pub name: String,
    /// The title of its schema.
    pub display_name: Option<String>,
    /// `None` when the stream can be read; otherwise which component is not supported, or what
    /// is wrong in the manifest.
    pub unsupported_reason: Option<String>,
    /// Records have a key of their own, so that full passes can find deletions.
    pub has_primary_key: bool,
    /// It can be asked for what changed since.
    pub is_incremental: bool,
    /// The schema of its records, if the manifest holds it.
    pub json_schema: Option<Value>,
}

impl StreamInfo {
    /// Whether the stream can be read.
    pub fn is_supported(&self) -> bool {
        self.unsupported_reason.is_none()
    }
}

#[derive(Debug)]
pub(super) struct StreamEntry {
    name: String,
    /// Where the manifest has it: `streams[2]`.
    place: String,
    /// The template that it is made of.
    template: Option<String>,
    body: Body,
    compiled: OnceLock<Result<Arc<Stream>, CompileError>>,
}

#[derive(Debug)]
enum Body {
    Known(Result<Value, CompileError>),
    /// Of one connection; made anew whenever it is looked at, for there may be many of them.
    Made(Box<Made>),
    /// A template, whose streams are those of connections.
    Template(Arc<Dynamic>),
}

/// One stream of a connection: what it is made of.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) dynamic: Arc<Dynamic>,
    pub(super) found: Found,
    pub(super) context: Context,
    /// What is told of it tells no secret of the configuration.
    pub(super) redactor: Redactor,
}

impl StreamEntry {
    /// `blocked` tells what the whole manifest needs and cannot be used.
    pub(super) fn read(
        index: usize,
        node: &Value,
        root: &Value,
        blocked: Option<&CompileError>,
        allowance: &mut Allowance,
    ) -> Self {
        let place = format!("streams[{index}]");
        let resolved = resolve(node, root, allowance)
            .and_then(|node| propagate(node, "DeclarativeSource", "streams", allowance))
            .map_err(|error| CompileError::Invalid {
                path: place.clone(),
                message: error.to_string(),
            });
        // A stream whose references are broken still has a name, if it says it itself.
        let named = resolved.as_ref().unwrap_or(node);
        let name = [named.get("name"), named.pointer("/$parameters/name")]
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .find(|name| !name.is_empty())
            .map_or_else(|| place.clone(), str::to_owned);
        Self::new(name, place, Body::Known(resolved)).blocked(blocked)
    }

    /// A stream that the manifest alone makes of a template.
    pub(super) fn listed(dynamic: &Dynamic, made: Value, blocked: Option<&CompileError>) -> Self {
        let name = made.get("name").and_then(Value::as_str);
        let name = name.filter(|name| !name.is_empty());
        let name = name.unwrap_or(dynamic.name()).to_owned();
        let entry = Self::new(name, dynamic.place().to_owned(), Body::Known(Ok(made)));
        Self {
            template: Some(dynamic.name().to_owned()),
            ..entry.blocked(blocked)
        }
    }

    /// A stream of one connection.
    pub(super) fn made(name: String, made: Made) -> Self {
        Self {
            template: Some(made.dynamic.name().to_owned()),
            ..Self::new(
                name,
                made.dynamic.place().to_owned(),
                Body::Made(Box::new(made)),
            )
        }
    }

    /// Streams that connections have.
    pub(super) fn template(dynamic: Arc<Dynamic>, blocked: Option<&CompileError>) -> Self {
        let (name, place) = (dynamic.name().to_owned(), dynamic.place().to_owned());
        let body = match blocked {
            Some(error) => Body::Known(Err(error.clone())),
            None => Body::Template(dynamic),
        };
        Self::new(name, place, body)
    }

    /// Streams that cannot be told, and why.
    pub(super) fn unknown(index: usize, node: &Value, error: CompileError) -> Self {
        let place = format!("dynamic_streams[{index}]");
        Self::new(
            Dynamic::name_of(index, node),
            place,
            Body::Known(Err(error)),
        )
    }

    fn new(name: String, place: String, body: Body) -> Self {
        Self {
            name,
            place,
            template: None,
            body,
            compiled: OnceLock::new(),
        }
    }

    fn blocked(self, blocked: Option<&CompileError>) -> Self {
        if let Some(error) = blocked {
            // The cell is new, so it takes the value.
            let _ = self.compiled.set(Err(error.clone()));
        }
        self
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn place(&self) -> &str {
        &self.place
    }

    /// The name of the template that it is made of.
    pub(super) fn of_template(&self) -> Option<&str> {
        self.template.as_deref()
    }

    /// Streams that only connections have.
    pub(super) fn as_template(&self) -> Option<&Arc<Dynamic>> {
        match &self.body {
            Body::Template(dynamic) => Some(dynamic),
            Body::Known(_) | Body::Made(_) => None,
        }
    }

    pub(super) fn compiled(&self) -> Result<&Arc<Stream>, &CompileError> {
        self.compiled
            .get_or_init(|| {
                let resolved = self.resolved()?;
                self.compile(&resolved).map(Arc::new)
            })
            .as_ref()
    }

    fn compile(&self, resolved: &Value) -> Result<Stream, CompileError> {
        let node = Node::root(&self.name, resolved)?;
        Stream::compile(&self.name, &node, resolved)
    }

    fn resolved(&self) -> Result<Cow<'_, Value>, CompileError> {
        let invalid = |message: String| CompileError::Invalid {
            path: self.place.clone(),
            message,
        };
        match &self.body {
            Body::Known(resolved) => resolved.as_ref().map(Cow::Borrowed).map_err(Clone::clone),
            Body::Made(made) => {
                let mut allowance = Allowance::of_a_manifest();
                let made = made
                    .dynamic
                    .make(&made.found, &made.context, &mut allowance);
                made.map(Cow::Owned).map_err(invalid)
            }
            Body::Template(dynamic) => Err(dynamic.unsupported().unwrap_or_else(|| {
                invalid("its streams are known with a connection's configuration".to_owned())
            })),
        }
    }

    /// A text about it that tells no secret of its connection.
    pub(super) fn clean(&self, text: &str) -> String {
        match &self.body {
            Body::Made(made) => made.redactor.clean(text),
            Body::Known(_) | Body::Template(_) => text.to_owned(),
        }
    }

    pub(super) fn info(&self) -> StreamInfo {
        match &self.body {
            Body::Known(Ok(resolved)) => self.told(resolved, self.compiled().map(AsRef::as_ref)),
            Body::Known(Err(_)) | Body::Template(_) => {
                self.told(&Value::Null, self.compiled().map(AsRef::as_ref))
            }
            Body::Made(made) => {
                let clean = |text: Option<String>| text.map(|text| made.redactor.clean(&text));
                let info = match self.resolved() {
                    Ok(resolved) => self.told(&resolved, self.compile(&resolved).as_ref()),
                    Err(error) => self.told(&Value::Null, Err(&error)),
                };
                StreamInfo {
                    display_name: clean(info.display_name),
                    unsupported_reason: clean(info.unsupported_reason),
                    json_schema: info
                        .json_schema
                        .filter(|schema| !made.redactor.is_in(schema)),
                    ..info
                }
            }
        }
    }

    fn told(&self, resolved: &Value, compiled: Result<&Stream, &CompileError>) -> StreamInfo {
        let json_schema = schema_loaders::inline_schema(resolved);
        StreamInfo {
            name: self.name.clone(),
            display_name: json_schema
                .as_ref()
                .and_then(|schema| schema.get("title"))
                .and_then(Value::as_str)
                .map(str::to_owned),
            unsupported_reason: compiled.err().map(ToString::to_string),
            has_primary_key: compiled.is_ok_and(|stream| stream.key.is_primary()),
            is_incremental: compiled.is_ok_and(Stream::is_incremental),
            json_schema,
        }
    }
}
