//! Moves from partition to partition.

use serde_json::{Map, Value, json};
use syncline_domain::state::ModelState;

use super::super::requests;
use super::super::routers::{Found, Next, Slice, hash_text};
use super::super::sink::Batch;
use super::super::states::parent_row;
use super::Reader;
use crate::datetime::Moment;
use crate::error::{SourceError, SourceErrorKind};
use crate::source::Step;
use crate::template::python;
use crate::text::sha256_hex;

/// Past so many partitions with a state, one state stands for all of them.
const MOST_STATES: i64 = 10_000;

/// A longer key is not put into positions whole.
const LONGEST_KEY: usize = 4096;

/// So many partitions are remembered, to leave out those that a parent names twice.
const REMEMBERED: usize = 10_000;

impl Reader {
    /// Opens the next partition. A page, where a parent's page brought none.
    pub(super) async fn enter_partition(&mut self) -> Result<Option<Step>, SourceError> {
        loop {
            let Some(router) = &mut self.router else {
                self.place.done = true;
                return Ok(None);
            };
            let mut found = Found::default();
            let next = router.next(&mut found).await;
            let place = router.place();
            self.take_in(found);
            match next? {
                Next::End => {
                    if self.is_entity_missing() {
                        return Err(self.no_entity());
                    }
                    self.place.done = true;
                    return Ok(None);
                }
                Next::Passed => {
                    self.place.router = Some(place);
                    self.place.partition = None;
                    let states = std::mem::take(&mut self.parent_states);
                    return Ok(Some(Step::Page(self.page(Batch::default(), states))));
                }
                Next::Slice(slice) => {
                    let key = slice.key();
                    if !self.is_wanted(&slice) || self.is_known_twice(&key) {
                        continue;
                    }
                    let known = self.shown(&key);
                    let is_same = self.is_resumed && self.place.partition.as_ref() == Some(&known);
                    if is_same && self.place.passed {
                        self.is_resumed = false;
                        continue;
                    }
                    if !is_same {
                        self.is_resumed = false;
                        self.place = self.place.at_partition(place, known);
                        self.token = None;
                    }
                    self.open_partition(*slice, &key, is_same);
                    if self.is_partition_open {
                        return Ok(None);
                    }
                }
            }
        }
    }

    fn open_partition(&mut self, slice: Slice, key: &str, is_same: bool) {
        self.slice = Some(slice);
        self.is_partition_open = true;
        if !is_same {
            let mark = self.mark_of(key);
            self.range_start = self
                .asked_start
                .map(|start| start.fixed_offset())
                .or_else(|| self.start_behind(mark?));
            self.place.start = self.range_start;
            self.place.max = mark.filter(|_| self.is_unbounded);
            self.count(key);
        } else {
            self.range_start = self.place.start;
        }
        self.enter_window();
    }

    /// How far a partition is: by its own state, or by the one of all.
    fn mark_of(&self, key: &str) -> Option<Moment> {
        let own = self.known.mark_of(key);
        own.or_else(|| self.known.global?.checked_sub_signed(self.known.look_back))
    }

    fn start_behind(&self, mark: Moment) -> Option<Moment> {
        let cursor = self.bound.cursor.as_ref()?;
        let reread = cursor.look_back_before(mark).max(self.overlap);
        let start = mark.checked_sub_signed(reread).unwrap_or(cursor.floor);
        let start = start.max(cursor.floor);
        Some(cursor.start_of(start.to_utc(), Some(mark)))
    }

    fn count(&mut self, key: &str) {
        if self.bound.cursor.is_none() || self.known.partitions.contains_key(key) {
            return;
        }
        if self.place.totals.partitions > MOST_STATES {
            self.place.totals.is_global = true;
        }
        self.place.totals.partitions += 1;
    }

    /// The open partition is behind.
    pub(super) fn close_partition(&mut self) {
        self.is_partition_open = false;
        self.place.passed = true;
        let nothing_new = self.range_start.filter(|_| !self.place.totals.is_global);
        let mark = self.place.max.or(nothing_new);
        self.place.totals.max = self.place.totals.max.max(mark);
    }

    /// A cursor value was seen.
    pub(super) fn take_max(&mut self, max: Option<Moment>) {
        self.place.max = self.place.max.max(max);
        if self.bound.stream.retriever.pagination_reset.is_some() {
            self.place.high = self.place.high.max(max);
        }
        if max.is_some() && self.bound.router.is_some() {
            self.place.totals.has_data = true;
            self.place.totals.max = self.place.totals.max.max(max);
        }
    }

    fn take_in(&mut self, found: Found) {
        self.cost.requests += found.cost.requests;
        self.cost.bytes += found.cost.bytes;
        for warning in found.warnings {
            self.warn(&warning.code, warning.message);
        }
        if let Some(doubt) = found.doubt {
            self.doubt(&doubt);
        }
        if self.bound.cursor.is_some() {
            let fingerprint = &self.bound.fingerprint;
            let rows = found.states.into_iter();
            self.parent_states
                .extend(rows.map(|told| parent_row(told, fingerprint)));
        }
    }

    /// The state of the open partition.
    pub(super) fn partition_states(&mut self, mark: Moment) -> Vec<ModelState> {
        let mut states = std::mem::take(&mut self.parent_states);
        let (Some(cursor), Some(slice)) = (&self.bound.cursor, &self.slice) else {
            return states;
        };
        if self.place.totals.is_global {
            return states;
        }
        if self
            .exchange
            .redactor()
            .is_in(&Value::Object(slice.partition.clone()))
        {
            self.warn("partition_state_not_kept", "a partition holds a secret of the configuration, so its state is not kept: it is read from its beginning each time".to_owned());
            return states;
        }
        states.push(ModelState {
            partition: slice.key(),
            fingerprint: self.bound.fingerprint.clone(),
            state: cursor.state(mark),
        });
        states
    }

    /// What is left to be told at the end: the state of all, and the last ones of parents.
    pub(super) fn final_states(&mut self) -> Vec<ModelState> {
        let mut states = std::mem::take(&mut self.parent_states);
        let (Some(cursor), Some(router)) = (&self.bound.cursor, &self.bound.router) else {
            return states;
        };
        let totals = &self.place.totals;
        let mut rest = Map::new();
        rest.insert("use_global_cursor".to_owned(), totals.is_global.into());
        let (global, look_back) = if totals.has_data && !totals.is_held {
            (totals.max.max(self.known.global), self.seconds_taken())
        } else {
            (self.known.global, self.known.look_back.num_seconds())
        };
        if let Some(global) = global {
            rest.insert("state".to_owned(), Value::Object(cursor.state(global)));
        }
        rest.insert("lookback_window".to_owned(), look_back.into());
        if router.has_parents() {
            rest.insert("parent_state".to_owned(), json!({}));
        }
        states.push(ModelState {
            partition: String::new(),
            fingerprint: self.bound.fingerprint.clone(),
            state: rest,
        });
        states
    }

    /// Since the sync began, begun seconds as whole ones.
    fn seconds_taken(&self) -> i64 {
        let began = self.place.totals.began.unwrap_or(self.clock.now);
        let taken = (self.clock.now() - began).num_milliseconds();
        (taken.max(1) + 999) / 1000
    }

    /// A key as positions hold it: without secrets, and not too long.
    fn shown(&self, key: &str) -> String {
        let is_secret = self.exchange.redactor().is_in(&Value::from(key));
        if key.len() > LONGEST_KEY || is_secret {
            sha256_hex(key)
        } else {
            key.to_owned()
        }
    }

    /// Only where a state is kept: a second pass over a partition would begin behind the first.
    fn is_known_twice(&mut self, key: &str) -> bool {
        if self.bound.cursor.is_none() {
            return false;
        }
        if self.met.len() >= REMEMBERED {
            self.met.clear();
        }
        !self.met.insert(hash_text(key))
    }

    fn is_wanted(&mut self, slice: &Slice) -> bool {
        let Some(entity) = &self.entity else {
            return true;
        };
        let mut values = slice
            .partition
            .iter()
            .filter(|(name, _)| *name != "parent_slice");
        let is_it = values.any(|(_, value)| python::str(value) == *entity);
        self.has_met_entity |= is_it;
        is_it
    }

    fn is_entity_missing(&self) -> bool {
        self.entity.is_some() && !self.has_met_entity && !self.is_resumed
    }

    fn no_entity(&self) -> SourceError {
        let entity = self.entity.as_deref().unwrap_or_default();
        let name = &self.bound.stream.name;
        SourceError::new(
            SourceErrorKind::Refused,
            format!("{name} has no partition `{entity}`: entity_id must be one of its partitions"),
        )
    }

    /// The partition that the records of the last page belong to.
    pub(in crate::declarative) fn page_partition(&self) -> Map<String, Value> {
        self.slice
            .as_ref()
            .map(|slice| slice.partition.clone())
            .unwrap_or_default()
    }

    /// What templates read of the partition that the last page is of.
    pub(in crate::declarative) fn page_slice(&self) -> Value {
        requests::slice(&self.bound, self.slice.as_ref(), None)
    }

    /// Why what its stream leaves out may not be gone.
    pub(in crate::declarative) fn doubt_so_far(&self) -> Option<String> {
        self.place.doubt.clone()
    }

    /// For a parent, whose range nobody else keeps.
    pub(in crate::declarative) fn keeping_its_start(mut self) -> Self {
        self.place.start = self.range_start;
        self
    }
}
