//! Moves from request to request, and from window to window.

use serde_json::Value;
use syncline_domain::state::ModelState;

use super::super::position::written;
use super::super::windows::Window;
use super::{Reader, TellsState};
use crate::datetime::{Moment, parse_iso};
use crate::error::{SourceError, SourceErrorKind};

impl Reader {
    /// Opens the window that the place names, or the first one.
    pub(super) fn enter_window(&mut self) {
        if self.place.done {
            return;
        }
        let stored = self
            .place
            .window
            .as_ref()
            .and_then(|[start, _]| parse_iso(start));
        if let Some(cursor) = &self.bound.cursor {
            let start = stored.or(self.range_start).unwrap_or(cursor.floor);
            let part = self.place.split.as_ref().zip(self.place.window.as_ref());
            let window = match part.and_then(|(split, [_, end])| split.window(start, end)) {
                Some(part) => Some(part),
                None => cursor.cut.window(start, cursor.end_of(self.range_end)),
            };
            match window {
                Some(window) => self.open_window(window),
                None => {
                    self.close_slice();
                    return;
                }
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

    pub(super) fn open_window(&mut self, window: Window) {
        self.place.window = Some([written(window.start), written(window.end)]);
        self.window = Some(window);
    }

    pub(super) fn first_token(&self) -> Option<Value> {
        self.bound
            .stream
            .retriever
            .paginator
            .as_ref()
            .and_then(|paginator| paginator.strategy.first_token())
    }

    /// Moves on to the next request, the next window, or the end; the states of a closed window.
    pub(super) fn advance(&mut self, next: Option<Value>) -> Vec<ModelState> {
        self.place.offset = 0;
        self.place.last = None;
        self.is_resumed = false;
        if let Some(token) = next {
            self.place.request += 1;
            self.token = Some(token);
            return Vec::new();
        }
        if self.stays_with_job() {
            return Vec::new();
        }
        self.place.slice += 1;
        self.place.request = 0;
        self.place.size = None;
        (self.place.paged, self.place.resets, self.place.high) = (0, 0, None);
        if let Some(part) = self.next_part() {
            self.open_window(part);
            self.token = self.first_token();
            return Vec::new();
        }
        self.place.window = None;
        let following = self.window.take().and_then(|window| window.next);
        let cursor = self.bound.cursor.as_ref();
        let following = cursor
            .zip(following)
            .and_then(|(cursor, start)| cursor.cut.window(start, cursor.end_of(self.range_end)));
        match following {
            Some(window) => self.open_window(window),
            None => self.close_slice(),
        }
        self.token = self.first_token();
        if self.tells_state == TellsState::WithWindows {
            self.states()
        } else {
            Vec::new()
        }
    }

    /// The last window of the stream, or of its open partition, is behind.
    fn close_slice(&mut self) {
        if self.bound.router.is_some() {
            self.close_partition();
        } else {
            self.place.done = true;
        }
    }

    pub(super) fn states(&mut self) -> Vec<ModelState> {
        let Some(cursor) = &self.bound.cursor else {
            return Vec::new();
        };
        let mark = self.place.held.or(self.mark()).unwrap_or(cursor.floor);
        if self.bound.router.is_some() {
            return self.partition_states(mark);
        }
        vec![ModelState {
            partition: String::new(),
            fingerprint: self.bound.fingerprint.clone(),
            state: cursor.state(mark),
        }]
    }

    /// How far the stream, or its open partition, is read. Nothing seen, and nothing known before:
    /// the beginning, as the reference has it.
    pub(super) fn mark(&self) -> Option<Moment> {
        let floor = self.bound.cursor.as_ref().map(|cursor| cursor.floor);
        self.place.max.or(self.range_start).or(floor)
    }

    /// A token of an earlier attempt that the provider no longer takes: the window starts again.
    pub(super) fn is_rejected(&self, error: &SourceError) -> bool {
        self.is_resumed
            && (self.place.request > 0 || self.place.offset > 0)
            && error.kind == SourceErrorKind::Refused
            && matches!(error.status_code, Some(400 | 404 | 409 | 410 | 422))
    }

    pub(super) fn start_window_again(&mut self) {
        self.warn("position_rejected", "the provider did not take the page token of the earlier attempt; the open window was read from its beginning".to_owned());
        self.start_slice_again();
    }
}
