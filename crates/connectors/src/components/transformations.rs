//! What is changed in a record before it lands.

use serde_json::Value;

use super::{CompileError, Node};
use crate::template::{Names, Template};

/// One change.
#[derive(Debug, Clone)]
pub enum Transformation {
    /// `AddFields`.
    Add {
        /// In order; later ones see what earlier ones added.
        fields: Vec<AddedField>,
        /// Only where it is true.
        condition: Option<Template>,
    },
    /// `RemoveFields`.
    Remove {
        /// Paths; `*` is any field, `**` any depth.
        pointers: Vec<Vec<String>>,
        /// Only where it is true of the `property`.
        condition: Option<Template>,
    },
}

/// `AddedFieldDefinition`.
#[derive(Debug, Clone)]
pub struct AddedField {
    /// Where it goes.
    pub path: Vec<String>,
    /// What it holds.
    pub value: Template,
    /// A value of another type stays the text that it was rendered to.
    pub value_type: Option<ValueType>,
}

/// `ValueType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueType {
    /// A text.
    String,
    /// A float.
    Number,
    /// An integer.
    Integer,
    /// A truth value.
    Boolean,
}

impl Transformation {
    pub(crate) fn compile(node: &Node<'_>) -> Result<Self, CompileError> {
        let condition = node
            .template("condition", Names::Record)?
            .filter(|condition| !condition.source().is_empty());
        match node.kind() {
            "AddFields" => {
                let fields = node.children("fields")?;
                let fields = fields
                    .iter()
                    .map(AddedField::compile)
                    .collect::<Result<_, _>>()?;
                Ok(Self::Add { fields, condition })
            }
            "RemoveFields" => {
                let pointers = node.field("field_pointers").and_then(Value::as_array);
                let pointers = pointers.ok_or_else(|| node.missing("field_pointers"))?;
                let pointers = pointers
                    .iter()
                    .map(|pointer| path(node, pointer))
                    .collect::<Result<_, _>>()?;
                Ok(Self::Remove {
                    pointers,
                    condition,
                })
            }
            _ => Err(node.unsupported()),
        }
    }
}

impl AddedField {
    fn compile(node: &Node<'_>) -> Result<Self, CompileError> {
        let value_type = match node.text("value_type")? {
            None => None,
            Some("string") => Some(ValueType::String),
            Some("number") => Some(ValueType::Number),
            Some("integer") => Some(ValueType::Integer),
            Some("boolean") => Some(ValueType::Boolean),
            Some(other) => return Err(node.invalid(format!("`value_type: {other}` is not known"))),
        };
        let parts = node.field("path").ok_or_else(|| node.missing("path"))?;
        Ok(Self {
            path: path(node, parts)?,
            value: node.required_template("value", Names::Record)?,
            value_type,
        })
    }
}

fn path(node: &Node<'_>, value: &Value) -> Result<Vec<String>, CompileError> {
    let parts = value.as_array().map(|parts| {
        parts
            .iter()
            .map(|part| match part {
                Value::String(text) => Some(text.clone()),
                Value::Number(number) => Some(number.to_string()),
                _ => None,
            })
            .collect::<Option<Vec<_>>>()
    });
    match parts.flatten() {
        Some(parts) if !parts.is_empty() => Ok(parts),
        _ => Err(node.invalid("a path must be a list of at least one text".to_owned())),
    }
}
