//! Gives every component its type and the `$parameters` of the components around it.

use serde_json::{Map, Value};

use super::allowance::{Allowance, weight, weight_of_text};
use super::references::{MAX_DEPTH, ReferenceError};
use crate::template::python::is_truthy;

/// The type of a component that does not say its own, by its parent's type and field.
const DEFAULT_TYPES: &[(&str, &str, &str)] = &[
    (
        "CompositeErrorHandler",
        "error_handlers",
        "DefaultErrorHandler",
    ),
    ("CursorPagination", "decoder", "JsonDecoder"),
    (
        "CustomPartitionRouter",
        "parent_stream_configs",
        "ParentStreamConfig",
    ),
    ("DatetimeBasedCursor", "end_datetime", "MinMaxDatetime"),
    ("DatetimeBasedCursor", "end_time_option", "RequestOption"),
    ("DatetimeBasedCursor", "start_datetime", "MinMaxDatetime"),
    ("DatetimeBasedCursor", "start_time_option", "RequestOption"),
    ("DeclarativeSource", "check", "CheckStream"),
    ("DeclarativeSource", "spec", "Spec"),
    ("DeclarativeSource", "streams", "DeclarativeStream"),
    ("DeclarativeStream", "retriever", "SimpleRetriever"),
    ("DeclarativeStream", "schema_loader", "JsonFileSchemaLoader"),
    (
        "DefaultErrorHandler",
        "response_filters",
        "HttpResponseFilter",
    ),
    ("DefaultPaginator", "decoder", "JsonDecoder"),
    ("DefaultPaginator", "page_size_option", "RequestOption"),
    ("DpathExtractor", "decoder", "JsonDecoder"),
    ("DpathExtractor", "record_expander", "RecordExpander"),
    (
        "DynamicDeclarativeStream",
        "components_resolver",
        "ConfigComponentResolver",
    ),
    (
        "DynamicDeclarativeStream",
        "stream_template",
        "DeclarativeStream",
    ),
    ("DynamicSchemaLoader", "retriever", "SimpleRetriever"),
    ("HttpRequester", "error_handler", "DefaultErrorHandler"),
    ("ListPartitionRouter", "request_option", "RequestOption"),
    ("ParentStreamConfig", "request_option", "RequestOption"),
    ("ParentStreamConfig", "stream", "DeclarativeStream"),
    ("RecordExpander", "parent_fields", "ParentFieldPath"),
    ("RecordSelector", "extractor", "DpathExtractor"),
    ("RecordSelector", "record_filter", "RecordFilter"),
    ("SchemaTypeIdentifier", "types_map", "TypesMap"),
    ("SimpleRetriever", "paginator", "NoPagination"),
    ("SimpleRetriever", "record_selector", "RecordSelector"),
    ("SimpleRetriever", "requester", "HttpRequester"),
    (
        "SubstreamPartitionRouter",
        "parent_stream_configs",
        "ParentStreamConfig",
    ),
    ("AddFields", "fields", "AddedFieldDefinition"),
];

/// The type of a component of somebody's own code, which names its class instead.
const CUSTOM_TYPES: &[(&str, &str, &str)] = &[
    (
        "CompositeErrorHandler",
        "backoff_strategies",
        "CustomBackoffStrategy",
    ),
    ("DeclarativeStream", "retriever", "CustomRetriever"),
    (
        "DeclarativeStream",
        "transformations",
        "CustomTransformation",
    ),
    (
        "DefaultErrorHandler",
        "backoff_strategies",
        "CustomBackoffStrategy",
    ),
    (
        "DefaultPaginator",
        "pagination_strategy",
        "CustomPaginationStrategy",
    ),
    ("HttpRequester", "authenticator", "CustomAuthenticator"),
    ("HttpRequester", "error_handler", "CustomErrorHandler"),
    ("RecordSelector", "extractor", "CustomRecordExtractor"),
    (
        "SimpleRetriever",
        "partition_router",
        "CustomPartitionRouter",
    ),
];

/// The key under which a component keeps its parameters.
pub(crate) const PARAMETERS: &str = "$parameters";

/// Whose parameters count where a component and one inside it have the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Winner {
    Inner,
    Outer,
}

/// Propagates types and parameters through a resolved node that stands in the field `field` of a
/// component of type `parent`.
///
/// # Errors
/// [`ReferenceError::TooLarge`]: parameters that are components take parameters too, so that a few
/// of them multiply beyond reason.
pub(super) fn propagate(
    node: Value,
    parent: &str,
    field: &str,
    allowance: &mut Allowance,
) -> Result<Value, ReferenceError> {
    propagate_again(node, parent, field, Winner::Inner, allowance)
}

/// As [`propagate`], through a node that may have been gone through before.
pub(super) fn propagate_again(
    node: Value,
    parent: &str,
    field: &str,
    winner: Winner,
    allowance: &mut Allowance,
) -> Result<Value, ReferenceError> {
    let mut propagator = Propagator {
        allowance,
        winner,
        depth: 0,
    };
    match node {
        Value::Object(map) => propagator
            .object(map, parent, field, &Map::new())
            .map(Value::Object),
        other => Ok(other),
    }
}

struct Propagator<'b> {
    allowance: &'b mut Allowance,
    winner: Winner,
    depth: usize,
}

impl Propagator<'_> {
    fn object(
        &mut self,
        component: Map<String, Value>,
        parent: &str,
        field: &str,
        inherited: &Map<String, Value>,
    ) -> Result<Map<String, Value>, ReferenceError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(ReferenceError::TooLarge);
        }
        let component = self.component(component, parent, field, inherited)?;
        self.depth -= 1;
        Ok(component)
    }

    fn component(
        &mut self,
        mut component: Map<String, Value>,
        parent: &str,
        field: &str,
        inherited: &Map<String, Value>,
    ) -> Result<Map<String, Value>, ReferenceError> {
        if !component.contains_key("type")
            && let Some(kind) = default_type(&component, parent, field)
        {
            component.insert("type".to_owned(), Value::from(kind));
        }
        let mut parameters = self.copy(inherited)?;
        if let Some(Value::Object(own)) = component.remove(PARAMETERS) {
            for (name, value) in own {
                if self.winner == Winner::Inner || !parameters.contains_key(&name) {
                    parameters.insert(name, value);
                }
            }
        }
        let kind = match component.get("type") {
            // A JSON schema is not a component, and takes no parameters.
            Some(Value::Array(_) | Value::Object(_)) => return Ok(component),
            Some(Value::String(kind)) if kind == "object" => return Ok(component),
            Some(Value::String(kind)) => kind.clone(),
            // A plain object; components may stand in it (as in request parameters).
            _ => {
                for value in component.values_mut() {
                    if let Value::Object(inner) = value
                        && inner.get("type").is_some_and(is_truthy)
                    {
                        let inside = std::mem::take(inner);
                        *inner = self.object(inside, parent, field, &parameters)?;
                    }
                }
                return Ok(component);
            }
        };
        for (key, value) in &parameters {
            if !component.get(key).is_some_and(is_truthy) {
                self.allowance.take(weight_of_text(key) + weight(value))?;
                component.insert(key.clone(), value.clone());
            }
        }
        for (key, value) in &mut component {
            self.field(key, value, &kind, &parameters)?;
        }
        if !parameters.is_empty() {
            component.insert(PARAMETERS.to_owned(), Value::Object(parameters));
        }
        Ok(component)
    }

    /// What stands in one field of a component of type `kind`.
    fn field(
        &mut self,
        key: &str,
        value: &mut Value,
        kind: &str,
        parameters: &Map<String, Value>,
    ) -> Result<(), ReferenceError> {
        if !matches!(value, Value::Object(_) | Value::Array(_)) {
            return Ok(());
        }
        // A parameter of the field's own name would go round in circles.
        let without;
        let passed = if parameters.contains_key(key) {
            let mut copy = self.copy(parameters)?;
            copy.shift_remove(key);
            without = copy;
            &without
        } else {
            parameters
        };
        let items = match value {
            Value::Array(items) => items.as_mut_slice(),
            one => std::slice::from_mut(one),
        };
        for item in items {
            if let Value::Object(inner) = item {
                *inner = self.object(std::mem::take(inner), kind, key, passed)?;
            }
        }
        Ok(())
    }

    fn copy(
        &mut self,
        parameters: &Map<String, Value>,
    ) -> Result<Map<String, Value>, ReferenceError> {
        for (key, value) in parameters {
            self.allowance.take(weight_of_text(key) + weight(value))?;
        }
        Ok(parameters.clone())
    }
}

fn default_type(component: &Map<String, Value>, parent: &str, field: &str) -> Option<&'static str> {
    let table = if component.contains_key("class_name") {
        CUSTOM_TYPES
    } else {
        DEFAULT_TYPES
    };
    let found = table
        .iter()
        .find(|(of, at, _)| (*of, *at) == (parent, field));
    found.map(|(_, _, kind)| *kind)
}
