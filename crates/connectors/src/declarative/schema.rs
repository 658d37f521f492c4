//! The schema of a stream's records, with a configuration.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::bound::Bound;
use super::transform::Transform;
use crate::components::schema_loaders::{DynamicSchemaLoader, FieldType, SchemaLoader, SchemaPart};
use crate::components::stream::Stream;
use crate::path::find_one;
use crate::template::{Context, Template, TemplateError, python};

/// A schema has no more fields.
const MOST: usize = 10_000;

pub(super) struct BoundSchema {
    pub(super) parts: Vec<BoundPart>,
    is_list: bool,
}

pub(super) enum BoundPart {
    Known(Value),
    Told(Box<Told>),
}

/// What the provider tells.
pub(super) struct Told {
    /// Whose first record tells it.
    pub(super) bound: Arc<Bound>,
    loader: DynamicSchemaLoader,
    schema_pointer: Vec<String>,
    key_pointer: Vec<String>,
    type_pointer: Vec<String>,
    context: Context,
}

/// Why a record tells no schema.
#[derive(Debug)]
pub(super) enum Untold {
    /// What it tells makes no sense.
    Wrong(String),
    Template(TemplateError),
}

impl From<TemplateError> for Untold {
    fn from(error: TemplateError) -> Self {
        Self::Template(error)
    }
}

impl BoundSchema {
    pub(super) fn new(
        loader: &SchemaLoader,
        context: &Context,
        bind: &dyn Fn(&Arc<Stream>) -> Result<Bound, TemplateError>,
    ) -> Result<Self, TemplateError> {
        let parts = loader.parts.iter().map(|part| match part {
            SchemaPart::Known(schema) => Ok(BoundPart::Known(schema.clone())),
            SchemaPart::Told(loader) => Ok(BoundPart::Told(Box::new(Told {
                bound: Arc::new(bind(&loader.stream)?),
                schema_pointer: path(&loader.schema_pointer, context)?,
                key_pointer: path(&loader.key_pointer, context)?,
                type_pointer: path(&loader.type_pointer, context)?,
                loader: (**loader).clone(),
                context: context.clone(),
            }))),
        });
        Ok(Self {
            parts: parts.collect::<Result<_, TemplateError>>()?,
            is_list: loader.is_list,
        })
    }

    /// The whole schema, of what each part has.
    pub(super) fn whole(&self, mut parts: Vec<Value>) -> Value {
        if !self.is_list {
            return parts.pop().unwrap_or_default();
        }
        let mut fields = Map::new();
        for part in &parts {
            if let Some(Value::Object(own)) = part.get("properties") {
                for (name, schema) in own {
                    fields.entry(name.clone()).or_insert_with(|| schema.clone());
                }
            }
        }
        json!({"type": ["null", "object"], "properties": fields})
    }
}

impl Told {
    /// The schema that a record tells; without one there are no fields.
    pub(super) fn schema(&self, record: Option<&Value>) -> Result<Value, Untold> {
        let mut fields = Map::new();
        for description in self.descriptions(record)? {
            let name = find(description, &self.key_pointer)?;
            let Some(Value::String(name)) = name else {
                return Err(Untold::Wrong(format!(
                    "a field has no name at `{}`",
                    self.key_pointer.join(".")
                )));
            };
            let schema = self.field(name, description)?;
            fields.insert(name.clone(), schema);
        }
        let fields = self.filtered(fields)?;
        let transform = Transform {
            transformations: &self.loader.transformations,
            filter: None,
            transform_before_filtering: false,
        };
        let fields = transform.apply(Value::Object(fields), &self.context)?;
        Ok(json!({
            "type": "object",
            "additionalProperties": true,
            "properties": fields.unwrap_or_else(|| json!({})),
        }))
    }

    fn descriptions<'r>(&self, record: Option<&'r Value>) -> Result<&'r [Value], Untold> {
        let place = || match self.schema_pointer.is_empty() {
            true => "its record".to_owned(),
            false => format!("`{}`", self.schema_pointer.join(".")),
        };
        let Some(record) = record.filter(|record| python::is_truthy(record)) else {
            return Ok(&[]);
        };
        match find(record, &self.schema_pointer)? {
            Some(Value::Array(items)) if items.len() <= MOST => Ok(items),
            Some(Value::Array(_)) => Err(Untold::Wrong(format!("it has more than {MOST} fields"))),
            // Nothing to go through, as in the reference.
            Some(Value::Object(none)) if none.is_empty() => Ok(&[]),
            Some(Value::String(none)) if none.is_empty() => Ok(&[]),
            Some(_) | None => Err(Untold::Wrong(format!("{} is no list of fields", place()))),
        }
    }

    fn field(&self, name: &str, description: &Value) -> Result<Value, Untold> {
        let found = match self.type_pointer.is_empty() {
            true => None,
            false => find(description, &self.type_pointer)?,
        };
        let found = found.cloned().unwrap_or_else(|| "string".into());
        let context = self.context.clone().with("raw_schema", description);
        for known in &self.loader.types {
            let holds = known.condition.as_ref();
            let holds = holds.map_or(Ok(true), |condition| condition.condition(&context))?;
            if holds && known.current == found {
                return schema_of(name, &known.target);
            }
        }
        schema_of(name, &FieldType::Named(found))
    }

    fn filtered(&self, fields: Map<String, Value>) -> Result<Map<String, Value>, Untold> {
        let Some(filter) = &self.loader.filter else {
            return Ok(fields);
        };
        let mut kept = Map::new();
        for (name, schema) in fields {
            let field = Value::Object(Map::from_iter([(name, schema)]));
            if filter.holds(&self.context, &field)?
                && let Value::Object(field) = field
            {
                kept.extend(field);
            }
        }
        Ok(kept)
    }
}

fn path(parts: &[Template], context: &Context) -> Result<Vec<String>, TemplateError> {
    let part = |template: &Template| template.string_value(context);
    let parts = parts.iter().map(part);
    parts
        .map(|part| part.map(|part| python::str(&part)))
        .collect()
}

fn find<'v>(value: &'v Value, path: &[String]) -> Result<Option<&'v Value>, Untold> {
    let found = find_one(value, path);
    found.map_err(|_| Untold::Wrong(format!("`{}` is in several places", path.join("."))))
}

fn schema_of(field: &str, kind: &FieldType) -> Result<Value, Untold> {
    match kind {
        FieldType::Named(Value::String(name)) => named(field, name),
        FieldType::Named(Value::Array(names)) => match names.as_slice() {
            [Value::String(one), Value::String(other)] => {
                Ok(json!({"oneOf": [named(field, one)?, named(field, other)?]}))
            }
            _ => Err(unknown(field, "which is a list of other than two names")),
        },
        FieldType::Named(_) => Err(unknown(field, "which is not a name")),
        FieldType::List(items) => {
            let mut list = named(field, "array")?;
            list["items"] = schema_of(field, items)?;
            Ok(list)
        }
    }
}

/// The types of the low-code language.
fn named(field: &str, name: &str) -> Result<Value, Untold> {
    let text = |format: &str, kind: Option<&str>| {
        let mut schema = json!({"type": ["null", "string"], "format": format});
        if let Some(kind) = kind {
            schema["airbyte_type"] = kind.into();
        }
        schema
    };
    Ok(match name {
        "string" | "boolean" | "integer" | "number" | "array" | "object" => {
            json!({ "type": ["null", name] })
        }
        "date" => text("date", None),
        "timestamp_without_timezone" => text("date-time", Some(name)),
        "timestamp_with_timezone" => text("date-time", None),
        "time_without_timezone" | "time_with_timezone" => text("time", Some(name)),
        _ => return Err(unknown(field, &format!("`{name}`, which is not known"))),
    })
}

fn unknown(field: &str, what: &str) -> Untold {
    Untold::Wrong(format!(
        "the field `{field}` has a type, {what}; `types_mapping` can say what it is"
    ))
}
