//! What is known of the shape of records. Reading needs it only where values are made to fit it,
//! or properties are selected by it.

use std::sync::Arc;

use serde_json::{Value, json};

use super::stream::Stream;
use super::transformations::Transformation;
use super::{CompileError, Node};
use crate::template::{Names, Template, python};

/// The loader of a stream's schema, or several: of a field that several know, the first counts.
#[derive(Debug, Clone)]
pub struct SchemaLoader {
    /// In order.
    pub parts: Vec<SchemaPart>,
    /// The manifest has a list, of which nothing but the fields counts.
    pub is_list: bool,
}

/// One loader.
#[derive(Debug, Clone)]
pub enum SchemaPart {
    /// `InlineSchemaLoader`.
    Known(Value),
    /// `DynamicSchemaLoader`.
    Told(Box<DynamicSchemaLoader>),
}

/// `DynamicSchemaLoader`: the provider tells the fields, in the first record of a retriever.
#[derive(Debug, Clone)]
pub struct DynamicSchemaLoader {
    /// Whose record.
    pub stream: Arc<Stream>,
    /// Where the list of fields is in the record.
    pub schema_pointer: Vec<Template>,
    /// Where in a field's description its name is.
    pub key_pointer: Vec<Template>,
    /// Where its type is; without it, all are texts.
    pub type_pointer: Vec<Template>,
    /// `TypesMap`: the provider's own types.
    pub types: Vec<TypesMap>,
    /// `schema_filter`: fields for which it is false are left out.
    pub filter: Option<Template>,
    /// What is changed in the fields.
    pub transformations: Vec<Transformation>,
}

/// `TypesMap`.
#[derive(Debug, Clone)]
pub struct TypesMap {
    /// The provider's type: a text or a list of them.
    pub current: Value,
    /// What it is here.
    pub target: FieldType,
    /// Only where it is true of the field's description.
    pub condition: Option<Template>,
}

/// The type of a field.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldType {
    /// One name, or a list of two for either.
    Named(Value),
    /// `ComplexFieldType`: a list with the type of its items.
    List(Box<FieldType>),
}

impl SchemaLoader {
    /// A schema that is known.
    pub(crate) fn known(schema: Value) -> Self {
        Self {
            parts: vec![SchemaPart::Known(schema)],
            is_list: false,
        }
    }

    /// Of a stream; nothing where it has none.
    pub(crate) fn of_stream(stream: &Node<'_>) -> Result<Option<Self>, CompileError> {
        let is_list = matches!(stream.field("schema_loader"), Some(Value::Array(_)));
        let loaders = match is_list {
            true => stream.children("schema_loader")?,
            false => stream.child("schema_loader")?.into_iter().collect(),
        };
        if loaders.is_empty() {
            return Ok(None);
        }
        let parts = loaders.iter().map(SchemaPart::compile);
        let parts = parts.collect::<Result<_, _>>()?;
        Ok(Some(Self { parts, is_list }))
    }
}

impl SchemaPart {
    fn compile(node: &Node<'_>) -> Result<Self, CompileError> {
        match node.kind() {
            "InlineSchemaLoader" => {
                let schema = node.field("schema").cloned();
                Ok(Self::Known(schema.unwrap_or_else(|| json!({}))))
            }
            "DynamicSchemaLoader" => {
                DynamicSchemaLoader::compile(node).map(|loader| Self::Told(Box::new(loader)))
            }
            _ => Err(node.unsupported()),
        }
    }
}

impl DynamicSchemaLoader {
    fn compile(node: &Node<'_>) -> Result<Self, CompileError> {
        let retriever = node.required_child("retriever")?;
        let identifier = node.required_child("schema_type_identifier")?;
        if !matches!(identifier.kind(), "SchemaTypeIdentifier" | "") {
            return Err(identifier.unsupported());
        }
        let key_pointer = identifier.templates("key_pointer", Names::Config)?;
        if key_pointer.is_empty() {
            return Err(identifier.missing("key_pointer"));
        }
        let filter = match node.child("schema_filter")? {
            None => None,
            Some(filter) if matches!(filter.kind(), "RecordFilter" | "") => filter
                .template("condition", Names::Record)?
                .filter(|condition| !condition.source().is_empty()),
            Some(filter) => return Err(filter.unsupported()),
        };
        let types = identifier.children("types_mapping")?;
        let transformations = node.children("schema_transformations")?;
        Ok(Self {
            // Partitions are not gone through: one record tells all.
            stream: Arc::new(Stream::of_retriever("dynamic_properties", &retriever)?.unsliced()),
            schema_pointer: identifier.templates("schema_pointer", Names::Config)?,
            key_pointer,
            type_pointer: identifier.templates("type_pointer", Names::Config)?,
            types: types
                .iter()
                .map(TypesMap::compile)
                .collect::<Result<_, _>>()?,
            filter,
            transformations: transformations
                .iter()
                .map(Transformation::compile)
                .collect::<Result<_, _>>()?,
        })
    }
}

impl TypesMap {
    fn compile(node: &Node<'_>) -> Result<Self, CompileError> {
        let current = node.field("current_type");
        let current = current.ok_or_else(|| node.missing("current_type"))?;
        let target = node.field("target_type");
        let target = target.ok_or_else(|| node.missing("target_type"))?;
        Ok(Self {
            current: names(node, current)?,
            target: FieldType::compile(node, target)?,
            condition: node.template("condition", Names::Field)?,
        })
    }
}

impl FieldType {
    fn compile(node: &Node<'_>, value: &Value) -> Result<Self, CompileError> {
        let Value::Object(complex) = value else {
            return names(node, value).map(Self::Named);
        };
        let kind = complex.get("field_type");
        let kind = kind.ok_or_else(|| node.missing("field_type"))?;
        let items = complex.get("items").filter(|items| !items.is_null());
        match (items, kind.as_str()) {
            (None, Some(_)) => Ok(Self::Named(kind.clone())),
            (Some(items), Some("array")) => {
                Self::compile(node, items).map(|items| Self::List(Box::new(items)))
            }
            (Some(_), Some(_)) => {
                Err(node.invalid("`items` are only for the `field_type: array`".to_owned()))
            }
            (_, None) => Err(node.invalid("`field_type` must be a text".to_owned())),
        }
    }
}

/// A name, or a list of names.
fn names(node: &Node<'_>, value: &Value) -> Result<Value, CompileError> {
    match value {
        Value::String(_) => Ok(value.clone()),
        Value::Number(_) | Value::Bool(_) => Ok(python::str(value).into()),
        Value::Array(items) => items.iter().map(|item| names(node, item)).collect(),
        Value::Null | Value::Object(_) => {
            Err(node.invalid("a type is a text, or a list of texts".to_owned()))
        }
    }
}

/// The schema that an `InlineSchemaLoader` of a resolved stream holds; of several, the first.
pub(crate) fn inline_schema(stream: &Value) -> Option<Value> {
    let loaders = stream.get("schema_loader")?;
    let mut all = loaders
        .as_array()
        .into_iter()
        .flatten()
        .chain(std::iter::once(loaders));
    all.find_map(|loader| {
        let is_inline = loader.get("type")?.as_str()? == "InlineSchemaLoader";
        loader
            .get("schema")
            .filter(|schema| is_inline && schema.is_object())
            .cloned()
    })
}
