//! The properties that a stream asks its provider for by name.

use std::sync::Arc;

use serde_json::Value;

use super::stream::Stream;
use super::transformations::Transformation;
use super::{CompileError, Node};
use crate::template::{Context, Names, Template, TemplateError, python};

/// `QueryProperties`.
#[derive(Debug, Clone)]
pub struct QueryProperties {
    /// All there are.
    pub list: PropertyList,
    /// Asked for with every request.
    pub always: Vec<String>,
    /// Not all are asked for at once.
    pub chunking: Option<PropertyChunking>,
    /// `JsonSchemaPropertySelector`: only those that the stream's schema has, with these changes.
    pub selector: Option<Vec<Transformation>>,
    /// The query parameter that lists them; elsewhere templates read them.
    pub parameter: Option<String>,
}

/// Where the properties come from.
#[derive(Debug, Clone)]
pub enum PropertyList {
    /// The manifest.
    Fixed(Vec<String>),
    /// The provider.
    Endpoint(PropertiesFromEndpoint),
}

/// `PropertiesFromEndpoint`: a property for each record of a retriever.
#[derive(Debug, Clone)]
pub struct PropertiesFromEndpoint {
    /// Whose records.
    pub stream: Arc<Stream>,
    /// Where in a record the property's name is.
    pub path: Vec<Template>,
}

/// `PropertyChunking`.
#[derive(Debug, Clone)]
pub struct PropertyChunking {
    /// How the size of a chunk is told.
    pub by: ChunkSize,
    /// No chunk is larger; `None` for a single chunk.
    pub limit: Option<usize>,
    /// `GroupByKeyMergeStrategy`: records of several chunks that have the same values here are one.
    pub keys: Vec<String>,
}

/// `property_limit_type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChunkSize {
    /// Properties.
    Count,
    /// Characters of their names, with three more for what stands between two of them.
    Characters,
}

/// What stands between two names in an address, encoded.
const SEPARATOR: usize = 3;

impl QueryProperties {
    /// What a requester asks for: in a parameter, or for its templates.
    pub(crate) fn of_requester(node: &Node<'_>) -> Result<Option<Self>, CompileError> {
        let endpoint = node.child("fetch_properties_from_endpoint")?;
        let parameters = match node.field("request_parameters") {
            Some(Value::Object(map)) => map.iter().collect(),
            _ => Vec::new(),
        };
        let mut of_parameters = Vec::new();
        for (name, value) in parameters {
            if is_query_properties(value) {
                let place = format!("request_parameters.{name}");
                of_parameters.push((name, node.below(&place, value)?));
            }
        }
        match (of_parameters.as_slice(), endpoint) {
            ([_, _, ..], _) => Err(node.invalid(
                "only one of the `request_parameters` can be QueryProperties".to_owned(),
            )),
            ([_], Some(_)) => Err(node.invalid(
                "properties are told twice: in `request_parameters` and in `fetch_properties_from_endpoint`".to_owned(),
            )),
            ([(name, properties)], None) => Ok(Some(Self {
                parameter: Some((*name).clone()),
                ..Self::compile(properties)?
            })),
            ([], Some(endpoint)) => Ok(Some(Self {
                list: PropertyList::Endpoint(PropertiesFromEndpoint::compile(&endpoint)?),
                always: Vec::new(),
                chunking: None,
                selector: None,
                parameter: None,
            })),
            ([], None) => node
                .child("query_properties")?
                .map(|properties| Self::compile(&properties))
                .transpose(),
        }
    }

    fn compile(node: &Node<'_>) -> Result<Self, CompileError> {
        if node.kind() != "QueryProperties" {
            return Err(node.unsupported());
        }
        let list = match node.field("property_list") {
            None => return Err(node.missing("property_list")),
            Some(Value::Array(_)) => PropertyList::Fixed(names(node, "property_list")?),
            Some(_) => PropertyList::Endpoint(PropertiesFromEndpoint::compile(
                &node.required_child("property_list")?,
            )?),
        };
        Ok(Self {
            list,
            always: names(node, "always_include_properties")?,
            chunking: node
                .child("property_chunking")?
                .map(|chunking| PropertyChunking::compile(&chunking))
                .transpose()?,
            selector: node
                .child("property_selector")?
                .map(|selector| selector_of(&selector))
                .transpose()?,
            parameter: None,
        })
    }

    /// What each request of a page asks for; there is always one.
    pub(crate) fn chunks(
        &self,
        all: &[String],
        is_selected: impl Fn(&str) -> bool,
    ) -> Vec<Vec<String>> {
        let Some(chunking) = &self.chunking else {
            let selected = all.iter().filter(|name| is_selected(name));
            return vec![self.always.iter().chain(selected).cloned().collect()];
        };
        let Some(limit) = chunking.limit else {
            // As in the reference, nothing is selected here.
            return vec![all.iter().chain(&self.always).cloned().collect()];
        };
        let mut chunks = Vec::new();
        let (mut chunk, mut size) = (self.always.clone(), 0);
        for name in all.iter().filter(|name| is_selected(name)) {
            let more = match chunking.by {
                ChunkSize::Count => 1,
                ChunkSize::Characters => name.chars().count() + SEPARATOR,
            };
            if size + more > limit {
                chunks.push(std::mem::replace(&mut chunk, self.always.clone()));
                size = 0;
            }
            chunk.push(name.clone());
            size += more;
        }
        chunks.push(chunk);
        chunks
    }
}

impl PropertiesFromEndpoint {
    fn compile(node: &Node<'_>) -> Result<Self, CompileError> {
        if node.kind() != "PropertiesFromEndpoint" {
            return Err(node.unsupported());
        }
        let path = node.templates("property_field_path", Names::Config)?;
        if path.is_empty() {
            return Err(node.missing("property_field_path"));
        }
        let retriever = node.required_child("retriever")?;
        Ok(Self {
            stream: Arc::new(Stream::of_retriever("dynamic_properties", &retriever)?.unsliced()),
            path,
        })
    }

    /// Where a record has the name, with a configuration.
    pub(crate) fn path(&self, context: &Context) -> Result<Vec<String>, TemplateError> {
        let part = |template: &Template| template.string_value(context);
        let parts = self.path.iter().map(part);
        parts
            .map(|part| part.map(|part| python::str(&part)))
            .collect()
    }
}

impl PropertyChunking {
    fn compile(node: &Node<'_>) -> Result<Self, CompileError> {
        if node.kind() != "PropertyChunking" {
            return Err(node.unsupported());
        }
        let by = match node.text("property_limit_type")? {
            Some("property_count") => ChunkSize::Count,
            Some("characters") => ChunkSize::Characters,
            Some(other) => {
                return Err(node.invalid(format!("`property_limit_type: {other}` is not known")));
            }
            None => return Err(node.missing("property_limit_type")),
        };
        let limit = node.field("property_limit").map(|limit| {
            let number = limit.as_u64().or_else(|| limit.as_str()?.parse().ok());
            number
                .and_then(|number| usize::try_from(number).ok())
                .ok_or_else(|| node.invalid("`property_limit` must be a whole number".to_owned()))
        });
        Ok(Self {
            by,
            limit: limit.transpose()?.filter(|limit| *limit > 0),
            keys: match node.child("record_merge_strategy")? {
                None => vec!["id".to_owned()],
                Some(strategy) => merge_keys(&strategy)?,
            },
        })
    }
}

/// Whether a parameter is told by a component.
pub(crate) fn is_query_properties(value: &Value) -> bool {
    value.get("type").and_then(Value::as_str) == Some("QueryProperties")
}

fn merge_keys(node: &Node<'_>) -> Result<Vec<String>, CompileError> {
    if node.kind() != "GroupByKeyMergeStrategy" {
        return Err(node.unsupported());
    }
    let keys = match node.field("key") {
        Some(Value::Array(_)) => names(node, "key")?,
        Some(_) => node.text("key")?.map(str::to_owned).into_iter().collect(),
        None => Vec::new(),
    };
    match keys.is_empty() {
        true => Err(node.missing("key")),
        false => Ok(keys),
    }
}

fn selector_of(node: &Node<'_>) -> Result<Vec<Transformation>, CompileError> {
    if node.kind() != "JsonSchemaPropertySelector" {
        return Err(node.unsupported());
    }
    let transformations = node.children("transformations")?;
    transformations
        .iter()
        .map(Transformation::compile)
        .collect()
}

/// A list of texts; numbers in a manifest are meant as such.
fn names(node: &Node<'_>, field: &str) -> Result<Vec<String>, CompileError> {
    let wrong = || node.invalid(format!("`{field}` must be a list of texts"));
    match node.field(field) {
        None => Ok(Vec::new()),
        Some(Value::Array(items)) => items
            .iter()
            .map(|item| match item {
                Value::String(text) => Ok(text.clone()),
                Value::Number(_) | Value::Bool(_) => Ok(python::str(item)),
                Value::Null | Value::Array(_) | Value::Object(_) => Err(wrong()),
            })
            .collect(),
        Some(_) => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn properties(by: ChunkSize, limit: Option<usize>) -> QueryProperties {
        QueryProperties {
            list: PropertyList::Fixed(Vec::new()),
            always: texts(&["id"]),
            chunking: Some(PropertyChunking {
                by,
                limit,
                keys: texts(&["id"]),
            }),
            selector: None,
            parameter: None,
        }
    }

    #[test]
    fn chunks_are_as_large_as_the_limit_lets_them_be() {
        let all = texts(&["a", "bb", "ccc"]);
        let chunks = |by, limit| properties(by, limit).chunks(&all, |_| true);
        assert_eq!(
            chunks(ChunkSize::Count, Some(2)),
            [texts(&["id", "a", "bb"]), texts(&["id", "ccc"])]
        );
        assert_eq!(
            chunks(ChunkSize::Characters, Some(9)),
            [texts(&["id", "a", "bb"]), texts(&["id", "ccc"])]
        );
        assert_eq!(
            chunks(ChunkSize::Count, None),
            [texts(&["a", "bb", "ccc", "id"])]
        );
        // What is too large for any chunk has one of its own.
        assert_eq!(
            chunks(ChunkSize::Characters, Some(4)),
            [
                texts(&["id", "a"]),
                texts(&["id", "bb"]),
                texts(&["id", "ccc"])
            ]
        );
        let few = properties(ChunkSize::Count, Some(1)).chunks(&all, |name| name == "bb");
        assert_eq!(few, [texts(&["id", "bb"])]);
        let none = properties(ChunkSize::Count, Some(1)).chunks(&all, |_| false);
        assert_eq!(none, [texts(&["id"])]);
    }
}
