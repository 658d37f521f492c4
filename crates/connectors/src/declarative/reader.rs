//! Reads a stream page by page: window after window, request after request, and each answer in
//! pieces. A position is made where a page ends, and reading goes on from any of them.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde_json::Value;
use syncline_domain::attempt::Warning;
use syncline_domain::state::{ModelState, Position};
use tokio::sync::mpsc::Receiver;

use super::answers::{Finished, Parsed, parse};
use super::bound::Bound;
use super::plan::{is_full_pass, usable_state};
use super::position::{Place, written};
use super::requests;
use super::sink::{Batch, Reading, Skip};
use super::windows::Window;
use crate::components::paginators::Answer;
use crate::datetime::{Moment, parse_iso};
use crate::error::{SourceError, SourceErrorKind};
use crate::http::answer::header_values;
use crate::http::exchange::{Clock, Exchange, Outcome};
use crate::http::request::RequestParts;
use crate::source::{Cost, Coverage, End, Page, PageReader, ReadRequest, Step};
use crate::template::Context;

pub(super) struct Reader {
    bound: Arc<Bound>,
    exchange: Arc<Exchange>,
    clock: Clock,
    /// When the range ends; the model's state is never carried past it.
    range_end: DateTime<Utc>,
    range_start: Option<DateTime<Utc>>,
    /// A plain sync tells its state whenever a window closes, a full refresh only at the end.
    tells_state: TellsState,
    window: Option<Window>,
    place: Place,
    /// The token of the next request, credentials included.
    token: Option<Value>,
    /// The next request repeats one of an earlier attempt.
    is_resumed: bool,
    open: Option<Open>,
    cost: Cost,
    warnings: Vec<Warning>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TellsState {
    Never,
    AtTheEnd,
    WithWindows,
}

/// An answer that is being parsed.
struct Open {
    parsed: Receiver<Parsed>,
    parts: RequestParts,
    context: Context,
    headers: Value,
}

impl Reader {
    pub(super) fn new(bound: Arc<Bound>, exchange: Arc<Exchange>, request: &ReadRequest) -> Self {
        let mut warnings = Vec::new();
        // The plan has told already why a state is not used.
        let state = usable_state(&bound, &request.scope, &request.states, &mut Vec::new());
        let mark = bound
            .cursor
            .as_ref()
            .zip(state)
            .and_then(|(cursor, state)| cursor.watermark(&state.state));
        let fresh = Place {
            max: mark.filter(|_| request.scope.is_unbounded()),
            full: is_full_pass(&bound, &request.scope, &request.states),
            ..Place::default()
        };
        let stored = request
            .position
            .as_ref()
            .filter(|position| !position.pagination_state.is_empty());
        let (place, is_resumed) = match stored {
            None => (fresh, false),
            Some(position) => {
                match Place::read(position).filter(|_| position.fingerprint == bound.fingerprint) {
                    Some(place) => (place, true),
                    None => {
                        warnings.push(Warning {
                        code: "position_not_used".to_owned(),
                        message: "the range is read from its beginning: the manifest or the configuration has changed since".to_owned(),
                    });
                        // What passed by before cannot be counted on.
                        (
                            Place {
                                full: false,
                                ..fresh
                            },
                            false,
                        )
                    }
                }
            }
        };
        let mut reader = Self {
            exchange,
            clock: Clock::starting(request.now),
            range_end: request.range.end(),
            range_start: request.range.start(),
            tells_state: match (
                &bound.cursor,
                request.scope.is_unbounded(),
                request.scope.is_full_refresh(),
            ) {
                (None, ..) | (_, false, _) => TellsState::Never,
                (Some(_), true, true) => TellsState::AtTheEnd,
                (Some(_), true, false) => TellsState::WithWindows,
            },
            window: None,
            token: place.token.clone(),
            place,
            is_resumed,
            open: None,
            cost: Cost::default(),
            warnings,
            bound,
        };
        reader.enter_window();
        reader
    }

    /// Opens the window that the place names, or the first one.
    fn enter_window(&mut self) {
        if self.place.done {
            return;
        }
        let stored = self
            .place
            .window
            .as_ref()
            .and_then(|[start, _]| parse_iso(start));
        if let Some(cursor) = &self.bound.cursor {
            let start = stored.or_else(|| self.range_start.map(|start| start.fixed_offset()));
            let start = start.unwrap_or_else(|| cursor.floor.fixed_offset());
            match cursor.cut.window(start, self.range_end) {
                Some(window) => self.open_window(window),
                None => self.place.done = true,
            }
        }
        if self.place.request == 0 && self.token.is_none() {
            self.token = self.first_token();
        }
        let counts = self
            .bound
            .stream
            .retriever
            .paginator
            .as_ref()
            .is_some_and(|paginator| paginator.counts());
        if self.is_resumed && self.place.offset > 0 {
            self.doubt("an answer was asked for again after an interruption");
        } else if self.is_resumed && counts && self.place.request > 0 {
            self.doubt("paging by number went on after an interruption");
        }
    }

    fn open_window(&mut self, window: Window) {
        self.place.window = Some([written(window.start.to_utc()), written(window.end.to_utc())]);
        self.window = Some(window);
    }

    fn first_token(&self) -> Option<Value> {
        self.bound
            .stream
            .retriever
            .paginator
            .as_ref()
            .and_then(|paginator| paginator.strategy.first_token())
    }

    /// Sends the next request and begins to parse its answer. `None` when the answer is ignored.
    async fn ask(&mut self) -> Result<Option<Open>, SourceError> {
        let context = requests::context(&self.bound, self.window.as_ref(), self.token.as_ref());
        let parts = requests::build(
            &self.bound,
            self.window.as_ref(),
            self.token.as_ref(),
            &context,
        )
        .map_err(|error| self.exchange.template(&error))?;
        let handlers = &self.bound.stream.retriever.requester.error_handlers;
        let outcome = self
            .exchange
            .run(&parts, handlers, &context, self.clock, &mut self.cost)
            .await?;
        let answer = match outcome {
            Outcome::Answer(answer) => answer,
            Outcome::Ignored { what } => {
                self.warn(
                    "answer_ignored",
                    format!("{what}: ignored, as the manifest says"),
                );
                self.doubt("an answer was ignored, as the manifest says");
                return Ok(None);
            }
        };
        let headers = match self.reads_headers() {
            true => header_values(&answer.headers),
            false => Value::Null,
        };
        if answer.status == reqwest::StatusCode::NO_CONTENT {
            return Ok(None);
        }
        let is_client_side = self
            .bound
            .cursor
            .as_ref()
            .is_some_and(|cursor| cursor.component.is_client_side);
        let reading = Reading {
            bound: self.bound.clone(),
            context: context.clone(),
            skip: (self.place.offset > 0).then(|| Skip {
                records: self.place.offset,
                last: self.place.last.clone(),
            }),
            oldest: self.range_start.filter(|_| is_client_side),
            range_end: self.range_end,
        };
        Ok(Some(Open {
            parsed: parse(answer.body, reading),
            parts,
            context,
            headers,
        }))
    }

    fn reads_headers(&self) -> bool {
        let paginator = self.bound.stream.retriever.paginator.as_ref();
        paginator.is_some_and(|paginator| {
            paginator
                .strategy
                .templates()
                .any(|template| template.reads("headers").next().is_some())
        })
    }

    /// A page in the middle of an answer.
    fn cut(&mut self, batch: Batch) -> Page {
        self.place.offset = batch.taken;
        self.place.last.clone_from(&batch.last);
        self.page(batch, Vec::new())
    }

    /// The last page of an answer: the stop rule says what comes next.
    fn close(&mut self, open: &Open, finished: Finished) -> Result<Page, SourceError> {
        let Finished {
            batch,
            is_absent,
            response,
            last_record,
            has_restarted,
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
        let next = match &self.bound.stream.retriever.paginator {
            None => None,
            Some(paginator) => {
                let extracted = u64::try_from(batch.taken).unwrap_or(0);
                let context = open
                    .context
                    .clone()
                    .with("response", &response)
                    .with("headers", &open.headers)
                    .with("last_record", &last_record)
                    .with("last_page_size", &extracted.into())
                    .with(
                        "last_page_token_value",
                        self.token.as_ref().unwrap_or(&Value::Null),
                    );
                let answer = Answer {
                    extracted,
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
        self.place.max = self.place.max.max(batch.max);
        let states = self.advance(next);
        Ok(self.page(Batch { max: None, ..batch }, states))
    }

    /// Moves on to the next request, the next window, or the end; the states of a closed window.
    fn advance(&mut self, next: Option<Value>) -> Vec<ModelState> {
        self.place.offset = 0;
        self.place.last = None;
        self.is_resumed = false;
        if let Some(token) = next {
            self.place.request += 1;
            self.token = Some(token);
            return Vec::new();
        }
        self.place.slice += 1;
        self.place.request = 0;
        self.place.window = None;
        let following = self.window.take().and_then(|window| window.next);
        let cut = self.bound.cursor.as_ref().map(|cursor| cursor.cut);
        match cut
            .zip(following)
            .and_then(|(cut, start): (_, Moment)| cut.window(start, self.range_end))
        {
            Some(window) => self.open_window(window),
            None => self.place.done = true,
        }
        self.token = self.first_token();
        if self.tells_state == TellsState::WithWindows {
            self.states()
        } else {
            Vec::new()
        }
    }

    fn states(&self) -> Vec<ModelState> {
        let Some(cursor) = &self.bound.cursor else {
            return Vec::new();
        };
        // Nothing seen, and nothing known before: the beginning, as the reference has it.
        let mark = self.place.max.or(self.range_start).unwrap_or(cursor.floor);
        vec![ModelState {
            partition: String::new(),
            fingerprint: self.bound.fingerprint.clone(),
            state: cursor.state(mark),
        }]
    }

    fn page(&mut self, batch: Batch, states: Vec<ModelState>) -> Page {
        self.place.max = self.place.max.max(batch.max);
        for warning in batch.warnings {
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

    fn position(&self) -> Position {
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
        let place = if token.is_some_and(|token| redactor.is_in(&token)) {
            place.at_window_start()
        } else {
            place
        };
        place.store(&self.bound.fingerprint)
    }

    fn end(&mut self) -> End {
        let states = if self.tells_state == TellsState::Never {
            Vec::new()
        } else {
            self.states()
        };
        End {
            states,
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

    fn doubt(&mut self, reason: &str) {
        self.place.doubt.get_or_insert_with(|| reason.to_owned());
    }

    fn warn(&mut self, code: &str, message: String) {
        if !self.warnings.iter().any(|warning| warning.code == code) {
            let message = self.exchange.redactor().clean(&message);
            self.warnings.push(Warning {
                code: code.to_owned(),
                message,
            });
        }
    }

    /// An error of an answer, with what was asked.
    fn named(&self, open: &Open, error: SourceError) -> SourceError {
        let message = format!("{}: {}", self.exchange.asked(&open.parts), error.message);
        SourceError {
            message: self.exchange.redactor().clean(&message),
            ..error
        }
    }

    /// A token of an earlier attempt that the provider no longer takes: the window starts again.
    fn is_rejected(&self, error: &SourceError) -> bool {
        self.is_resumed
            && (self.place.request > 0 || self.place.offset > 0)
            && error.kind == SourceErrorKind::Refused
            && matches!(error.status_code, Some(400 | 404 | 409 | 410 | 422))
    }

    fn start_window_again(&mut self) {
        self.warn("position_rejected", "the provider did not take the page token of the earlier attempt; the open window was read from its beginning".to_owned());
        self.place = self.place.at_window_start();
        self.token = self.first_token();
        self.is_resumed = false;
    }

    async fn step(&mut self) -> Result<Step, SourceError> {
        loop {
            let Some(mut open) = self.open.take() else {
                if self.place.done {
                    return Ok(Step::End(self.end()));
                }
                match self.ask().await {
                    Ok(Some(open)) => self.open = Some(open),
                    Ok(None) => {
                        let states = self.advance(None);
                        return Ok(Step::Page(self.page(Batch::default(), states)));
                    }
                    Err(error) if self.is_rejected(&error) => self.start_window_again(),
                    Err(error) => return Err(error),
                }
                continue;
            };
            return match open.parsed.recv().await {
                Some(Parsed::Batch(batch)) => {
                    self.open = Some(open);
                    Ok(Step::Page(self.cut(batch)))
                }
                Some(Parsed::Finished(finished)) => self.close(&open, *finished).map(Step::Page),
                Some(Parsed::Failed(error)) => Err(self.named(&open, error)),
                None => Err(self.named(
                    &open,
                    SourceError::new(
                        SourceErrorKind::Transient { not_before: None },
                        "the reading of the answer was broken off",
                    ),
                )),
            };
        }
    }
}

#[async_trait]
impl PageReader for Reader {
    async fn next(&mut self) -> Result<Step, SourceError> {
        self.step().await.map_err(|error| SourceError {
            cost: std::mem::take(&mut self.cost),
            ..error
        })
    }
}
