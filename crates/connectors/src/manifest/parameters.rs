//! Gives every component its type and the `$parameters` of the components around it.

use serde_json::{Map, Value};

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

/// Propagates types and parameters through a resolved node that stands in the field `field` of a
/// component of type `parent`.
pub fn propagate(node: Value, parent: &str, field: &str) -> Value {
    match node {
        Value::Object(map) => Value::Object(object(map, parent, field, &Map::new())),
        other => other,
    }
}

fn object(
    mut component: Map<String, Value>,
    parent: &str,
    field: &str,
    inherited: &Map<String, Value>,
) -> Map<String, Value> {
    if !component.contains_key("type") {
        let table = if component.contains_key("class_name") {
            CUSTOM_TYPES
        } else {
            DEFAULT_TYPES
        };
        let found = table
            .iter()
            .find(|(of, at, _)| (*of, *at) == (parent, field));
        if let Some((_, _, kind)) = found {
            component.insert("type".to_owned(), Value::from(*kind));
        }
    }
    let mut parameters = inherited.clone();
    if let Some(Value::Object(own)) = component.remove(PARAMETERS) {
        parameters.extend(own);
    }
    let kind = match component.get("type") {
        // A JSON schema is not a component, and takes no parameters.
        Some(Value::Array(_) | Value::Object(_)) => return component,
        Some(Value::String(kind)) if kind == "object" => return component,
        Some(Value::String(kind)) => kind.clone(),
        // A plain object; components may stand in it (as in request parameters).
        _ => {
            for value in component.values_mut() {
                if let Value::Object(inner) = value
                    && inner.get("type").is_some_and(is_truthy)
                {
                    *inner = object(std::mem::take(inner), parent, field, &parameters);
                }
            }
            return component;
        }
    };
    for (key, value) in &parameters {
        if !component.get(key).is_some_and(is_truthy) {
            component.insert(key.clone(), value.clone());
        }
    }
    for (key, value) in &mut component {
        // A parameter of the field's own name would go round in circles.
        let mut passed = parameters.clone();
        passed.shift_remove(key);
        match value {
            Value::Object(inner) => *inner = object(std::mem::take(inner), &kind, key, &passed),
            Value::Array(items) => {
                for item in items {
                    if let Value::Object(inner) = item {
                        *inner = object(std::mem::take(inner), &kind, key, &passed);
                    }
                }
            }
            _ => {}
        }
    }
    if !parameters.is_empty() {
        component.insert(PARAMETERS.to_owned(), Value::Object(parameters));
    }
    component
}
