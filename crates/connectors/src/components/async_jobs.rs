//! Jobs that a provider works off before there are records to be downloaded.

use std::collections::HashMap;

use serde_json::Value;

use super::decoders::Decoder;
use super::extractors::DpathExtractor;
use super::requesters::HttpRequester;
use super::{CompileError, Node};
use crate::template::{Names, Template, fixed_paths, python};

/// What an `AsyncRetriever` has beside the requests that download: how a job is made, followed and
/// given up.
#[derive(Debug, Clone)]
pub struct AsyncJobs {
    /// Makes a job.
    pub creation: HttpRequester,
    /// Asks for its status.
    pub polling: HttpRequester,
    /// Asks where the files of a completed job are; otherwise the status says so.
    pub targets: Option<HttpRequester>,
    /// Ends a job that took too long.
    pub abort: Option<HttpRequester>,
    /// Removes a job that was read.
    pub delete: Option<HttpRequester>,
    /// Where the status is.
    pub status_extractor: DpathExtractor,
    /// Where the files are; without one there is one download.
    pub target_extractor: Option<DpathExtractor>,
    /// What a provider's status means.
    pub statuses: HashMap<String, JobStatus>,
    /// How the answers about a job are read.
    pub decoder: Decoder,
    /// `polling_job_timeout`: minutes; 60 without it.
    pub timeout: Option<Template>,
    /// `failed_retry_wait_time_in_seconds`.
    pub retry_wait: Option<Template>,
    /// The paths of the answer to the creation that later requests read; an empty one is the
    /// whole of it.
    pub(crate) reads: Vec<Vec<String>>,
    /// The same of the last answer about its status.
    pub(crate) reads_of_status: Vec<Vec<String>>,
}

/// What a provider's word for a job's status means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobStatus {
    /// To be asked for again.
    Running,
    /// There is something to be downloaded.
    Completed,
    /// To be made anew.
    Failed,
    /// It took the provider too long: to be aborted, and made anew.
    TimedOut,
    /// There is nothing to be downloaded.
    Skipped,
}

/// The requesters that know what the creation was answered.
const LATER: [&str; 5] = [
    "polling_requester",
    "download_target_requester",
    "download_requester",
    "abort_requester",
    "delete_requester",
];

impl AsyncJobs {
    pub(crate) fn compile(node: &Node<'_>) -> Result<Self, CompileError> {
        let requester = |name: &str| {
            let child = node.child(name)?;
            child
                .map(|child| HttpRequester::compile(&child.in_job()))
                .transpose()
        };
        let required = |name: &str| requester(name)?.ok_or_else(|| node.missing(name));
        let targets = requester("download_target_requester")?;
        let target_extractor = node.child("download_target_extractor")?;
        if targets.is_some() && target_extractor.is_none() {
            let message = "a `download_target_requester` needs a `download_target_extractor`";
            return Err(node.invalid(message.to_owned()));
        }
        Ok(Self {
            creation: HttpRequester::compile(&node.required_child("creation_requester")?)?,
            polling: required("polling_requester")?,
            targets,
            abort: requester("abort_requester")?,
            delete: requester("delete_requester")?,
            status_extractor: DpathExtractor::compile(&node.required_child("status_extractor")?)?,
            target_extractor: target_extractor
                .map(|extractor| DpathExtractor::compile(&extractor))
                .transpose()?,
            statuses: statuses(&node.required_child("status_mapping")?)?,
            decoder: Decoder::compile(node)?,
            timeout: node.template("polling_job_timeout", Names::Config)?,
            retry_wait: node.template("failed_retry_wait_time_in_seconds", Names::Config)?,
            reads: reads(node, "creation_response"),
            reads_of_status: reads(node, "polling_response"),
        })
    }
}

/// `AsyncJobStatusMap`, which need not say its type.
fn statuses(node: &Node<'_>) -> Result<HashMap<String, JobStatus>, CompileError> {
    if !matches!(node.kind(), "" | "AsyncJobStatusMap") {
        return Err(node.unsupported());
    }
    let mut statuses = HashMap::new();
    for (field, status) in [
        ("running", JobStatus::Running),
        ("completed", JobStatus::Completed),
        ("failed", JobStatus::Failed),
        ("timeout", JobStatus::TimedOut),
        ("skipped", JobStatus::Skipped),
    ] {
        let words = match node.field(field) {
            None if field == "skipped" => continue,
            None => return Err(node.invalid(format!("a status mapping needs `{field}`"))),
            Some(Value::Array(words)) => words,
            Some(_) => return Err(node.invalid(format!("`{field}` must be a list"))),
        };
        for word in words {
            let word = python::str(word);
            if statuses.contains_key(&word) {
                return Err(node.invalid(format!("the status `{word}` stands twice")));
            }
            statuses.insert(word, status);
        }
    }
    Ok(statuses)
}

/// Whatever stands in those requesters: it may be a template.
fn reads(node: &Node<'_>, root: &str) -> Vec<Vec<String>> {
    let mut reads = Vec::new();
    for name in LATER {
        if let Some(value) = node.field(name) {
            collect(value, root, &mut reads);
        }
    }
    reads.sort();
    reads.dedup();
    reads
}

fn collect(value: &Value, root: &str, reads: &mut Vec<Vec<String>>) {
    match value {
        Value::String(text) => {
            let paths = fixed_paths(text, root).into_iter();
            reads.extend(paths.map(|path| path.split('.').skip(1).map(str::to_owned).collect()));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, root, reads)),
        Value::Object(map) => map.iter().for_each(|(key, value)| {
            collect(&Value::from(key.as_str()), root, reads);
            collect(value, root, reads);
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
