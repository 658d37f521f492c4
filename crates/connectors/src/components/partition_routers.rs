//! What a stream is read by: the values of a list, the records of another stream, and what is
//! made of those.

use std::sync::Arc;

use serde_json::Value;

use super::request_option::RequestOption;
use super::stream::Stream;
use super::{CompileError, Node};
use crate::template::{Names, Template};

/// Gives the partitions of a stream, one after the other.
#[derive(Debug, Clone)]
pub enum PartitionRouter {
    /// `ListPartitionRouter`: a partition for each value.
    List(ListPartitionRouter),
    /// `SubstreamPartitionRouter`: a partition for each record of its parents, parent by parent.
    Substream(Vec<ParentStream>),
    /// Several routers: every combination of their partitions, the last one changing fastest.
    Product(Vec<PartitionRouter>),
    /// `GroupingPartitionRouter`: several partitions of another router as one.
    Grouping {
        /// How many.
        size: usize,
        /// Leave out values that were there before.
        deduplicates: bool,
        /// Whose.
        router: Box<PartitionRouter>,
    },
    /// `UnionPartitionRouter`: the partitions of several routers, each value once.
    Union {
        /// The one field of its partitions.
        field: Template,
        /// In order.
        routers: Vec<PartitionRouter>,
    },
}

/// `ListPartitionRouter`.
#[derive(Debug, Clone)]
pub struct ListPartitionRouter {
    /// The field of its partitions.
    pub field: Template,
    /// What the field goes through.
    pub values: ListValues,
    /// Where the value goes in a request.
    pub option: Option<RequestOption>,
}

/// The values of a list.
#[derive(Debug, Clone)]
pub enum ListValues {
    /// As they stand.
    Fixed(Vec<Value>),
    /// What a template gives.
    Computed(Template),
}

/// `ParentStreamConfig`.
#[derive(Debug, Clone)]
pub struct ParentStream {
    /// Whose records are gone through.
    pub stream: Arc<Stream>,
    /// Where in the record the value is: a path with slashes.
    pub key: Template,
    /// The field of the partitions.
    pub field: Template,
    /// Where the value goes in a request.
    pub option: Option<RequestOption>,
    /// What else of the record templates can read: paths.
    pub extra_fields: Vec<Vec<Template>>,
    /// The parent is only asked for what changed since, too.
    pub is_incremental: bool,
    /// Where in the record the first answer of the child stands already; empty when nowhere.
    pub lazy_pointer: Vec<Template>,
}

impl PartitionRouter {
    /// Compiles the router of a retriever.
    pub(crate) fn compile(retriever: &Node<'_>) -> Result<Option<Self>, CompileError> {
        match retriever.field("partition_router") {
            None => Ok(None),
            Some(Value::Array(routers)) if routers.is_empty() => Ok(None),
            Some(Value::Array(_)) => {
                let routers = retriever.children("partition_router")?;
                let routers = routers.iter().map(Self::read).collect::<Result<_, _>>()?;
                Ok(Some(Self::Product(routers)))
            }
            Some(_) => Self::read(&retriever.required_child("partition_router")?).map(Some),
        }
    }

    fn read(node: &Node<'_>) -> Result<Self, CompileError> {
        match node.kind() {
            "ListPartitionRouter" => ListPartitionRouter::compile(node).map(Self::List),
            "SubstreamPartitionRouter" => {
                let parents = node.children("parent_stream_configs")?;
                if parents.is_empty() {
                    return Err(node.missing("parent_stream_configs"));
                }
                let parents = parents.iter().map(ParentStream::compile);
                Ok(Self::Substream(parents.collect::<Result<_, _>>()?))
            }
            "GroupingPartitionRouter" => {
                let size = node.field("group_size").and_then(Value::as_u64);
                let size = size
                    .and_then(|size| usize::try_from(size).ok())
                    .filter(|size| *size > 0);
                Ok(Self::Grouping {
                    size: size.ok_or_else(|| {
                        node.invalid("`group_size` must be a number above 0".to_owned())
                    })?,
                    deduplicates: node.field("deduplicate") != Some(&Value::Bool(false)),
                    router: Box::new(Self::read(
                        &node.required_child("underlying_partition_router")?,
                    )?),
                })
            }
            "UnionPartitionRouter" => {
                let routers = node.children("partition_routers")?;
                Ok(Self::Union {
                    field: node.required_template("partition_field", Names::Config)?,
                    routers: routers.iter().map(Self::read).collect::<Result<_, _>>()?,
                })
            }
            _ => Err(node.unsupported()),
        }
    }

    /// Whether its partitions have a state of their own: those of groups would change whenever
    /// the groups do.
    pub(crate) fn has_own_states(&self) -> bool {
        !matches!(self, Self::Grouping { .. })
    }
}

impl ListPartitionRouter {
    fn compile(node: &Node<'_>) -> Result<Self, CompileError> {
        let values = match node.field("values") {
            Some(Value::Array(values)) => ListValues::Fixed(values.iter().map(as_text).collect()),
            Some(Value::String(text)) => ListValues::Computed(node.compile(text, Names::Config)?),
            Some(_) => return Err(node.invalid("`values` must be a list or a template".to_owned())),
            None => return Err(node.missing("values")),
        };
        Ok(Self {
            field: node.required_template("cursor_field", Names::Config)?,
            values,
            option: option(node)?,
        })
    }
}

/// The format says that the values are texts; numbers in a manifest are meant as such.
fn as_text(value: &Value) -> Value {
    match value {
        Value::Number(number) => Value::from(number.to_string()),
        other => other.clone(),
    }
}

impl ParentStream {
    fn compile(node: &Node<'_>) -> Result<Self, CompileError> {
        if !matches!(node.kind(), "ParentStreamConfig" | "") {
            return Err(node.unsupported());
        }
        let lazy_pointer = node.templates("lazy_read_pointer", Names::Config)?;
        if lazy_pointer.iter().any(|part| part.source().contains('*')) {
            return Err(node.invalid("`lazy_read_pointer` cannot have patterns".to_owned()));
        }
        let paths = match node.field("extra_fields") {
            None => &[],
            Some(Value::Array(paths)) => paths.as_slice(),
            Some(_) => return Err(extra_fields(node)),
        };
        let path = |path: &Value| match path {
            Value::Array(parts) => parts
                .iter()
                .map(|part| node.template_of(part, Names::Config))
                .collect::<Result<Vec<_>, _>>(),
            _ => Err(extra_fields(node)),
        };
        Ok(Self {
            stream: parent(&node.required_child("stream")?)?,
            key: node.required_template("parent_key", Names::Config)?,
            field: node.required_template("partition_field", Names::Config)?,
            option: option(node)?,
            extra_fields: paths.iter().map(path).collect::<Result<_, _>>()?,
            is_incremental: node.flag("incremental_dependency"),
            lazy_pointer,
        })
    }
}

fn parent(node: &Node<'_>) -> Result<Arc<Stream>, CompileError> {
    let name = node.text("name")?.unwrap_or_default();
    let stream = Stream::compile(name, node, &node.value())?;
    if stream.retriever.jobs.is_some() {
        // Nor does the reference read one.
        return Err(node.unsupported_part("AsyncRetriever of a parent stream"));
    }
    Ok(Arc::new(stream))
}

fn option(node: &Node<'_>) -> Result<Option<RequestOption>, CompileError> {
    node.child("request_option")?
        .map(|option| RequestOption::compile(&option))
        .transpose()
}

fn extra_fields(node: &Node<'_>) -> CompileError {
    node.invalid("`extra_fields` must be a list of paths, each a list of texts".to_owned())
}
