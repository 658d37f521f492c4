//! Which answers an error handler singles out, and what it makes of them.

use serde_json::Value;

use super::{CompileError, Node};
use crate::template::{Names, Template};

/// `HttpResponseFilter`: matches when any of its criteria does.
#[derive(Debug, Clone)]
pub struct ResponseFilter {
    /// What to do then.
    pub action: Action,
    /// What kind of failure it is, where it is one.
    pub failure_type: Option<FailureType>,
    /// By status.
    pub http_codes: Vec<u16>,
    /// By a part of the error's message.
    pub message_contains: Option<String>,
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
    /// Paging begins anew.
    ResetPagination,
    /// The same page is asked for again, with fewer records.
    ReducePageSize,
    /// The window is read in two halves.
    SplitRequestWindow,
    /// The provider says "later".
    RateLimited,
    /// The access token is fetched anew, once, and the request is tried again.
    RefreshThenRetry,
}

/// Who can do something about a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureType {
    /// Nobody but the connector's author.
    System,
    /// The user, by another configuration.
    Config,
    /// Time.
    Transient,
}

impl ResponseFilter {
    /// A filter without an action decides nothing.
    pub(crate) fn compile(node: &Node<'_>) -> Result<Option<Self>, CompileError> {
        if node.kind() != "HttpResponseFilter" {
            return Err(node.unsupported());
        }
        let action = match node.text("action")? {
            None => return Ok(None),
            Some("SUCCESS") => Action::Success,
            Some("FAIL") => Action::Fail,
            Some("RETRY") => Action::Retry,
            Some("IGNORE") => Action::Ignore,
            Some("RESET_PAGINATION") => Action::ResetPagination,
            Some("REDUCE_PAGE_SIZE") => Action::ReducePageSize,
            Some("SPLIT_REQUEST_WINDOW") => Action::SplitRequestWindow,
            Some("RATE_LIMITED") => Action::RateLimited,
            Some("REFRESH_TOKEN_THEN_RETRY") => Action::RefreshThenRetry,
            Some(other) => {
                return Err(
                    node.unsupported_part(format!("HttpResponseFilter with the action {other}"))
                );
            }
        };
        let failure_type = match node.text("failure_type")? {
            None => None,
            Some("system_error") => Some(FailureType::System),
            Some("config_error") => Some(FailureType::Config),
            Some("transient_error") => Some(FailureType::Transient),
            Some(other) => {
                return Err(node.invalid(format!("`failure_type: {other}` is not known")));
            }
        };
        let codes = node.field("http_codes").and_then(Value::as_array);
        let number = |code: &Value| code.as_u64().or_else(|| code.as_str()?.parse().ok());
        Ok(Some(Self {
            action,
            failure_type,
            http_codes: codes
                .into_iter()
                .flatten()
                .filter_map(number)
                .filter_map(|code| u16::try_from(code).ok())
                .collect(),
            message_contains: node
                .text("error_message_contains")?
                .filter(|part| !part.is_empty())
                .map(str::to_owned),
            predicate: node
                .template("predicate", Names::Answer)?
                .filter(|predicate| !predicate.source().is_empty()),
            error_message: node.template("error_message", Names::Answer)?,
        }))
    }
}
