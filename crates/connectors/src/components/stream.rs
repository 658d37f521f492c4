//! A whole stream.

use std::sync::Arc;

use serde_json::{Value, json};

use super::cursors::Cursor;
use super::primary_key::PrimaryKey;
use super::query_properties::is_query_properties;
use super::retrievers::SimpleRetriever;
use super::schema_loaders::SchemaLoader;
use super::smaller_requests::RequestWindowSplitting;
use super::transformations::Transformation;
use super::{CompileError, Node};
use crate::template::{Names, Template};

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
    pub cursor: Option<Cursor>,
    /// What is changed in each record.
    pub transformations: Vec<Transformation>,
    /// What the values of records are made to fit, or properties are selected by, where they are.
    pub schema: Option<SchemaLoader>,
    /// What it is read by once it has a state.
    pub delegate: Option<Delegate>,
    /// Older forms that its state may have.
    pub state_migrations: Vec<StateMigration>,
    /// Its records stand for files (`FileUploader`), which are not fetched.
    pub leaves_files: bool,
    /// What the reader must keep of records and answers for the templates.
    pub(crate) needs: Needs,
    /// What its fingerprint is made of.
    pub(crate) resolved: Value,
}

/// The incremental half of a `StateDelegatingStream`.
#[derive(Debug)]
pub struct Delegate {
    /// How it is read.
    pub stream: Arc<Stream>,
    /// An older state is too old for it: so far back its provider knows what changed.
    pub retention: Option<Template>,
}

/// How an older state is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StateMigration {
    /// `LegacyToPerPartitionStateMigration`: an object by the values of the partitions.
    LegacyToPerPartition,
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
        match node.kind() {
            "DeclarativeStream" => Self::compile_one(name, node, resolved),
            "StateDelegatingStream" => {
                let first = node.required_child("full_refresh_stream")?;
                let later = node.required_child("incremental_stream")?;
                if first.text("name")? != later.text("name")? {
                    let message = "both streams of a StateDelegatingStream must have its name";
                    return Err(node.invalid(message.to_owned()));
                }
                Ok(Self {
                    delegate: Some(Delegate {
                        stream: Arc::new(Self::compile_one(name, &later, resolved)?),
                        retention: node.template("api_retention_period", Names::Config)?,
                    }),
                    ..Self::compile_one(name, &first, resolved)?
                })
            }
            _ => Err(node.unsupported()),
        }
    }

    /// What its author should know of it, though it can be read.
    pub fn notes(&self) -> Vec<String> {
        let later = self.delegate.as_ref();
        let leaves_files =
            self.leaves_files || later.is_some_and(|later| later.stream.leaves_files);
        let note =
            "the files of its records are not fetched (FileUploader): the records alone are read";
        leaves_files.then(|| note.to_owned()).into_iter().collect()
    }

    /// The records of a retriever that is asked beside a stream.
    pub(crate) fn of_retriever(name: &str, node: &Node<'_>) -> Result<Self, CompileError> {
        let retriever = SimpleRetriever::compile(node)?;
        if retriever.jobs.is_some() {
            return Err(node.unsupported_part("AsyncRetriever beside a stream"));
        }
        let resolved = json!({ "retriever": node.value() });
        Ok(Self {
            name: name.to_owned(),
            key: PrimaryKey::Hash,
            cursor: None,
            needs: Needs::of(&retriever, &[], &resolved),
            retriever,
            transformations: Vec::new(),
            state_migrations: Vec::new(),
            leaves_files: false,
            // Nothing is known of its records.
            schema: Some(SchemaLoader::known(json!({}))),
            delegate: None,
            resolved,
        })
    }

    /// Without its partitions: it is read once.
    pub(crate) fn unsliced(mut self) -> Self {
        self.retriever.router = None;
        self
    }

    /// Whether it is asked for what changed since.
    pub fn is_incremental(&self) -> bool {
        let later = self.delegate.as_ref();
        self.cursor.is_some() || later.is_some_and(|later| later.stream.cursor.is_some())
    }

    /// `identity` is what its fingerprint is made of.
    fn compile_one(name: &str, node: &Node<'_>, identity: &Value) -> Result<Self, CompileError> {
        let uploader = node.child("file_uploader")?;
        let transformations = node.children("transformations")?;
        let transformations: Vec<_> = transformations
            .iter()
            .map(Transformation::compile)
            .collect::<Result<_, _>>()?;
        let retriever = SimpleRetriever::compile(&node.required_child("retriever")?)?;
        let own = node.value();
        let schema = schema_of(node, &retriever)?;
        Ok(Self {
            name: name.to_owned(),
            key: PrimaryKey::compile(node)?,
            cursor: cursor_of(node, &retriever)?,
            leaves_files: uploader.is_some(),
            needs: Needs::of(&retriever, &transformations, &own),
            retriever,
            transformations,
            state_migrations: migrations(node)?,
            schema,
            delegate: None,
            resolved: identity.clone(),
        })
    }
}

/// Only where reading needs it: a loader that cannot be built does not matter otherwise.
fn schema_of(
    node: &Node<'_>,
    retriever: &SimpleRetriever,
) -> Result<Option<SchemaLoader>, CompileError> {
    let selects = retriever.properties.as_ref();
    let selects = selects.is_some_and(|properties| properties.selector.is_some());
    match (retriever.selector.normalizes, selects) {
        (false, false) => Ok(None),
        (false, true) if node.child("schema_loader").is_ok_and(is_of_file) => Ok(None),
        (false, true) => SchemaLoader::of_stream(node),
        (true, _) => SchemaLoader::of_stream(node)?
            .map(Some)
            .ok_or_else(|| node.unsupported_part("schema_normalization without a schema_loader")),
    }
}

/// A file that came with a connector's Python package.
const OF_A_FILE: &str = "JsonFileSchemaLoader";

fn is_of_file(loader: Option<Node<'_>>) -> bool {
    loader.is_some_and(|loader| loader.kind() == OF_A_FILE)
}

fn cursor_of(node: &Node<'_>, retriever: &SimpleRetriever) -> Result<Option<Cursor>, CompileError> {
    let cursor = Cursor::compile(node)?;
    if retriever.window_splitting.is_some() {
        RequestWindowSplitting::check(node, cursor.as_ref())?;
    }
    if matches!(cursor, Some(Cursor::Count(_))) && retriever.router.is_some() {
        return Err(node.unsupported_part("IncrementingCountCursor with a partition router"));
    }
    Ok(cursor)
}

/// Somebody's own migration was for states of a connector's earlier versions. It does not keep a
/// stream from being read: such a state is not read, and neither is it here.
fn migrations(node: &Node<'_>) -> Result<Vec<StateMigration>, CompileError> {
    let mut migrations = Vec::new();
    for migration in node.children("state_migrations")? {
        match migration.kind() {
            "LegacyToPerPartitionStateMigration" => {
                migrations.push(StateMigration::LegacyToPerPartition);
            }
            "CustomStateMigration" => {}
            _ if migration.field("class_name").is_some() => {}
            _ => return Err(migration.unsupported()),
        }
    }
    Ok(migrations)
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
        let requester = match &retriever.jobs {
            None => "requester",
            Some(_) => "download_requester",
        };
        Self {
            records: !transformations.is_empty()
                || retriever.selector.filter.is_some()
                || retriever.selector.normalizes,
            last_record: paging
                .iter()
                .any(|template| template.reads("last_record").next().is_some()),
            response: response.map(str::to_owned).collect(),
            request_token: own_request(&resolved["retriever"][requester])
                .to_string()
                .contains("next_page_token"),
        }
    }
}

/// A requester without what is asked before it, which has pages of its own.
fn own_request(requester: &Value) -> Value {
    let mut own = requester.clone();
    if let Value::Object(fields) = &mut own {
        fields.retain(|name, _| {
            !matches!(
                name.as_str(),
                "query_properties" | "fetch_properties_from_endpoint"
            )
        });
        if let Some(Value::Object(parameters)) = fields.get_mut("request_parameters") {
            parameters.retain(|_, value| !is_query_properties(value));
        }
    }
    own
}
