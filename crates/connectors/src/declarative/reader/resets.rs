//! Begins to page anew, where a provider does not let pages go on.

use super::super::sink::Batch;
use super::Reader;
use crate::error::{SourceError, SourceErrorKind};

impl Reader {
    /// Records count until paging begins anew.
    pub(super) fn count_paged(&mut self, batch: &Batch) {
        if self.bound.stream.retriever.pagination_reset.is_some() {
            self.place.paged += i64::try_from(batch.records.len()).unwrap_or(0);
        }
    }

    /// The manifest lets no page follow.
    pub(super) fn is_at_limit(&self) -> bool {
        let reset = self.bound.stream.retriever.pagination_reset;
        let limit = reset.and_then(|reset| reset.limit);
        limit.is_some_and(|limit| self.place.paged >= limit)
    }

    /// Behind the latest record, where the manifest says so and there is a cursor; otherwise from
    /// the start of the window once more.
    pub(super) fn reset_paging(&mut self) -> Result<(), SourceError> {
        let reset = self.bound.stream.retriever.pagination_reset;
        let splits = reset.is_some_and(|reset| reset.splits);
        match (&self.bound.cursor, self.window) {
            (Some(cursor), Some(mut window)) if splits => {
                let start = self.place.high.map(|high| cursor.not_ahead(high));
                let start = start.unwrap_or(window.start);
                if cursor.write(&start) == cursor.write(&window.start) {
                    return Err(stuck(
                        "all records of its pages so far changed at the same time",
                    ));
                }
                window.start = start;
                self.open_window(window);
            }
            _ => {
                self.place.resets += 1;
                if self.place.resets > 1 {
                    return Err(stuck("it would not get any further"));
                }
            }
        }
        self.place = self.place.at_window_start();
        self.place.slice += 1;
        self.place.paged = 0;
        self.place.high = None;
        self.token = self.first_token();
        self.is_resumed = false;
        Ok(())
    }
}

fn stuck(why: &str) -> SourceError {
    SourceError::new(
        SourceErrorKind::Refused,
        format!("paging would have to begin anew, as the manifest says, but {why}"),
    )
}
