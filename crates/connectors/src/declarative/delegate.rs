//! Which half of a stream is read that is read by another one once it has a state.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use syncline_domain::scope::Scope;
use syncline_domain::state::{ModelState, Position};

use super::bound::Bound;
use super::position::Place;
use super::states::Known;
use crate::components::stream::Delegate;
use crate::datetime::{IsoDuration, Moment};
use crate::template::TemplateError;

/// What a half without a cursor leaves behind: the other one goes on from there.
pub(super) const NO_CURSOR: &str = "__ab_no_cursor_state_message";

/// How a sync begins, or goes on.
#[derive(Clone, Copy)]
pub(super) struct Begun<'a> {
    pub(super) scope: &'a Scope,
    pub(super) states: &'a [ModelState],
    pub(super) position: Option<&'a Position>,
}

impl Begun<'_> {
    /// Whether the stream is read by its incremental half. A sync stays with the half that it
    /// began with.
    pub(super) fn is_later(
        self,
        later: &Bound,
        delegate: &Delegate,
        now: DateTime<Utc>,
    ) -> Result<bool, TemplateError> {
        let begun = self
            .position
            .filter(|position| position.fingerprint == later.fingerprint)
            .filter(|position| !position.pagination_state.is_empty())
            .and_then(Place::read);
        if let Some(place) = begun {
            return Ok(place.later);
        }
        if self.scope.is_full_refresh() {
            return Ok(false);
        }
        let mut own = self
            .states
            .iter()
            .filter(|state| state.fingerprint == later.fingerprint);
        let Some(any) = own.next() else {
            return Ok(false);
        };
        let Some(retention) = &delegate.retention else {
            return Ok(true);
        };
        let text = retention.string(&later.context)?;
        let Some(oldest) =
            IsoDuration::parse(&text).and_then(|retention| retention.before(now.fixed_offset()))
        else {
            return Err(TemplateError {
                template: retention.source().to_owned(),
                problem: "gives no ISO 8601 duration".to_owned(),
                is_undefined: false,
            });
        };
        let mark = match is_without_cursor(&any.state) {
            true => Some(now.fixed_offset()),
            false => mark(later, self.states),
        };
        Ok(mark.is_some_and(|mark| mark >= oldest))
    }
}

/// Left behind by a half without a cursor.
pub(super) fn is_without_cursor(state: &Map<String, Value>) -> bool {
    state.get(NO_CURSOR) == Some(&Value::Bool(true))
}

fn mark(bound: &Bound, states: &[ModelState]) -> Option<Moment> {
    if bound.router.is_some() {
        let known = Known::read(bound, states);
        return known.global.or_else(|| known.earliest());
    }
    let cursor = bound.cursor.as_ref()?;
    let mut own = states.iter().filter(|state| state.partition.is_empty());
    cursor.watermark(&own.next()?.state)
}
