//! What an answer, or its absence, means.

use serde_json::Value;

use super::waits::Wait;
use super::{CompileError, Node};
use crate::template::{Names, Template};

/// `DefaultErrorHandler`, or several of them in a `CompositeErrorHandler`: the first one with a
/// filter that matches decides.
#[derive(Debug, Clone, Default)]
pub struct ErrorHandlers(pub Vec<ErrorHandler>);

/// `DefaultErrorHandler`.
#[derive(Debug, Clone, Default)]
pub struct ErrorHandler {
    /// Tried in order, also on answers that are no errors.
    pub filters: Vec<ResponseFilter>,
    /// How long to wait before a retry: the first that knows.
    pub waits: Vec<Wait>,
    /// How often a request is repeated within one attempt, if the manifest says so.
    pub max_retries: Option<Template>,
}

/// `HttpResponseFilter`: matches when any of its criteria does.
#[derive(Debug, Clone)]
pub struct ResponseFilter {
    /// What to do then.
    pub action: Action,
    /// Who has to act when it fails: `config_error` is the user.
    pub is_config_error: bool,
    /// By status.
    pub http_codes: Vec<u16>,
    /// By a part of the error's message.
    pub message_contains: Option<Template>,
    /// By a condition on the answer.
    pub predicate: Option<Template>,
    /// What people are told.
    pub error_message: Option<Template>,
}

/// What an answer that matches leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// It is good.
    Success,
    /// The sync fails.
    Fail,
    /// The request is tried again.
    Retry,
    /// It counts as an answer without records, and ends its slice.
    Ignore,
    /// The provider says "later".
    RateLimited,
}

impl ErrorHandlers {
    pub(crate) fn compile(requester: &Node<'_>) -> Result<Self, CompileError> {
        match requester.child("error_handler")? {
            None => Ok(Self::default()),
            Some(node) => {
                let mut handlers = Vec::new();
                collect(&node, &mut handlers)?;
                Ok(Self(handlers))
            }
        }
    }

    /// Every template that reads the answer.
    pub(crate) fn templates(&self) -> impl Iterator<Item = &Template> {
        self.0
            .iter()
            .flat_map(|handler| &handler.filters)
            .flat_map(|filter| {
                [
                    &filter.message_contains,
                    &filter.predicate,
                    &filter.error_message,
                ]
                .into_iter()
                .flatten()
            })
    }
}

fn collect(node: &Node<'_>, handlers: &mut Vec<ErrorHandler>) -> Result<(), CompileError> {
    match node.kind() {
        "CompositeErrorHandler" => node
            .children("error_handlers")?
            .iter()
            .try_for_each(|child| collect(child, handlers)),
        "DefaultErrorHandler" => {
            node.refuse_fields(&["page_size_reduction", "request_window_splitting"])?;
            let filters = node.children("response_filters")?;
            let filters: Vec<_> = filters
                .iter()
                .map(ResponseFilter::compile)
                .collect::<Result<_, _>>()?;
            let waits = node.children("backoff_strategies")?;
            handlers.push(ErrorHandler {
                filters: filters.into_iter().flatten().collect(),
                waits: waits.iter().map(Wait::compile).collect::<Result<_, _>>()?,
                max_retries: node.template("max_retries", Names::Config)?,
            });
            Ok(())
        }
        _ => Err(node.unsupported()),
    }
}

impl ResponseFilter {
    /// A filter without an action decides nothing.
    fn compile(node: &Node<'_>) -> Result<Option<Self>, CompileError> {
        if node.kind() != "HttpResponseFilter" {
            return Err(node.unsupported());
        }
        let action = match node.text("action")? {
            None => return Ok(None),
            Some("SUCCESS") => Action::Success,
            Some("FAIL") => Action::Fail,
            Some("RETRY") => Action::Retry,
            Some("IGNORE") => Action::Ignore,
            Some("RATE_LIMITED") => Action::RateLimited,
            Some(other) => {
                return Err(
                    node.unsupported_part(format!("HttpResponseFilter with the action {other}"))
                );
            }
        };
        let codes = node
            .field("http_codes")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let number = |code: &Value| code.as_u64().or_else(|| code.as_str()?.parse().ok());
        Ok(Some(Self {
            action,
            is_config_error: node.text("failure_type")? == Some("config_error"),
            http_codes: codes
                .filter_map(number)
                .filter_map(|code| u16::try_from(code).ok())
                .collect(),
            message_contains: node.template("error_message_contains", Names::Answer)?,
            predicate: node
                .template("predicate", Names::Answer)?
                .filter(|predicate| !predicate.source().is_empty()),
            error_message: node.template("error_message", Names::Answer)?,
        }))
    }
}
