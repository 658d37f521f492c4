//! What is done where a provider refuses a request for being too large.

use std::time::Duration;

use super::cursors::{Cursor, DatetimeBasedCursor};
use super::paginators::{Paginator, Strategy, TokenOption};
use super::requesters::HttpRequester;
use super::response_filters::Action;
use super::{CompileError, Node};
use crate::datetime::IsoDuration;

/// `PageSizeReduction`: the same page is asked for with fewer records.
#[derive(Debug, Clone, PartialEq)]
pub struct PageSizeReduction {
    /// The page size is divided by it.
    pub factor: f64,
    /// No page is made smaller.
    pub least: u64,
    /// So often in a row, with no page in between.
    pub most_attempts: u32,
    /// Before the page is asked for again, times the number of attempts in a row.
    pub wait: Duration,
    /// So often the smallest page is asked for again.
    pub retries_at_least: u32,
    /// What people are told in the end.
    pub failure_message: Option<String>,
    /// A page that comes restores the size.
    pub restores: bool,
}

/// `RequestWindowSplitting`: the window is read in two halves.
#[derive(Debug, Clone, PartialEq)]
pub struct RequestWindowSplitting {
    /// A window that is not longer is not split.
    pub(crate) least: Option<IsoDuration>,
    /// What people are told in the end.
    pub failure_message: Option<String>,
}

impl PageSizeReduction {
    /// Compiles what a retriever says of it.
    pub(crate) fn compile(
        retriever: &Node<'_>,
        requester: &HttpRequester,
        paginator: Option<&Paginator>,
    ) -> Result<Option<Self>, CompileError> {
        let is_used = requester.error_handler.leads_to(Action::ReducePageSize);
        let Some(node) = retriever.child("page_size_reduction")? else {
            return match is_used {
                true => Err(retriever.missing("page_size_reduction")),
                false => Ok(None),
            };
        };
        let reduction = Self {
            factor: number(&node, "reduction_factor", 2.0, |factor| factor > 1.0)?,
            least: whole(&node, "minimum_page_size", 1, 1)?.into(),
            most_attempts: whole(&node, "max_attempts", 5, 1)?,
            wait: Duration::try_from_secs_f64(number(&node, "backoff_seconds", 0.5, |wait| {
                wait >= 0.0
            })?)
            .map_err(|_| node.invalid("`backoff_seconds` is too long".to_owned()))?,
            retries_at_least: whole(&node, "retries_at_minimum_page_size", 0, 0)?,
            failure_message: message(&node)?,
            restores: match node.text("reset_policy")? {
                None | Some("NEVER") => false,
                Some("AFTER_SUCCESSFUL_PAGE") => true,
                Some(other) => {
                    return Err(node.invalid(format!("`reset_policy: {other}` is not known")));
                }
            },
        };
        reduction.check(&node, paginator)?;
        Ok(Some(reduction))
    }

    /// The same page must be there in another size.
    fn check(&self, node: &Node<'_>, paginator: Option<&Paginator>) -> Result<(), CompileError> {
        let wrong = |what: &str| Err(node.invalid(format!("PageSizeReduction {what}")));
        let Some(paginator) = paginator else {
            return wrong("needs a DefaultPaginator");
        };
        if paginator.page_size_option.is_none() {
            return wrong("needs a `page_size_option`, where the size is sent");
        }
        if matches!(paginator.page_token_option, Some(TokenOption::RequestPath)) {
            return wrong(
                "does not go together with RequestPath: the next URL has a size of its own",
            );
        }
        let (size, stop) = match &paginator.strategy {
            Strategy::Page { .. } => {
                return wrong(
                    "does not go together with PageIncrement: smaller pages move all that follow",
                );
            }
            Strategy::Offset { page_size, .. } => (page_size, None),
            Strategy::Cursor {
                page_size,
                stop_condition,
                ..
            } => (page_size, stop_condition.as_ref()),
        };
        let Some(size) = size else {
            return wrong("needs a `page_size`");
        };
        if size.is_constant()
            && size
                .source()
                .trim()
                .parse()
                .is_ok_and(|size: u64| size <= self.least)
        {
            return wrong(
                "cannot make pages smaller: `page_size` is not above `minimum_page_size`",
            );
        }
        // A page that is full for its smaller size would be taken for the last one.
        let hides_more = stop.is_some_and(|stop| {
            let counts = stop.reads("last_page_size").next().is_some();
            let follows = stop.reads("page_size").next().is_some();
            counts && !follows && !stop.source().contains("last_page_size == 0")
        });
        if hides_more {
            return wrong(
                "needs a `stop_condition` that compares `last_page_size` with `page_size`",
            );
        }
        Ok(())
    }

    /// The next smaller size; none when it cannot be smaller.
    pub(crate) fn reduced(&self, size: u64) -> Option<u64> {
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "page sizes are small"
        )]
        let smaller = (size as f64 / self.factor).floor() as u64;
        Some(smaller.max(self.least)).filter(|smaller| *smaller < size)
    }
}

impl RequestWindowSplitting {
    /// Compiles what a retriever says of it.
    pub(crate) fn compile(
        retriever: &Node<'_>,
        requester: &HttpRequester,
    ) -> Result<Option<Self>, CompileError> {
        let is_used = requester.error_handler.leads_to(Action::SplitRequestWindow);
        let Some(node) = retriever.child("request_window_splitting")? else {
            return match is_used {
                true => Err(retriever.missing("request_window_splitting")),
                false => Ok(None),
            };
        };
        let least = node
            .text("min_split_window")?
            .filter(|text| !text.is_empty());
        let least = least.map(|text| {
            IsoDuration::parse(text).ok_or_else(|| {
                node.invalid("`min_split_window` is no ISO 8601 duration".to_owned())
            })
        });
        Ok(Some(Self {
            least: least.transpose()?,
            failure_message: message(&node)?,
        }))
    }

    /// Windows must be there to be split, and be sent.
    pub(crate) fn check(stream: &Node<'_>, cursor: Option<&Cursor>) -> Result<(), CompileError> {
        let wrong = |what: &str| Err(stream.invalid(format!("RequestWindowSplitting {what}")));
        match cursor {
            Some(Cursor::Datetime(cursor)) => match &**cursor {
                DatetimeBasedCursor {
                    granularity: None, ..
                } => wrong("needs a `cursor_granularity`"),
                DatetimeBasedCursor {
                    is_client_side: true,
                    ..
                } => wrong(
                    "does not go together with `is_client_side_incremental`: its windows are not sent",
                ),
                DatetimeBasedCursor { .. } => Ok(()),
            },
            Some(Cursor::Count(_)) | None => wrong("needs a DatetimeBasedCursor"),
        }
    }
}

fn message(node: &Node<'_>) -> Result<Option<String>, CompileError> {
    let message = node.text("failure_message")?.map(str::trim);
    Ok(message.filter(|text| !text.is_empty()).map(str::to_owned))
}

fn number(
    node: &Node<'_>,
    field: &str,
    default: f64,
    fits: impl Fn(f64) -> bool,
) -> Result<f64, CompileError> {
    match node.field(field) {
        None => Ok(default),
        Some(value) => value
            .as_f64()
            .filter(|number| fits(*number))
            .ok_or_else(|| node.invalid(format!("`{field}: {value}` is no number that it can be"))),
    }
}

fn whole(node: &Node<'_>, field: &str, default: u32, least: u32) -> Result<u32, CompileError> {
    match node.field(field) {
        None => Ok(default),
        Some(value) => value
            .as_u64()
            .and_then(|number| u32::try_from(number).ok())
            .filter(|number| *number >= least)
            .ok_or_else(|| node.invalid(format!("`{field}: {value}` is no number that it can be"))),
    }
}
