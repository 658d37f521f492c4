//! Maps and nested values with templates in them.

use serde_json::{Map, Value};

use super::query_properties::is_query_properties;
use super::{CompileError, Node};
use crate::template::{Context, Names, Template, TemplateError, python};

/// A map of templates, or one template that gives a map or the text of a query.
#[derive(Debug, Clone)]
pub enum InterpolatedMap {
    /// Key by key.
    Fields(Vec<(Template, Template)>),
    /// All at once.
    Whole(Template),
}

impl InterpolatedMap {
    pub(crate) fn compile(
        node: &Node<'_>,
        field: &str,
        names: Names,
    ) -> Result<Option<Self>, CompileError> {
        match node.field(field) {
            None => Ok(None),
            Some(Value::Object(map)) => {
                // They are put there with each request.
                let is_apart =
                    |value: &Value| field == "request_parameters" && is_query_properties(value);
                let fields = map
                    .iter()
                    .filter(|(_, value)| !value.is_null() && !is_apart(value))
                    .map(|(key, value)| {
                        if let Some(kind) = value.get("type").and_then(Value::as_str) {
                            return Err(node.unsupported_part(format!("{kind} in {field}")));
                        }
                        let value = match value {
                            Value::Array(_) | Value::Object(_) => Template::fixed(value.clone()),
                            value => node.template_of(value, names)?,
                        };
                        Ok((node.compile(key, names)?, value))
                    });
                Ok(Some(Self::Fields(fields.collect::<Result<_, _>>()?)))
            }
            Some(value) => Ok(Some(Self::Whole(node.template_of(value, names)?))),
        }
    }

    /// The pairs of headers; those whose value is null are left out.
    pub(crate) fn headers(&self, context: &Context) -> Result<Vec<(String, Value)>, TemplateError> {
        self.evaluate(context, Template::value)
    }

    /// The pairs of a query or a form; those whose value is null are left out.
    pub(crate) fn parameters(
        &self,
        context: &Context,
    ) -> Result<Vec<(String, Value)>, TemplateError> {
        self.evaluate(context, Template::parameter_value)
    }

    fn evaluate(
        &self,
        context: &Context,
        evaluate: fn(&Template, &Context) -> Result<Value, TemplateError>,
    ) -> Result<Vec<(String, Value)>, TemplateError> {
        let pairs = match self {
            Self::Fields(fields) => fields
                .iter()
                .map(|(key, value)| {
                    Ok((
                        python::str(&key.text_value(context)?),
                        evaluate(value, context)?,
                    ))
                })
                .collect::<Result<Vec<_>, TemplateError>>()?,
            Self::Whole(template) => match template.value(context)? {
                Value::Object(map) => map.into_iter().collect(),
                Value::String(text) => {
                    url::form_urlencoded::parse(text.trim_start_matches('?').as_bytes())
                        .map(|(key, value)| (key.into_owned(), Value::from(value.into_owned())))
                        .collect()
                }
                _ => Vec::new(),
            },
        };
        Ok(pairs
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .collect())
    }
}

/// A JSON value with templates at any depth.
#[derive(Debug, Clone)]
pub enum InterpolatedValue {
    /// A text or a fixed value.
    Leaf(Template),
    /// A list.
    List(Vec<InterpolatedValue>),
    /// An object, its keys templates too.
    Object(Vec<(Template, InterpolatedValue)>),
    /// Null.
    Null,
}

impl InterpolatedValue {
    pub(crate) fn compile(
        node: &Node<'_>,
        value: &Value,
        names: Names,
    ) -> Result<Self, CompileError> {
        Ok(match value {
            Value::Null => Self::Null,
            Value::Array(items) => Self::List(
                items
                    .iter()
                    .map(|item| Self::compile(node, item, names))
                    .collect::<Result<_, _>>()?,
            ),
            Value::Object(map) => Self::Object(
                map.iter()
                    .filter(|(key, _)| *key != crate::manifest::PARAMETERS)
                    .map(|(key, item)| {
                        Ok((node.compile(key, names)?, Self::compile(node, item, names)?))
                    })
                    .collect::<Result<_, CompileError>>()?,
            ),
            leaf => Self::Leaf(node.template_of(leaf, names)?),
        })
    }

    /// The value; keys of objects whose value is null are left out.
    pub(crate) fn evaluate(&self, context: &Context) -> Result<Value, TemplateError> {
        Ok(match self {
            Self::Null => Value::Null,
            Self::Leaf(template) => template.value(context)?,
            Self::List(items) => Value::Array(
                items
                    .iter()
                    .map(|item| item.evaluate(context))
                    .collect::<Result<_, _>>()?,
            ),
            Self::Object(fields) => {
                let mut map = Map::new();
                for (key, value) in fields {
                    let value = value.evaluate(context)?;
                    if !value.is_null() {
                        map.insert(python::str(&key.text_value(context)?), value);
                    }
                }
                Value::Object(map)
            }
        })
    }
}
