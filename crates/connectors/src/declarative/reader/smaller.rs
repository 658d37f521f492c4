//! Asks for less, where a provider refuses a request for being too large.

use super::super::position::{Part, Split, written};
use super::super::windows::Window;
use super::Reader;
use crate::datetime::{Moment, parse_iso};
use crate::error::{SourceError, SourceErrorKind};

/// A window is not split more often, as in the reference.
const DEEPEST: i64 = 10;

/// What was tried in a row, without a page that came.
#[derive(Debug, Default)]
pub(super) struct Reductions {
    smaller: u32,
    at_least: u32,
}

impl Reader {
    /// The next request asks for fewer records of the same page.
    pub(super) async fn reduce_page(&mut self, refused: SourceError) -> Result<(), SourceError> {
        let retriever = &self.bound.stream.retriever;
        let (Some(reduction), Some(paginator)) =
            (&retriever.page_size_reduction, &retriever.paginator)
        else {
            return Err(refused);
        };
        let declared = paginator.strategy.page_size(&self.bound.context);
        let declared = declared.map_err(|error| self.exchange.template(&error))?;
        let Some(size) = self.place.size.or(declared) else {
            let message = "pages cannot be made smaller: the manifest's `page_size` gives none";
            return Err(SourceError::new(SourceErrorKind::Configuration, message));
        };
        let said = reduction.failure_message.as_deref();
        let tried = match reduction.reduced(size) {
            Some(smaller) => {
                self.reductions.smaller += 1;
                if self.reductions.smaller > reduction.most_attempts {
                    return Err(no_less(refused, "every size of its pages", said));
                }
                self.place.size = Some(smaller);
                self.reductions.smaller
            }
            None if self.reductions.at_least < reduction.retries_at_least => {
                self.reductions.at_least += 1;
                self.reductions.at_least
            }
            None => return Err(no_less(refused, "its smallest page", said)),
        };
        let pause = reduction.wait.saturating_mul(tried);
        self.exchange.wait_within(pause).await;
        Ok(())
    }

    /// A page came in the size that was asked for.
    pub(super) fn page_came(&mut self) {
        self.reductions = Reductions::default();
        let reduction = &self.bound.stream.retriever.page_size_reduction;
        if reduction
            .as_ref()
            .is_some_and(|reduction| reduction.restores)
        {
            self.place.size = None;
        }
    }

    /// The open window is read in two halves, the first of them now.
    pub(super) fn split_window(&mut self, refused: SourceError) -> Result<(), SourceError> {
        let splitting = &self.bound.stream.retriever.window_splitting;
        let (Some(splitting), Some(window), Some(cursor)) =
            (splitting, self.window, &self.bound.cursor)
        else {
            return Err(refused);
        };
        let said = splitting.failure_message.as_deref();
        let split = self.place.split.clone().unwrap_or_else(|| Split {
            next: window.next.map(written),
            ..Split::default()
        });
        let depth = split.depth + 1;
        // As they were sent: a format may have left out a part of them.
        let (start, end) = (cursor.as_sent(window.start), cursor.as_sent(window.end));
        let is_least = splitting
            .least
            .and_then(|least| least.after(start))
            .is_some_and(|least| end <= least);
        let halves = cursor.cut.halves(start, end).filter(|_| !is_least);
        let Some((first_end, second_start)) = halves.filter(|_| depth <= DEEPEST) else {
            return Err(no_less(refused, "its smallest window", said));
        };
        let mut rest = split.rest;
        rest.push(Part {
            window: [written(second_start), written(end)],
            depth,
        });
        self.place.split = Some(Split {
            rest,
            depth,
            ..split
        });
        self.open_window(Window {
            start,
            end: first_end,
            ..window
        });
        self.place = self.place.at_window_start();
        self.place.slice += 1;
        self.place.paged = 0;
        self.place.size = None;
        self.reductions = Reductions::default();
        self.token = self.first_token();
        self.is_resumed = false;
        Ok(())
    }

    /// What is left of a window that was split.
    pub(super) fn next_part(&mut self) -> Option<Window> {
        let mut split = self.place.split.take()?;
        let part = split.rest.pop()?;
        let [start, end] = part.window;
        let window = split.window(parse_iso(&start)?, &end)?;
        self.place.split = Some(Split {
            depth: part.depth,
            ..split
        });
        self.place.size = None;
        Some(window)
    }
}

impl Split {
    /// A part of the window; behind the last part, what follows the whole window follows.
    pub(super) fn window(&self, start: Moment, end: &str) -> Option<Window> {
        Some(Window {
            start,
            end: parse_iso(end)?,
            next: self.next.as_deref().and_then(parse_iso),
        })
    }
}

fn no_less(refused: SourceError, what: &str, said: Option<&str>) -> SourceError {
    let said = said.map_or(String::new(), |said| format!(". {said}"));
    SourceError {
        message: format!(
            "{}: the provider keeps refusing {what}{said}",
            refused.message
        ),
        ..refused
    }
}
