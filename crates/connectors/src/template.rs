//! Templates: compiled once, evaluated as the reference evaluates its Jinja.
//!
//! A template renders to text as Python would print its values, and the text is then read as a
//! Python literal: `{{ 5 }}` is a number, `{{ '0x10' }}` is 16, `{{ "true" }}` stays a text.
//!
//! What differs on purpose is told in `docs/MANIFESTS.md`; everything else is compared with the
//! reference's own answers.

mod compare;
mod context;
mod dates;
mod digests;
mod engine;
mod filters;
mod growing;
pub(crate) mod literal;
mod literal_string;
mod macros;
mod methods;
mod numbers;
mod pieces;
pub(crate) mod python;
mod reads;
mod rewrite;
mod tokens;
mod weight;

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::Value;

use pieces::Pieces;
use reads::Fields;

pub use context::{Context, Names};
pub use engine::Engine;

/// The name of the record that a template is evaluated for.
const RECORD: &str = "record";

/// A text that may contain expressions, ready to be evaluated.
#[derive(Clone)]
pub struct Template {
    source: Arc<str>,
    kind: Kind,
}

#[derive(Clone)]
enum Kind {
    /// No expressions: the value never changes.
    Constant(Value),
    Compiled {
        engine: Engine,
        /// What the engine knows it by: the source, dates' operators rewritten.
        name: Arc<str>,
        parameters: minijinja::Value,
        /// The names that it reads, with the path behind each as far as it is fixed.
        reads: Arc<HashSet<String>>,
        /// What it does with a record.
        record: Arc<OfRecord>,
    },
}

/// What a template does with the record that it is evaluated for.
#[derive(Debug)]
struct OfRecord {
    /// The fields that it reads.
    fields: Fields,
    /// It does nothing but print some.
    pieces: Option<Pieces>,
}

/// A template that cannot be compiled or evaluated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the template `{template}` {problem}")]
pub struct TemplateError {
    /// Its source.
    pub template: String,
    /// What is wrong.
    pub problem: String,
    /// Something that it reads does not exist.
    pub is_undefined: bool,
}

impl Template {
    /// Compiles a text. `parameters` are those of the component that it stands in.
    ///
    /// # Errors
    /// When it is not valid, or reads a name that is unknown where it stands.
    pub fn compile(
        engine: &Engine,
        source: &str,
        parameters: &Value,
        names: Names,
    ) -> Result<Self, TemplateError> {
        let fail = |problem: String| TemplateError {
            template: source.to_owned(),
            problem,
            is_undefined: false,
        };
        if source.contains("stream_state") {
            return Err(fail(
                "reads stream_state, which is not available to templates".to_owned(),
            ));
        }
        if !["{{", "{%", "{#"]
            .iter()
            .any(|opening| source.contains(opening))
        {
            // Rendering drops one line break at the end.
            let source = source.strip_suffix('\n').unwrap_or(source);
            return Ok(Self {
                source: source.into(),
                kind: Kind::Constant(literal::evaluate(source)),
            });
        }
        let name: Arc<str> = rewrite::rewrite(source)
            .map_err(|problem| fail(problem.to_owned()))?
            .into();
        let reads = engine
            .load(&name)
            .map_err(|error| fail(engine::describe(&error)))?;
        if let Some(filter) = engine.unknown_filter(&name) {
            return Err(fail(format!(
                "uses the filter `{filter}`, which is not supported"
            )));
        }
        for read in &reads {
            let root = read.split('.').next().unwrap_or(read);
            if !names.contains(root) && !engine.has_global(root) {
                return Err(fail(format!("reads `{root}`, which is unknown here")));
            }
        }
        let record = OfRecord {
            fields: reads::fields(&name, RECORD),
            pieces: Pieces::of(&name, RECORD),
        };
        Ok(Self {
            source: source.into(),
            kind: Kind::Compiled {
                engine: engine.clone(),
                name,
                parameters: minijinja::Value::from(minijinja::value::Serde(parameters)),
                reads: Arc::new(reads),
                record: Arc::new(record),
            },
        })
    }

    /// A value that never changes, taken as it stands.
    pub fn fixed(value: Value) -> Self {
        Self {
            source: python::str(&value).into(),
            kind: Kind::Constant(value),
        }
    }

    /// A context that has the record, as far as this template reads it: of a wide record the few
    /// fields are taken that count.
    pub fn see(&self, context: &Context, record: &Value) -> Context {
        match &self.kind {
            Kind::Constant(_) => context.clone(),
            Kind::Compiled { record: does, .. } => {
                context.clone().with_fields(RECORD, record, &does.fields)
            }
        }
    }

    /// What it renders to for a record, where it does no more than print plain fields of it: no
    /// context is needed then.
    pub(crate) fn printed(&self, record: &Value) -> Option<String> {
        match &self.kind {
            Kind::Constant(_) => None,
            Kind::Compiled { record: does, .. } => does.pieces.as_ref()?.text(record),
        }
    }

    /// The record's fields that it reads; `None` when that may be all of them.
    pub(crate) fn record_fields(&self) -> Option<&[String]> {
        match &self.kind {
            Kind::Constant(_) => Some(&[]),
            Kind::Compiled { record: does, .. } => match &does.fields {
                Fields::Named(names) => Some(names),
                Fields::Whole => None,
            },
        }
    }

    /// Its source.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether it has no expressions.
    pub fn is_constant(&self) -> bool {
        matches!(self.kind, Kind::Constant(_))
    }

    /// The names that begin with `root` that it reads, as `response.meta.next`.
    pub fn reads<'a>(&'a self, root: &'a str) -> impl Iterator<Item = &'a str> {
        let reads = match &self.kind {
            Kind::Constant(_) => None,
            Kind::Compiled { reads, .. } => Some(reads.iter()),
        };
        reads
            .into_iter()
            .flatten()
            .map(String::as_str)
            .filter(move |read| {
                read.strip_prefix(root)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            })
    }

    /// Its value by the rules of mappings: what is undefined or empty is null.
    ///
    /// # Errors
    /// When it cannot be evaluated.
    pub fn value(&self, context: &Context) -> Result<Value, TemplateError> {
        match self.render(context) {
            Ok(Rendered::Value(_)) if self.source.is_empty() => Ok(Value::Null),
            Ok(Rendered::Value(value)) => Ok(value),
            Ok(Rendered::Text(text)) if text.is_empty() => Ok(Value::Null),
            Ok(Rendered::Text(text)) => Ok(literal::evaluate(&text)),
            Err(error) if error.is_undefined => Ok(Value::Null),
            Err(error) => Err(error),
        }
    }

    /// As [`value`](Self::value), but only texts and lists are read as literals, as parameters
    /// and forms have it: `1e5` stays as it is.
    ///
    /// # Errors
    /// When it cannot be evaluated.
    pub fn parameter_value(&self, context: &Context) -> Result<Value, TemplateError> {
        let text = self.text_value(context)?;
        let Some(source) = text.as_str().filter(|source| !source.is_empty()) else {
            return Ok(Value::Null);
        };
        Ok(match literal::evaluate(source) {
            literal @ Value::String(_) => literal,
            literal @ Value::Array(_) if source.trim_start().starts_with('[') => literal,
            _ => text,
        })
    }

    /// As [`value`](Self::value), but the text itself when it renders to one, unread.
    ///
    /// # Errors
    /// When it cannot be evaluated.
    pub fn text_value(&self, context: &Context) -> Result<Value, TemplateError> {
        match self.render(context) {
            Ok(Rendered::Value(_)) => Ok(Value::from(&*self.source)),
            Ok(Rendered::Text(text)) if text.is_empty() => Ok(Value::Null),
            Ok(Rendered::Text(text)) => Ok(Value::from(text)),
            Err(error) if error.is_undefined => Ok(Value::Null),
            Err(error) => Err(error),
        }
    }

    /// Its value by the rules of strings: what is undefined at the end of a path is empty, what
    /// lies below something undefined is an error.
    ///
    /// # Errors
    /// When it cannot be evaluated.
    pub fn string_value(&self, context: &Context) -> Result<Value, TemplateError> {
        Ok(match self.render(context)? {
            Rendered::Value(value) => value,
            Rendered::Text(text) => Self::read(&text),
        })
    }

    /// The value of a text that was rendered, by the rules of strings.
    pub(crate) fn read(text: &str) -> Value {
        if text.is_empty() {
            Value::from("")
        } else {
            literal::evaluate(text)
        }
    }

    /// [`string_value`](Self::string_value) as Python prints it.
    ///
    /// # Errors
    /// When it cannot be evaluated.
    pub fn string(&self, context: &Context) -> Result<String, TemplateError> {
        self.string_value(context).map(|value| python::str(&value))
    }

    /// The text that it renders to, not read as a literal.
    ///
    /// # Errors
    /// When it cannot be evaluated.
    pub fn text(&self, context: &Context) -> Result<String, TemplateError> {
        Ok(match self.render(context)? {
            Rendered::Value(_) => self.source.to_string(),
            Rendered::Text(text) => text,
        })
    }

    /// Its truth: the empty values, zero and the texts that say so are false, all else is true.
    ///
    /// # Errors
    /// When it cannot be evaluated.
    pub fn condition(&self, context: &Context) -> Result<bool, TemplateError> {
        self.value(context).map(|value| is_true(&value))
    }

    /// [`condition`](Self::condition) of one record.
    ///
    /// # Errors
    /// When it cannot be evaluated.
    pub fn holds(&self, context: &Context, record: &Value) -> Result<bool, TemplateError> {
        match self.printed(record) {
            Some(text) => Ok(is_true(&Self::read(&text))),
            None => self.condition(&self.see(context, record)),
        }
    }

    fn render(&self, context: &Context) -> Result<Rendered, TemplateError> {
        match &self.kind {
            Kind::Constant(value) => Ok(Rendered::Value(value.clone())),
            Kind::Compiled {
                engine,
                name,
                parameters,
                ..
            } => engine
                .render(name, context.root(parameters.clone()))
                .map(Rendered::Text)
                .map_err(|error| TemplateError {
                    template: self.source.to_string(),
                    problem: format!("cannot be evaluated: {}", engine::describe(&error)),
                    is_undefined: engine::is_undefined(&error),
                }),
        }
    }
}

/// The paths behind a name that a source reads, as far as they are fixed; the name alone where
/// the whole is read.
pub(crate) fn fixed_paths(source: &str, root: &str) -> HashSet<String> {
    reads::paths(source, root)
}

fn is_true(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !matches!(
            text.as_str(),
            "False" | "false" | "{}" | "[]" | "()" | "" | "0" | "0.0"
        ),
        Value::Array(items) => !items.is_empty(),
        Value::Object(map) => !map.is_empty(),
    }
}

enum Rendered {
    Value(Value),
    Text(String),
}

impl std::fmt::Debug for Template {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}`", self.source)
    }
}

#[cfg(test)]
mod tests;
