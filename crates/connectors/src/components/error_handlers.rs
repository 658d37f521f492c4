//! What an answer, or its absence, means.

use super::response_filters::{Action, ResponseFilter};
use super::waits::Wait;
use super::{CompileError, Node};
use crate::template::{Names, Template};

/// What decides on an answer.
#[derive(Debug, Clone)]
pub enum ErrorHandler {
    /// `DefaultErrorHandler`: its own filters first, then the common rules.
    Default(DefaultErrorHandler),
    /// `CompositeErrorHandler`: the first one that takes the answer as good, ignores it or has it
    /// asked for again decides; when none does, the last one decides. Never empty.
    Composite(Vec<ErrorHandler>),
}

/// `DefaultErrorHandler`.
#[derive(Debug, Clone, Default)]
pub struct DefaultErrorHandler {
    /// Tried in order, also on answers that are no errors.
    pub filters: Vec<ResponseFilter>,
    /// How long to wait before a retry: the first that knows.
    pub waits: Vec<Wait>,
    /// How often a request is repeated within one attempt, if the manifest says so.
    pub max_retries: Option<Template>,
}

impl Default for ErrorHandler {
    fn default() -> Self {
        Self::Default(DefaultErrorHandler::default())
    }
}

impl ErrorHandler {
    /// Compiles the handler of a requester; the common rules when it has none.
    pub(crate) fn of_requester(requester: &Node<'_>) -> Result<Self, CompileError> {
        match requester.child("error_handler")? {
            None => Ok(Self::default()),
            Some(node) => Self::compile(&node),
        }
    }

    fn compile(node: &Node<'_>) -> Result<Self, CompileError> {
        match node.kind() {
            "CompositeErrorHandler" => {
                let handlers: Vec<_> = node
                    .children("error_handlers")?
                    .iter()
                    .map(Self::compile)
                    .collect::<Result<_, _>>()?;
                if handlers.is_empty() {
                    return Err(node.missing("error_handlers"));
                }
                Ok(Self::Composite(handlers))
            }
            "DefaultErrorHandler" => {
                let filters = node.children("response_filters")?;
                let filters: Vec<_> = filters
                    .iter()
                    .map(ResponseFilter::compile)
                    .collect::<Result<_, _>>()?;
                let waits = node.children("backoff_strategies")?;
                Ok(Self::Default(DefaultErrorHandler {
                    filters: filters.into_iter().flatten().collect(),
                    waits: waits.iter().map(Wait::compile).collect::<Result<_, _>>()?,
                    max_retries: node.template("max_retries", Names::Config)?,
                }))
            }
            _ => Err(node.unsupported()),
        }
    }

    /// Every template that reads the answer.
    pub(crate) fn templates(&self) -> Vec<&Template> {
        let mut templates = Vec::new();
        for handler in self.flat() {
            for filter in &handler.filters {
                templates.extend(filter.predicate.iter().chain(&filter.error_message));
            }
            templates.extend(handler.waits.iter().filter_map(Wait::reads));
        }
        templates
    }

    /// The waits of all handlers: which one matched does not matter.
    pub(crate) fn waits(&self) -> impl Iterator<Item = &Wait> {
        self.flat().into_iter().flat_map(|handler| &handler.waits)
    }

    /// How often a request is repeated: the first handler says.
    pub(crate) fn max_retries(&self) -> Option<&Template> {
        match self {
            Self::Default(handler) => handler.max_retries.as_ref(),
            Self::Composite(handlers) => handlers.first().and_then(Self::max_retries),
        }
    }

    /// Whether one of its filters leads to an action.
    pub(crate) fn leads_to(&self, action: Action) -> bool {
        let mut filters = self.flat().into_iter().flat_map(|handler| &handler.filters);
        filters.any(|filter| filter.action == action)
    }

    fn flat(&self) -> Vec<&DefaultErrorHandler> {
        match self {
            Self::Default(handler) => vec![handler],
            Self::Composite(handlers) => handlers.iter().flat_map(Self::flat).collect(),
        }
    }
}
