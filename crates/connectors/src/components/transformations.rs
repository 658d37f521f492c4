//! What is changed in a record before it lands.

use serde_json::Value;

use super::globs::Segment;
use super::{CompileError, Node};
use crate::template::{Context, Names, Template, TemplateError};

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
        pointers: Vec<Vec<Segment>>,
        /// Instead of the paths: every plain value of the record for which it is true, as the
        /// reference has it.
        condition: Option<Template>,
    },
    /// `KeysToLower`, at the top.
    KeysToLower,
    /// `KeysToSnakeCase`, in objects inside objects, too.
    KeysToSnakeCase,
    /// `KeysReplace`, in objects inside objects, too.
    KeysReplace {
        /// What is replaced in the names.
        old: Template,
        /// What stands in its place.
        new: Template,
    },
    /// `FlattenFields`: what lies deeper comes to the top.
    Flatten {
        /// Items of lists, too.
        lists: bool,
    },
    /// `DpathFlattenFields`: the fields of one object inside come to the top.
    FlattenAt(FlattenAt),
}

/// `DpathFlattenFields`.
#[derive(Debug, Clone)]
pub struct FlattenAt {
    /// Where the object lies; `*` is any field.
    pub path: Vec<Template>,
    /// The object is removed from where it was.
    pub deletes_origin: bool,
    /// Nothing but the object's fields stays.
    pub replaces_record: bool,
    /// `KeyTransformation`: before each name.
    pub prefix: Option<Template>,
    /// `KeyTransformation`: behind each name.
    pub suffix: Option<Template>,
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

impl ValueType {
    /// The `value_type` of a component.
    pub(crate) fn compile(node: &Node<'_>) -> Result<Option<Self>, CompileError> {
        Ok(match node.text("value_type")? {
            None => None,
            Some("string") => Some(Self::String),
            Some("number") => Some(Self::Number),
            Some("integer") => Some(Self::Integer),
            Some("boolean") => Some(Self::Boolean),
            Some(other) => return Err(node.invalid(format!("`value_type: {other}` is not known"))),
        })
    }

    /// The template's value if it is of this type, else the text that it renders to.
    pub(crate) fn value_of(
        wanted: Option<Self>,
        template: &Template,
        context: &Context,
    ) -> Result<Value, TemplateError> {
        let value = template.string_value(context)?;
        match wanted {
            Some(wanted) if !wanted.admits(&value) => template.text(context).map(Value::from),
            _ => Ok(value),
        }
    }

    /// [`value_of`](Self::value_of) for a template that was rendered to the text.
    pub(crate) fn value_of_text(wanted: Option<Self>, text: String) -> Value {
        let value = Template::read(&text);
        match wanted {
            Some(wanted) if !wanted.admits(&value) => Value::from(text),
            _ => value,
        }
    }

    fn admits(self, value: &Value) -> bool {
        match self {
            Self::String => value.is_string(),
            Self::Number => value.is_f64(),
            // In Python, a truth value is an integer.
            Self::Integer => value.is_i64() || value.is_u64() || value.is_boolean(),
            Self::Boolean => value.is_boolean(),
        }
    }
}

impl Transformation {
    pub(crate) fn compile(node: &Node<'_>) -> Result<Self, CompileError> {
        match node.kind() {
            "AddFields" => Ok(Self::Add {
                fields: AddedField::compile_all(node, Names::Record)?,
                condition: condition(node, Names::Record)?,
            }),
            "RemoveFields" => Ok(Self::Remove {
                pointers: pointers(node)?,
                condition: condition(node, Names::Record)?,
            }),
            "KeysToLower" => Ok(Self::KeysToLower),
            "KeysToSnakeCase" => Ok(Self::KeysToSnakeCase),
            "KeysReplace" => Ok(Self::KeysReplace {
                old: node.required_template("old", Names::Record)?,
                new: node.required_template("new", Names::Record)?,
            }),
            "FlattenFields" => Ok(Self::Flatten {
                lists: node.field("flatten_lists") != Some(&Value::Bool(false)),
            }),
            "DpathFlattenFields" => FlattenAt::compile(node).map(Self::FlattenAt),
            _ => Err(node.unsupported()),
        }
    }
}

impl FlattenAt {
    fn compile(node: &Node<'_>) -> Result<Self, CompileError> {
        let path = node.templates("field_path", Names::Config)?;
        if path.is_empty() {
            return Err(node.missing("field_path"));
        }
        let keys = node.child("key_transformation")?;
        let part = |name: &str| match &keys {
            None => Ok(None),
            Some(keys) => keys.template(name, Names::Config),
        };
        Ok(Self {
            path,
            deletes_origin: node.flag("delete_origin_value"),
            replaces_record: node.flag("replace_record"),
            prefix: part("prefix")?,
            suffix: part("suffix")?,
        })
    }
}

impl AddedField {
    pub(crate) fn compile_all(node: &Node<'_>, names: Names) -> Result<Vec<Self>, CompileError> {
        let fields = node.children("fields")?;
        fields
            .iter()
            .map(|field| Self::compile(field, names))
            .collect()
    }

    fn compile(node: &Node<'_>, names: Names) -> Result<Self, CompileError> {
        let parts = node.field("path").ok_or_else(|| node.missing("path"))?;
        Ok(Self {
            path: path(node, parts)?,
            value: node.required_template("value", names)?,
            value_type: ValueType::compile(node)?,
        })
    }
}

/// A condition that is not empty.
pub(crate) fn condition(node: &Node<'_>, names: Names) -> Result<Option<Template>, CompileError> {
    Ok(node
        .template("condition", names)?
        .filter(|condition| !condition.source().is_empty()))
}

/// The paths of what is removed.
pub(crate) fn pointers(node: &Node<'_>) -> Result<Vec<Vec<Segment>>, CompileError> {
    let pointers = node.field("field_pointers").and_then(Value::as_array);
    let pointers = pointers.ok_or_else(|| node.missing("field_pointers"))?;
    pointers
        .iter()
        .map(|pointer| Ok(path(node, pointer)?.into_iter().map(Segment::new).collect()))
        .collect()
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
