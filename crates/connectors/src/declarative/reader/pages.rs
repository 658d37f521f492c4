//! Makes pages and the end of what was read.

use serde_json::Value;
use syncline_domain::attempt::Warning;
use syncline_domain::state::{ModelState, Position};

use super::super::answers::Finished;
use super::super::bound::Half;
use super::super::decode::LINE_UNREADABLE;
use super::super::delegate::NO_CURSOR;
use super::super::position::Place;
use super::super::sink::Batch;
use super::{Open, Reader, TellsState};
use crate::components::paginators::Answer;
use crate::error::{SourceError, SourceErrorKind};
use crate::source::{Coverage, End, Page};

impl Reader {
    /// A page in the middle of an answer.
    pub(super) fn cut(&mut self, batch: Batch) -> Page {
        self.place.offset = batch.taken;
        self.count_paged(&batch);
        self.place.last.clone_from(&batch.last);
        self.page(batch, Vec::new())
    }

    /// The last page of an answer: the stop rule says what comes next.
    pub(super) fn close(&mut self, open: &Open, finished: Finished) -> Result<Page, SourceError> {
        let Finished {
            batch,
            is_absent,
            response,
            last_record,
            is_past,
            has_restarted,
            extracted,
        } = finished;
        if is_absent {
            let path = self.bound.record_path.join(".");
            let asked = self.exchange.asked(&open.parts);
            self.warn(
                "record_path_absent",
                format!("{asked}: the answer has nothing at `{path}`; it counts as no records"),
            );
        }
        if has_restarted {
            self.warn("answer_changed", "an answer that was partly read before an interruption has changed; it was read from its beginning".to_owned());
        }
        self.count_paged(&batch);
        let paginator = match self.is_at_limit() || open.is_last {
            true => None,
            false => self.bound.stream.retriever.paginator.as_ref(),
        };
        let next = match paginator {
            None => None,
            // A feed goes on only as long as there may be something new.
            Some(_) if is_past && self.is_data_feed() => None,
            Some(paginator) => {
                let count = |records: i64| u64::try_from(records).unwrap_or(0);
                let declared = paginator.strategy.page_size(&open.context);
                let declared = declared.map_err(|error| self.exchange.template(&error))?;
                let size = self.place.size.or(declared);
                let context = open
                    .context
                    .clone()
                    .with("page_size", &size.into())
                    .with("response", &response)
                    .with("headers", &open.headers)
                    .with("last_record", &last_record)
                    .with("last_page_size", &count(batch.taken).into())
                    .with(
                        "last_page_token_value",
                        self.token.as_ref().unwrap_or(&Value::Null),
                    );
                let answer = Answer {
                    extracted: count(extracted),
                    page_size: size,
                    last_token: self.token.as_ref(),
                    context: &context,
                };
                let next = paginator
                    .strategy
                    .next_token(&answer)
                    .map_err(|error| self.exchange.template(&error))?;
                // Without a place for it, the token would ask the same again, for ever.
                next.filter(|_| {
                    paginator.page_token_option.is_some() || self.bound.stream.needs.request_token
                })
            }
        };
        if next.is_some() && next == self.token {
            return Err(self.named(
                open,
                SourceError::new(
                    SourceErrorKind::Refused,
                    "the answer leads to itself: its next page is the page that was asked for",
                ),
            ));
        }
        self.take_max(batch.max);
        self.page_came();
        let states = if self.is_at_limit() {
            self.reset_paging()
                .map_err(|error| self.named(open, error))?;
            Vec::new()
        } else {
            self.advance(next)
        };
        Ok(self.page(Batch { max: None, ..batch }, states))
    }

    pub(super) fn page(&mut self, batch: Batch, states: Vec<ModelState>) -> Page {
        self.take_max(batch.max);
        if batch.has_later {
            self.doubt("records changed while they were read, and are left to the next sync");
        }
        for warning in batch.warnings {
            if warning.code == LINE_UNREADABLE {
                self.doubt("lines of an answer could not be read");
            }
            self.warn(&warning.code, warning.message);
        }
        Page {
            records: batch.records,
            position: self.position(),
            states,
            cost: std::mem::take(&mut self.cost),
            warnings: std::mem::take(&mut self.warnings),
        }
    }

    pub(super) fn position(&self) -> Position {
        let redactor = self.exchange.redactor();
        let token = self
            .token
            .as_ref()
            .map(|token| redactor.strip_token(token, self.bound.credential.as_deref()));
        let place = Place {
            token: token.clone(),
            ..self.place.clone()
        };
        // A token that still holds a secret is not stored: the window would start again.
        let place = if !self.is_job_storable() {
            Place {
                job: None,
                ..place.at_window_start()
            }
        } else if token.is_some_and(|token| redactor.is_in(&token)) {
            place.at_window_start()
        } else {
            place
        };
        place.store(&self.bound.fingerprint)
    }

    pub(super) fn end(&mut self) -> End {
        let states = match (self.tells_state, &self.bound.router) {
            (TellsState::Never, _) => self.state_without_cursor(),
            (_, Some(_)) => self.final_states(),
            (_, None) => self.states(),
        };
        End {
            states,
            drops_partitions: self.place.totals.is_global,
            coverage: match (&self.place.doubt, self.place.full) {
                (_, false) => Coverage::Partial,
                (None, true) => Coverage::Full,
                (Some(reason), true) => Coverage::Doubtful {
                    reason: reason.clone(),
                },
            },
            cost: std::mem::take(&mut self.cost),
            warnings: std::mem::take(&mut self.warnings),
        }
    }

    /// The half of a stream that has no cursor says that it was read.
    fn state_without_cursor(&self) -> Vec<ModelState> {
        let is_first = self.bound.half == Half::First && self.bound.cursor.is_none();
        if !is_first || !self.is_unbounded {
            return Vec::new();
        }
        vec![ModelState {
            partition: String::new(),
            fingerprint: self.bound.fingerprint.clone(),
            state: [(NO_CURSOR.to_owned(), true.into())].into_iter().collect(),
        }]
    }

    fn is_data_feed(&self) -> bool {
        let cursor = self.bound.cursor.as_ref();
        cursor.is_some_and(|cursor| cursor.is_data_feed)
    }

    pub(super) fn doubt(&mut self, reason: &str) {
        self.place.doubt.get_or_insert_with(|| reason.to_owned());
    }

    pub(super) fn warn(&mut self, code: &str, message: String) {
        if !self.warnings.iter().any(|warning| warning.code == code) {
            self.warnings.push(Warning {
                code: code.to_owned(),
                message,
            });
        }
    }

    /// An error of an answer, with what was asked.
    pub(super) fn named(&self, open: &Open, error: SourceError) -> SourceError {
        SourceError {
            message: format!("{}: {}", self.exchange.asked(&open.parts), error.message),
            ..error
        }
    }
}
