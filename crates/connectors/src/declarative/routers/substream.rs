//! A partition for each record of the parents, page by page of each.

use std::sync::Arc;

use async_trait::async_trait;
use serde_json::{Map, Value};
use syncline_domain::scope::Scope;
use syncline_domain::state::{ModelState, PaginationState, Position, Progress};

use super::super::plan::plan;
use super::super::reader::Reader;
use super::{
    BoundParent, BoundRouter, Found, Next, ParentState, Parents, Partitions, RouterPlace, Slice,
    wrong,
};
use crate::error::SourceError;
use crate::source::{PageReader, PlanRequest, ReadRequest, SourceRecord, Step};

pub(super) struct Substream {
    bound: Arc<BoundRouter>,
    parents: Arc<Parents>,
    /// Which parent.
    parent: usize,
    reader: Option<Box<Reader>>,
    /// Where the open page begins, and where the one behind it does.
    at: Map<String, Value>,
    after: Map<String, Value>,
    page: Vec<SourceRecord>,
    parent_slice: Map<String, Value>,
    /// The next record of it.
    next: usize,
    /// Whether the open page gave a partition.
    has_given: bool,
    mark: String,
    /// Told by the open page.
    states: Vec<ModelState>,
    /// The record of the first page to go on with.
    resumed: Option<(usize, String)>,
}

impl Substream {
    pub(super) fn new(
        bound: Arc<BoundRouter>,
        parents: Arc<Parents>,
        place: Option<RouterPlace>,
    ) -> Self {
        let (parent, at, resumed) = match place {
            Some(RouterPlace::Substream {
                parent,
                at,
                index,
                mark,
            }) => (parent, at, Some((index, mark))),
            _ => (0, Map::new(), None),
        };
        Self {
            bound,
            parents,
            parent,
            reader: None,
            after: at.clone(),
            at,
            page: Vec::new(),
            parent_slice: Map::new(),
            next: 0,
            has_given: true,
            mark: String::new(),
            states: Vec::new(),
            resumed,
        }
    }

    fn bound_parent(&self) -> Option<&BoundParent> {
        match &*self.bound {
            BoundRouter::Substream(parents) => parents.get(self.parent),
            _ => None,
        }
    }

    /// The next partition of the open page.
    fn take(&mut self) -> Result<Option<Slice>, SourceError> {
        while let Some(record) = self.page.get(self.next) {
            self.next += 1;
            let slice = match self.bound_parent() {
                None => None,
                Some(parent) => parent.slice(record, &self.parent_slice).map_err(wrong)?,
            };
            if let Some(slice) = slice {
                self.mark = slice.mark();
                self.has_given = true;
                return Ok(Some(slice));
            }
        }
        Ok(None)
    }

    fn open_reader(&self, parent: &BoundParent) -> Result<Box<Reader>, SourceError> {
        let scope = Scope::plain();
        let states = self.parents.states.get(parent.name());
        let states = states.filter(|_| parent.is_incremental).cloned();
        let states = states.unwrap_or_default();
        let plan = plan(
            &parent.bound,
            PlanRequest {
                stream: parent.name(),
                scope: &scope,
                states: &states,
                overlap: self.parents.overlap,
                now: self.parents.end,
            },
        )?;
        let position = PaginationState::new(self.after.clone()).unwrap_or_default();
        let reader = Reader::new(
            parent.bound.clone(),
            self.parents.exchange.clone(),
            &ReadRequest {
                stream: parent.name().to_owned(),
                scope,
                range: plan.range,
                states,
                overlap: self.parents.overlap,
                position: Some(Position {
                    pagination_state: position,
                    fingerprint: plan.fingerprint,
                    progress: Progress::default(),
                }),
                now: self.parents.now,
            },
        );
        Ok(Box::new(reader.keeping_its_start()))
    }

    /// All partitions of the open page are behind.
    fn close_page(&mut self, states: Vec<ModelState>, found: &mut Found) {
        let Some(parent) = self.bound_parent().filter(|parent| parent.is_incremental) else {
            return;
        };
        let name = parent.name().to_owned();
        found
            .states
            .extend(states.into_iter().map(|state| ParentState {
                parent: name.clone(),
                state,
            }));
    }

    /// Where the page went on that an earlier attempt left off in. If it is another page now, it
    /// is gone through from its beginning.
    fn resume(&mut self, index: usize, mark: &str) -> Result<(), SourceError> {
        self.next = index;
        if mark.is_empty() || self.take()?.is_none_or(|slice| slice.mark() != mark) {
            self.next = 0;
        } else {
            self.next = index;
        }
        Ok(())
    }

    fn passed(&mut self) -> Next {
        self.at.clone_from(&self.after);
        self.page = Vec::new();
        self.next = 0;
        self.has_given = true;
        self.mark = String::new();
        Next::Passed
    }
}

#[async_trait]
impl Partitions for Substream {
    async fn next(&mut self, found: &mut Found) -> Result<Next, SourceError> {
        loop {
            if let Some(slice) = self.take()? {
                return Ok(Next::Slice(Box::new(slice)));
            }
            let states = std::mem::take(&mut self.states);
            self.close_page(states, found);
            if !self.has_given {
                return Ok(self.passed());
            }
            if self.reader.is_none() {
                let Some(parent) = self.bound_parent() else {
                    return Ok(Next::End);
                };
                self.reader = Some(self.open_reader(parent)?);
            }
            let Some(reader) = &mut self.reader else {
                return Ok(Next::End);
            };
            // The slice is the parent's own while its page is made.
            let step = reader.next().await?;
            found.doubt = found.doubt.take().or_else(|| reader.doubt_so_far());
            match step {
                Step::Page(page) => {
                    self.parent_slice = reader.page_partition();
                    found.cost.requests += page.cost.requests;
                    found.cost.bytes += page.cost.bytes;
                    found.warnings.extend(page.warnings);
                    self.at = std::mem::replace(
                        &mut self.after,
                        page.position.pagination_state.as_object().clone(),
                    );
                    self.page = page.records;
                    self.states = page.states;
                    self.next = 0;
                    self.has_given = false;
                    if let Some((index, mark)) = self.resumed.take() {
                        self.resume(index, &mark)?;
                    }
                }
                Step::End(end) => {
                    found.cost.requests += end.cost.requests;
                    found.cost.bytes += end.cost.bytes;
                    found.warnings.extend(end.warnings);
                    self.close_page(end.states, found);
                    self.parent += 1;
                    self.reader = None;
                    self.at = Map::new();
                    self.after = Map::new();
                    self.resumed = None;
                }
            }
        }
    }

    fn place(&self) -> RouterPlace {
        RouterPlace::Substream {
            parent: self.parent,
            at: self.at.clone(),
            index: self.next.saturating_sub(1),
            mark: self.mark.clone(),
        }
    }
}
