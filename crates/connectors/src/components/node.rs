//! Reads one resolved component, with errors that say where.

use serde_json::{Map, Value};

use crate::manifest::PARAMETERS;
use crate::template::{Engine, Names, Template, TemplateError};

/// Why a stream cannot run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CompileError {
    /// It is valid, but not built here.
    #[error("{component} is not supported (at {path})")]
    Unsupported {
        /// The component, or the component and its field.
        component: String,
        /// Where it stands.
        path: String,
    },
    /// The manifest is wrong.
    #[error("{message} (at {path})")]
    Invalid {
        /// Where.
        path: String,
        /// What.
        message: String,
    },
}

impl CompileError {
    /// Where it is, from the stream's name on: `users.retriever.requester`.
    pub fn path(&self) -> &str {
        match self {
            Self::Unsupported { path, .. } | Self::Invalid { path, .. } => path,
        }
    }
}

/// A component of a resolved manifest.
#[derive(Debug, Clone)]
pub struct Node<'m> {
    map: &'m Map<String, Value>,
    path: String,
    engine: Engine,
    /// Its requests are about a job.
    is_in_job: bool,
}

impl<'m> Node<'m> {
    /// The outermost component. Templates below it share one engine.
    ///
    /// # Errors
    /// When it is not an object.
    pub fn root(path: &str, value: &'m Value) -> Result<Self, CompileError> {
        Self::read(path.to_owned(), value, Engine::new())
    }

    fn read(path: String, value: &'m Value, engine: Engine) -> Result<Self, CompileError> {
        match value {
            Value::Object(map) => Ok(Self {
                map,
                path,
                engine,
                is_in_job: false,
            }),
            _ => Err(CompileError::Invalid {
                path,
                message: "a component must be an object".to_owned(),
            }),
        }
    }

    /// The same, with requests about a job that was made: their templates know what was said of it.
    pub fn in_job(self) -> Self {
        Self {
            is_in_job: true,
            ..self
        }
    }

    /// The whole of it.
    pub fn value(&self) -> Value {
        Value::Object(self.map.clone())
    }

    /// Its type; empty when it has none.
    pub fn kind(&self) -> &'m str {
        self.map
            .get("type")
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// The names of its fields, but for its type and parameters.
    pub fn field_names(&self) -> impl Iterator<Item = &'m str> {
        let names = self.map.keys().map(String::as_str);
        names.filter(|name| *name != "type" && *name != PARAMETERS)
    }

    /// A field that is there and not null.
    pub fn field(&self, name: &str) -> Option<&'m Value> {
        self.map.get(name).filter(|value| !value.is_null())
    }

    /// A field that must be a text.
    pub fn text(&self, name: &str) -> Result<Option<&'m str>, CompileError> {
        match self.field(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.invalid(format!("`{name}` must be a text"))),
        }
    }

    /// A truth value; false when it is absent.
    pub fn flag(&self, name: &str) -> bool {
        self.field(name) == Some(&Value::Bool(true))
    }

    /// A field with a template. Numbers and truth values are taken as they are.
    pub fn template(&self, name: &str, names: Names) -> Result<Option<Template>, CompileError> {
        self.field(name)
            .map(|value| self.template_of(value, names))
            .transpose()
    }

    /// As [`template`](Self::template), but it must be there.
    pub fn required_template(&self, name: &str, names: Names) -> Result<Template, CompileError> {
        self.template(name, names)?
            .ok_or_else(|| self.missing(name))
    }

    /// Compiles a value of this component as a template.
    pub fn template_of(&self, value: &Value, names: Names) -> Result<Template, CompileError> {
        match value {
            Value::String(text) => self.compile(text, names),
            Value::Number(_) | Value::Bool(_) => Ok(Template::fixed(value.clone())),
            _ => Err(self.invalid("a text, a number or a truth value is expected".to_owned())),
        }
    }

    /// Compiles a text of this component.
    pub fn compile(&self, text: &str, names: Names) -> Result<Template, CompileError> {
        let parameters = self.map.get(PARAMETERS).unwrap_or(&Value::Null);
        let names = match names {
            Names::Request if self.is_in_job => Names::Job,
            other => other,
        };
        Template::compile(&self.engine, text, parameters, names)
            .map_err(|error: TemplateError| self.invalid(error.to_string()))
    }

    /// A field that must be a list of templates.
    pub fn templates(&self, name: &str, names: Names) -> Result<Vec<Template>, CompileError> {
        match self.field(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => items
                .iter()
                .map(|item| self.template_of(item, names))
                .collect(),
            Some(_) => Err(self.invalid(format!("`{name}` must be a list"))),
        }
    }

    /// The component in a field.
    pub fn child(&self, name: &str) -> Result<Option<Node<'m>>, CompileError> {
        self.field(name)
            .map(|value| self.below(name, value))
            .transpose()
    }

    /// As [`child`](Self::child), but it must be there.
    pub fn required_child(&self, name: &str) -> Result<Node<'m>, CompileError> {
        self.child(name)?.ok_or_else(|| self.missing(name))
    }

    /// The components in a list.
    pub fn children(&self, name: &str) -> Result<Vec<Node<'m>>, CompileError> {
        match self.field(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => items
                .iter()
                .enumerate()
                .map(|(index, item)| self.below(&format!("{name}[{index}]"), item))
                .collect(),
            Some(_) => Err(self.invalid(format!("`{name}` must be a list"))),
        }
    }

    /// A component somewhere inside of this one.
    pub fn below(&self, name: &str, value: &'m Value) -> Result<Node<'m>, CompileError> {
        let node = Node::read(format!("{}.{name}", self.path), value, self.engine.clone())?;
        Ok(Node {
            is_in_job: self.is_in_job,
            ..node
        })
    }

    /// This component's type is not built.
    pub fn unsupported(&self) -> CompileError {
        let component = match (
            self.kind(),
            self.map.get("class_name").and_then(Value::as_str),
        ) {
            ("", _) => "a component without a type".to_owned(),
            (kind, Some(class)) => format!("{kind} ({class}, which needs Python)"),
            (kind, None) => kind.to_owned(),
        };
        CompileError::Unsupported {
            component,
            path: self.path.clone(),
        }
    }

    /// Something of this component is not built.
    pub fn unsupported_part(&self, component: impl Into<String>) -> CompileError {
        CompileError::Unsupported {
            component: component.into(),
            path: self.path.clone(),
        }
    }

    /// Refuses the component when it uses one of these fields.
    pub fn refuse_fields(&self, names: &[&str]) -> Result<(), CompileError> {
        let is_used = |name: &&&str| {
            self.field(name).is_some_and(|value| {
                !matches!(value, Value::Bool(false))
                    && value.as_array().is_none_or(|list| !list.is_empty())
            })
        };
        match names.iter().find(is_used) {
            None => Ok(()),
            Some(name) => Err(self.unsupported_part(format!("{}.{name}", self.kind()))),
        }
    }

    /// A field that must be there is not.
    pub fn missing(&self, name: &str) -> CompileError {
        self.invalid(format!("{} needs `{name}`", self.kind()))
    }

    /// Something is wrong in this component.
    pub fn invalid(&self, message: String) -> CompileError {
        CompileError::Invalid {
            path: self.path.clone(),
            message,
        }
    }
}
