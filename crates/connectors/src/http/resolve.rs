//! What the error handlers of a manifest make of an answer.

use reqwest::StatusCode;

use super::answer::Answer;
use super::message;
use crate::components::error_handlers::{DefaultErrorHandler, ErrorHandler};
use crate::components::response_filters::{Action, ResponseFilter};
use crate::template::{Context, TemplateError};

/// What was decided, and by which filter; by none where the common rules decided.
#[derive(Debug, Clone, Copy)]
pub(super) struct Resolution<'h> {
    pub(super) action: Action,
    pub(super) filter: Option<&'h ResponseFilter>,
}

/// Asks a handler. The context holds the answer, if any of its templates reads it.
pub(super) fn resolve<'h>(
    handler: &'h ErrorHandler,
    answer: &Answer,
    context: &Context,
) -> Result<Resolution<'h>, TemplateError> {
    match handler {
        ErrorHandler::Default(handler) => resolve_default(handler, answer, context),
        ErrorHandler::Composite(handlers) => {
            let mut last = Resolution {
                action: common(answer.status),
                filter: None,
            };
            for handler in handlers {
                last = resolve(handler, answer, context)?;
                if matches!(
                    last.action,
                    Action::Success | Action::Retry | Action::Ignore
                ) {
                    break;
                }
            }
            Ok(last)
        }
    }
}

fn resolve_default<'h>(
    handler: &'h DefaultErrorHandler,
    answer: &Answer,
    context: &Context,
) -> Result<Resolution<'h>, TemplateError> {
    for filter in &handler.filters {
        if matches(filter, answer, context)? {
            return Ok(Resolution {
                action: filter.action,
                filter: Some(filter),
            });
        }
    }
    Ok(Resolution {
        action: common(answer.status),
        filter: None,
    })
}

fn matches(
    filter: &ResponseFilter,
    answer: &Answer,
    context: &Context,
) -> Result<bool, TemplateError> {
    if filter.http_codes.contains(&answer.status.as_u16()) {
        return Ok(true);
    }
    if let Some(predicate) = &filter.predicate
        && predicate.condition(context)?
    {
        return Ok(true);
    }
    let Some(part) = &filter.message_contains else {
        return Ok(false);
    };
    Ok(message::whole(&answer.body).is_some_and(|said| said.contains(part)))
}

/// The common rules. A status that nobody foresaw is asked for again.
fn common(status: StatusCode) -> Action {
    match status.as_u16() {
        // Redirects that can be followed were followed.
        301 | 302 | 303 | 307 | 308 => Action::Fail,
        ..400 => Action::Success,
        400 | 401 | 403 | 404 | 405 => Action::Fail,
        429 => Action::RateLimited,
        _ => Action::Retry,
    }
}
