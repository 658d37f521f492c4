//! Reads a stream page by page: window after window, request after request, and each answer in
//! pieces. A position is made where a page ends, and reading goes on from any of them.

mod moves;
mod pages;

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde_json::Value;
use syncline_domain::attempt::Warning;
use tokio::sync::mpsc::Receiver;

use super::answers::{Parsed, parse};
use super::bound::Bound;
use super::plan::{is_full_pass, usable_state};
use super::position::Place;
use super::requests;
use super::sink::{Batch, Reading, Skip};
use super::windows::Window;
use crate::error::{SourceError, SourceErrorKind};
use crate::http::answer::header_values;
use crate::http::exchange::{Clock, Exchange, Outcome};
use crate::http::request::RequestParts;
use crate::source::{Cost, PageReader, ReadRequest, Step};
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
        let handler = &self.bound.stream.retriever.requester.error_handler;
        let outcome = self
            .exchange
            .run(&parts, handler, &context, self.clock, &mut self.cost)
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
            most_bytes: self.exchange.max_answer_bytes(),
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
