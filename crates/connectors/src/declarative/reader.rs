//! Reads a stream page by page: window after window, request after request, and each answer in
//! pieces. A position is made where a page ends, and reading goes on from any of them.

mod asking;
mod beginning;
mod beside;
mod chunks;
mod job_requests;
mod jobs;
mod moves;
mod pages;
mod partitions;
mod readings;
mod resets;
mod schemas;
mod smaller;

use std::collections::HashSet;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Duration, Utc};
use serde_json::Value;
use syncline_domain::attempt::Warning;
use syncline_domain::state::ModelState;
use tokio::sync::mpsc::Receiver;

use beginning::{is_ahead, totals};
use smaller::Reductions;

use super::answers::Parsed;
use super::bound::{Bound, Half};
use super::cursor::BoundCursor;
use super::jobs::Done;
use super::plan::{is_full_pass, usable_state};
use super::position::Place;
use super::routers::{self, Parents, Partitions, Slice};
use super::sink::Batch;
use super::states::Known;
use super::windows::Window;
use crate::datetime::Moment;
use crate::error::{SourceError, SourceErrorKind};
use crate::http::exchange::{Clock, Exchange, Less};
use crate::http::request::RequestParts;
use crate::source::{Cost, PageReader, ReadRequest, Step};
use crate::template::Context;

pub(super) struct Reader {
    bound: Arc<Bound>,
    exchange: Arc<Exchange>,
    clock: Clock,
    /// When the range ends; the model's state is never carried past it.
    range_end: DateTime<Utc>,
    range_start: Option<Moment>,
    /// The start that a caller asked for, of every partition.
    asked_start: Option<DateTime<Utc>>,
    overlap: Duration,
    is_unbounded: bool,
    /// What is known of partitions.
    known: Known,
    /// Gives partitions; none for a stream that has none.
    router: Option<Box<dyn Partitions>>,
    /// The partition of the open window, and of the last page.
    slice: Option<Slice>,
    is_partition_open: bool,
    /// Of parents, to be told with the next page.
    parent_states: Vec<ModelState>,
    /// Partitions that were there already.
    met: HashSet<u64>,
    /// The only partition that is wanted.
    entity: Option<String>,
    has_met_entity: bool,
    /// A plain sync tells its state whenever a window closes, a full refresh only at the end.
    tells_state: TellsState,
    window: Option<Window>,
    place: Place,
    /// The token of the next request, credentials included.
    token: Option<Value>,
    /// The next request repeats one of an earlier attempt.
    is_resumed: bool,
    /// Pages that were made smaller in a row, and those that could not.
    reductions: Reductions,
    open: Option<Open>,
    /// What the requests of a page ask for by name, once it is known.
    chunks: Option<Arc<Vec<Vec<String>>>>,
    /// The schema of its records, where that is needed and once it is known.
    schema: Option<Arc<Value>>,
    /// The files of the open slice's job, once it is done.
    done: Option<Done>,
    cost: Cost,
    warnings: Vec<Warning>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TellsState {
    Never,
    AtTheEnd,
    WithWindows,
}

/// What came of a request.
enum Asked {
    Open(Box<Open>),
    /// Nothing is to be read.
    Nothing,
    /// Paging begins anew.
    Reset,
    /// Less is asked for, if there is less; the error otherwise.
    Less(Less, SourceError),
}

impl Asked {
    fn open(open: Open) -> Self {
        Self::Open(Box::new(open))
    }
}

/// An answer that is being parsed.
struct Open {
    parsed: Receiver<Parsed>,
    parts: RequestParts,
    context: Context,
    headers: Value,
    /// No page follows, whatever the answer says.
    is_last: bool,
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
        let begins_anew = request.scope.is_full_refresh() || bound.half == Half::First;
        let known = if bound.router.is_none() || begins_anew {
            Known::default()
        } else {
            Known::read(&bound, &request.states)
        };
        let is_counted = bound.cursor.as_ref().is_some_and(BoundCursor::counts);
        let fresh = Place {
            start: mark.filter(|_| is_counted),
            max: mark.filter(|_| request.scope.is_unbounded()),
            full: is_full_pass(&bound, &request.scope, &request.states),
            later: bound.half == Half::Later,
            totals: totals(&bound, &known, request.now),
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
        let parents = Arc::new(Parents {
            exchange: exchange.clone(),
            now: request.now,
            // A caller's range is the child's; whatever the child asks for, its parents may be newer.
            end: match request.scope.end() {
                Some(_) => request.now,
                None => request.range.end(),
            },
            overlap: request.overlap,
            states: known.parents.clone(),
        });
        let router = bound.router.as_ref();
        let mut reader = Self {
            router: router.map(|router| routers::open(router, &parents, place.router.clone())),
            asked_start: request.scope.start(),
            overlap: request.overlap,
            is_unbounded: request.scope.is_unbounded(),
            known,
            slice: None,
            is_partition_open: false,
            parent_states: Vec::new(),
            met: HashSet::new(),
            entity: request.scope.entity_id().map(str::to_owned),
            has_met_entity: false,
            exchange,
            clock: Clock::starting(request.now),
            range_end: match &bound.cursor {
                // Numbers have no end.
                Some(cursor) if cursor.counts() => DateTime::<Utc>::MAX_UTC,
                Some(_) | None => request.range.end(),
            },
            range_start: place.start.or(match &bound.cursor {
                Some(cursor) if cursor.counts() => mark.or(Some(cursor.floor)),
                Some(cursor) => request
                    .range
                    .start()
                    .map(|start| cursor.start_of(start, mark)),
                None => request.range.start().map(|start| start.fixed_offset()),
            }),
            tells_state: match (
                &bound.cursor,
                request.scope.is_unbounded(),
                request.scope.is_full_refresh(),
            ) {
                (None, ..) | (_, false, _) => TellsState::Never,
                // Those of partitions are too many to be told at once; the store keeps them apart.
                (Some(_), true, true) if bound.router.is_none() => TellsState::AtTheEnd,
                (Some(_), true, _) => TellsState::WithWindows,
            },
            window: None,
            token: place.token.clone(),
            place,
            is_resumed,
            reductions: Reductions::default(),
            open: None,
            chunks: None,
            schema: None,
            done: None,
            cost: Cost::default(),
            warnings,
            bound,
        };
        if reader.bound.router.is_none() {
            reader.place.done |= !is_resumed && is_ahead(&reader.bound, request);
            reader.enter_window();
        }
        reader
    }

    async fn step(&mut self) -> Result<Step, SourceError> {
        loop {
            let Some(mut open) = self.open.take() else {
                if self.place.done {
                    return match self.lost_jobs() {
                        Some(error) => Err(error),
                        None => Ok(Step::End(self.end())),
                    };
                }
                if self.bound.router.is_some() && !self.is_partition_open {
                    match self.enter_partition().await? {
                        Some(step) => return Ok(step),
                        None => continue,
                    }
                }
                if self.bound.stream.retriever.jobs.is_some() && self.done.is_none() {
                    match self.work_job().await? {
                        Some(page) => return Ok(Step::Page(page)),
                        None => continue,
                    }
                }
                match self.ask().await {
                    Ok(Asked::Open(open)) => self.open = Some(*open),
                    Ok(Asked::Nothing) => {
                        self.page_came();
                        let states = self.advance(None);
                        return Ok(Step::Page(self.page(Batch::default(), states)));
                    }
                    Ok(Asked::Reset) => {
                        self.reset_paging()?;
                        return Ok(Step::Page(self.page(Batch::default(), Vec::new())));
                    }
                    Ok(Asked::Less(Less::Records, error)) => self.reduce_page(error).await?,
                    Ok(Asked::Less(Less::Time, error)) => {
                        self.split_window(error)?;
                        return Ok(Step::Page(self.page(Batch::default(), Vec::new())));
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
