//! A whole stream.

use serde_json::Value;

use super::cursors::DatetimeBasedCursor;
use super::primary_key::PrimaryKey;
use super::retrievers::SimpleRetriever;
use super::transformations::Transformation;
use super::{CompileError, Node};
use crate::template::Template;

/// `DeclarativeStream`, ready to be read with a configuration.
#[derive(Debug)]
pub struct Stream {
    /// The model's name.
    pub name: String,
    /// How its records are got.
    pub retriever: SimpleRetriever,
    /// What tells records apart.
    pub key: PrimaryKey,
    /// How it is asked for what changed; `None` reads everything each time.
    pub cursor: Option<DatetimeBasedCursor>,
    /// What is changed in each record.
    pub transformations: Vec<Transformation>,
    /// What the reader must keep of records and answers for the templates.
    pub(crate) needs: Needs,
    /// What its fingerprint is made of.
    pub(crate) resolved: Value,
}

/// What templates look at, so that nothing else is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Needs {
    /// Every record as a value: something transforms or filters it.
    pub(crate) records: bool,
    /// The last record of an answer as a value.
    pub(crate) last_record: bool,
    /// What lies beside the records in an answer: the paths that are read, as far as fixed.
    pub(crate) response: Vec<String>,
    /// A part of the request reads the page token itself.
    pub(crate) request_token: bool,
}

impl Stream {
    pub(crate) fn compile(
        name: &str,
        node: &Node<'_>,
        resolved: &Value,
    ) -> Result<Self, CompileError> {
        if node.kind() != "DeclarativeStream" {
            return Err(node.unsupported());
        }
        node.refuse_fields(&["state_migrations", "file_uploader"])?;
        let transformations = node.children("transformations")?;
        let transformations: Vec<_> = transformations
            .iter()
            .map(Transformation::compile)
            .collect::<Result<_, _>>()?;
        let retriever = SimpleRetriever::compile(&node.required_child("retriever")?)?;
        Ok(Self {
            name: name.to_owned(),
            key: PrimaryKey::compile(node)?,
            cursor: DatetimeBasedCursor::compile(node)?,
            needs: Needs::of(&retriever, &transformations, resolved),
            retriever,
            transformations,
            resolved: resolved.clone(),
        })
    }
}

impl Needs {
    fn of(
        retriever: &SimpleRetriever,
        transformations: &[Transformation],
        resolved: &Value,
    ) -> Self {
        let paging: Vec<&Template> = retriever
            .paginator
            .iter()
            .flat_map(|paginator| paginator.strategy.templates())
            .collect();
        let response = paging
            .iter()
            .copied()
            .flat_map(|template| template.reads("response"));
        Self {
            records: !transformations.is_empty() || retriever.selector.filter.is_some(),
            last_record: paging
                .iter()
                .any(|template| template.reads("last_record").next().is_some()),
            response: response.map(str::to_owned).collect(),
            request_token: resolved["retriever"]["requester"]
                .to_string()
                .contains("next_page_token"),
        }
    }
}
