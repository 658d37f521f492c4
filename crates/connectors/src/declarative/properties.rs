//! The properties of a stream with a configuration.

use std::collections::HashSet;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::bound::Bound;
use super::transform::Transform;
use crate::components::query_properties::{PropertyList, QueryProperties};
use crate::components::stream::Stream;
use crate::components::transformations::Transformation;
use crate::path::find_one;
use crate::template::{Context, TemplateError, python};

/// No stream asks for more.
pub(super) const MOST: usize = 10_000;

/// What the names of all properties of a stream have at most.
pub(super) const MOST_BYTES: usize = 1024 * 1024;

pub(super) struct BoundProperties {
    /// What tells them.
    pub(super) endpoint: Option<Endpoint>,
}

/// Where the provider tells the properties.
pub(super) struct Endpoint {
    pub(super) bound: Arc<Bound>,
    path: Vec<String>,
}

impl BoundProperties {
    pub(super) fn new(
        properties: &QueryProperties,
        context: &Context,
        bind: &dyn Fn(&Arc<Stream>) -> Result<Bound, TemplateError>,
    ) -> Result<Self, TemplateError> {
        let endpoint = match &properties.list {
            PropertyList::Fixed(_) => None,
            PropertyList::Endpoint(endpoint) => Some(Endpoint {
                bound: Arc::new(bind(&endpoint.stream)?),
                path: endpoint.path(context)?,
            }),
        };
        Ok(Self { endpoint })
    }
}

impl Endpoint {
    /// The property that a record tells.
    pub(super) fn property(&self, record: &Value) -> Option<String> {
        match find_one(record, &self.path) {
            Ok(Some(name @ (Value::String(_) | Value::Number(_) | Value::Bool(_)))) => {
                Some(python::str(name))
            }
            Ok(_) | Err(_) => None,
        }
    }
}

/// The names of a schema's fields, as they are called at the provider.
pub(super) fn selected_by(
    schema: &Value,
    transformations: &[Transformation],
    context: &Context,
) -> Result<HashSet<String>, TemplateError> {
    let fields = match schema.get("properties") {
        Some(Value::Object(fields)) => fields.clone(),
        _ => Map::new(),
    };
    let transform = Transform {
        transformations,
        filter: None,
        transform_before_filtering: false,
    };
    match transform.apply(Value::Object(fields), context)? {
        Some(Value::Object(fields)) => Ok(fields.into_iter().map(|(name, _)| name).collect()),
        Some(_) | None => Ok(HashSet::new()),
    }
}
