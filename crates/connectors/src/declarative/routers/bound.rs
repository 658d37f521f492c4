//! A router with a configuration.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::super::bound::Bound;
use super::Slice;
use crate::components::partition_routers::{ListValues, ParentStream, PartitionRouter};
use crate::components::request_option::RequestOption;
use crate::http::request::RequestParts;
use crate::path::find_one;
use crate::source::SourceRecord;
use crate::template::{Context, Template, TemplateError};

pub(in crate::declarative) enum BoundRouter {
    List {
        field: String,
        values: Vec<Value>,
        option: Option<RequestOption>,
    },
    Substream(Vec<BoundParent>),
    Product(Vec<Arc<BoundRouter>>),
    Grouping {
        size: usize,
        deduplicates: bool,
        router: Arc<BoundRouter>,
    },
    Union {
        field: String,
        routers: Vec<Arc<BoundRouter>>,
    },
}

/// A parent with a configuration.
pub(in crate::declarative) struct BoundParent {
    pub(in crate::declarative) bound: Arc<Bound>,
    pub(in crate::declarative) is_incremental: bool,
    key: Vec<String>,
    field: String,
    option: Option<RequestOption>,
    extra_fields: Vec<Vec<String>>,
    lazy_pointer: Vec<String>,
}

/// Binds a parent's stream.
type Bind<'b> = &'b dyn Fn(&ParentStream) -> Result<Bound, TemplateError>;

impl BoundRouter {
    pub(in crate::declarative) fn new(
        router: &PartitionRouter,
        context: &Context,
        bind: Bind<'_>,
    ) -> Result<Self, TemplateError> {
        let all = |routers: &[PartitionRouter]| {
            routers
                .iter()
                .map(|router| Self::new(router, context, bind).map(Arc::new))
                .collect::<Result<Vec<_>, _>>()
        };
        Ok(match router {
            PartitionRouter::List(list) => Self::List {
                field: list.field.string(context)?,
                values: values(&list.values, context)?,
                option: list.option.clone(),
            },
            PartitionRouter::Substream(parents) => Self::Substream(
                parents
                    .iter()
                    .map(|parent| BoundParent::new(parent, context, bind))
                    .collect::<Result<_, _>>()?,
            ),
            PartitionRouter::Product(routers) => Self::Product(all(routers)?),
            PartitionRouter::Grouping {
                size,
                deduplicates,
                router,
            } => Self::Grouping {
                size: *size,
                deduplicates: *deduplicates,
                router: Arc::new(Self::new(router, context, bind)?),
            },
            PartitionRouter::Union { field, routers } => Self::Union {
                field: field.string(context)?,
                routers: all(routers)?,
            },
        })
    }

    /// Puts the values of a partition where the manifest wants them. Empty ones go nowhere.
    pub(in crate::declarative) fn inject(
        &self,
        parts: &mut RequestParts,
        slice: &Map<String, Value>,
        context: &Context,
    ) -> Result<(), TemplateError> {
        let mut put = |field: &str, option: &Option<RequestOption>| match (option, slice.get(field))
        {
            (Some(option), Some(value)) if crate::template::python::is_truthy(value) => {
                option.inject(parts, value, context)
            }
            _ => Ok(()),
        };
        match self {
            Self::List { field, option, .. } => put(field, option),
            Self::Substream(parents) => parents
                .iter()
                .try_for_each(|parent| put(&parent.field, &parent.option)),
            // The first one goes over the others.
            Self::Product(routers) => routers
                .iter()
                .rev()
                .try_for_each(|router| router.inject(parts, slice, context)),
            Self::Grouping { .. } | Self::Union { .. } => Ok(()),
        }
    }

    /// Every parent whose state is kept. Combinations keep none, for a parent has no end there.
    pub(in crate::declarative) fn incremental_parents(&self) -> Vec<&BoundParent> {
        match self {
            Self::List { .. } | Self::Product(_) => Vec::new(),
            Self::Substream(parents) => parents
                .iter()
                .filter(|parent| parent.is_incremental)
                .collect(),
            Self::Grouping { router, .. } => router.incremental_parents(),
            Self::Union { routers, .. } => routers
                .iter()
                .flat_map(|router| router.incremental_parents())
                .collect(),
        }
    }

    /// The field of its partitions, where it is one of a single parent or a union.
    pub(in crate::declarative) fn single_field(&self) -> Option<&str> {
        match self {
            Self::Substream(parents) => match parents.as_slice() {
                [parent] => Some(&parent.field),
                _ => None,
            },
            Self::Union { field, .. } => Some(field),
            Self::List { .. } | Self::Product(_) | Self::Grouping { .. } => None,
        }
    }

    /// Whether its state names its parents, even if none of them has a state.
    pub(in crate::declarative) fn has_parents(&self) -> bool {
        match self {
            Self::List { .. } | Self::Product(_) => false,
            Self::Substream(_) | Self::Union { .. } => true,
            Self::Grouping { router, .. } => router.has_parents(),
        }
    }
}

impl BoundParent {
    fn new(
        parent: &ParentStream,
        context: &Context,
        bind: Bind<'_>,
    ) -> Result<Self, TemplateError> {
        let path = |path: &Vec<Template>| {
            path.iter()
                .map(|part| part.string(context))
                .collect::<Result<Vec<_>, _>>()
        };
        let key = parent.key.string(context)?;
        Ok(Self {
            bound: Arc::new(bind(parent)?),
            is_incremental: parent.is_incremental,
            key: key
                .trim_start_matches('/')
                .split('/')
                .map(str::to_owned)
                .collect(),
            field: parent.field.string(context)?,
            option: parent.option.clone(),
            extra_fields: parent
                .extra_fields
                .iter()
                .map(path)
                .collect::<Result<_, _>>()?,
            lazy_pointer: path(&parent.lazy_pointer)?,
        })
    }

    /// The partition of a parent's record; none when it lacks the key.
    pub(super) fn slice(
        &self,
        record: &SourceRecord,
        parent_slice: &Map<String, Value>,
    ) -> Result<Option<Slice>, String> {
        let record: Value = serde_json::from_str(record.data.get())
            .map_err(|error| format!("a record of {} cannot be read: {error}", self.name()))?;
        let one = |path: &[String]| {
            find_one(&record, path).map_err(|count| {
                format!(
                    "`{}` leads to {count} values in a record of {}; it must lead to one",
                    path.join("."),
                    self.name()
                )
            })
        };
        let Some(value) = one(&self.key)?.filter(|value| !value.is_null()) else {
            return Ok(None);
        };
        let mut extra = Map::new();
        for path in &self.extra_fields {
            let found = one(path)?.cloned().unwrap_or_default();
            extra.insert(path.join("."), found);
        }
        let first_answer = match self.lazy_pointer.as_slice() {
            [] => None,
            pointer => Some(
                one(pointer)?
                    .cloned()
                    .unwrap_or_else(|| Value::Array(Vec::new())),
            ),
        };
        let mut partition = Map::new();
        partition.insert(self.field.clone(), value.clone());
        partition.insert(
            "parent_slice".to_owned(),
            Value::Object(parent_slice.clone()),
        );
        Ok(Some(Slice {
            partition,
            extra,
            first_answer,
        }))
    }

    pub(in crate::declarative) fn name(&self) -> &str {
        &self.bound.stream.name
    }
}

fn values(values: &ListValues, context: &Context) -> Result<Vec<Value>, TemplateError> {
    match values {
        ListValues::Fixed(values) => Ok(values.clone()),
        ListValues::Computed(template) => match template.string_value(context)? {
            Value::Array(values) => Ok(values),
            _ => Err(TemplateError {
                template: template.source().to_owned(),
                problem: "gives no list of partitions".to_owned(),
                is_undefined: false,
            }),
        },
    }
}
