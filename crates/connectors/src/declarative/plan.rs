//! What a sync of a stream would read.

use chrono::Duration;
use syncline_domain::attempt::Warning;
use syncline_domain::range::{RangeInputs, TimeRange};
use syncline_domain::scope::Scope;
use syncline_domain::state::ModelState;

use super::bound::{Bound, Half};
use super::cursor::BoundCursor;
use super::delegate::is_without_cursor;
use super::states::Known;
use crate::error::{SourceError, SourceErrorKind};
use crate::source::{Plan, PlanRequest};

pub(super) fn plan(bound: &Bound, request: PlanRequest<'_>) -> Result<Plan, SourceError> {
    refuse_scope(bound, request.scope)?;
    let mut warnings = Vec::new();
    let state = usable_state(bound, request.scope, request.states, &mut warnings);
    let dated = bound.cursor.as_ref().filter(|cursor| !cursor.counts());
    let range = match dated {
        None => TimeRange::next(
            request.scope.start(),
            request.scope.end(),
            RangeInputs {
                watermark: None,
                look_back: Duration::zero(),
                overlap: request.overlap,
                floor: None,
                ceiling: None,
                now: request.now,
            },
        ),
        Some(cursor) => {
            let watermark = match &bound.router {
                None => state.and_then(|state| cursor.watermark(&state.state)),
                Some(_) => known(bound, request.scope, request.states).earliest(),
            };
            let range = TimeRange::next(
                request.scope.start(),
                request.scope.end(),
                RangeInputs {
                    watermark: watermark.map(|mark| mark.to_utc()),
                    look_back: watermark
                        .map_or(Duration::zero(), |mark| cursor.look_back_before(mark)),
                    overlap: request.overlap,
                    floor: Some(cursor.floor.to_utc()),
                    ceiling: cursor.ceiling.map(|end| end.to_utc()),
                    now: request.now,
                },
            );
            match request.scope.end() {
                Some(_) => range,
                None => {
                    let last = cursor.cut.last(cursor.end_of(range.end()));
                    TimeRange::frozen(range.start(), last.to_utc())
                }
            }
        }
    };
    Ok(Plan {
        range,
        is_full_pass: is_full_pass(bound, request.scope, request.states),
        fingerprint: bound.fingerprint.clone(),
        warnings,
    })
}

/// Everything passes by: nothing narrows the request, and records can be told apart.
pub(super) fn is_full_pass(bound: &Bound, scope: &Scope, states: &[ModelState]) -> bool {
    let from_the_beginning = match (&bound.cursor, &bound.router) {
        (None, _) => true,
        (Some(_), None) => usable_state(bound, scope, states, &mut Vec::new()).is_none(),
        (Some(_), Some(_)) => known(bound, scope, states).is_nothing(),
    };
    // What changed since is never everything.
    let is_whole = bound.half != Half::Later;
    scope.is_unbounded() && bound.has_primary_key() && from_the_beginning && is_whole
}

/// What is known of a stream with partitions. A full refresh uses nothing of it.
fn known(bound: &Bound, scope: &Scope, states: &[ModelState]) -> Known {
    if scope.is_full_refresh() || bound.half == Half::First {
        Known::default()
    } else {
        Known::read(bound, states)
    }
}

/// The state that the range begins from. A full refresh uses none.
pub(super) fn usable_state<'s>(
    bound: &Bound,
    scope: &Scope,
    states: &'s [ModelState],
    warnings: &mut Vec<Warning>,
) -> Option<&'s ModelState> {
    let cursor = bound.cursor.as_ref().filter(|_| !scope.is_full_refresh())?;
    if bound.router.is_some() {
        let is_other = |state: &ModelState| state.fingerprint != bound.fingerprint;
        if states.iter().any(is_other) {
            warnings.push(not_used(
                "the manifest or the configuration has changed since",
            ));
        }
        return None;
    }
    let state = states.iter().find(|state| state.partition.is_empty())?;
    if is_without_cursor(&state.state) || bound.half == Half::First {
        return None;
    }
    let reason = if state.fingerprint != bound.fingerprint {
        "the manifest or the configuration has changed since"
    } else if cursor.watermark(&state.state).is_none() {
        "it cannot be read"
    } else {
        return Some(state);
    };
    warnings.push(not_used(reason));
    None
}

fn not_used(reason: &str) -> Warning {
    Warning {
        code: "state_not_used".to_owned(),
        message: format!("the model's state is not used, and everything is read again: {reason}"),
    }
}

pub(super) fn refuse_scope(bound: &Bound, scope: &Scope) -> Result<(), SourceError> {
    let name = &bound.stream.name;
    let reason = if scope.entity_id().is_some() && !bound.has_single_partitions() {
        format!("{name} cannot be asked for a single entity: its manifest has no way to do so")
    } else if scope.file_id().is_some() {
        format!("{name} is read from its provider, not from files")
    } else if bound.cursor.as_ref().is_some_and(BoundCursor::counts)
        && (scope.start().is_some() || scope.end().is_some())
    {
        format!("{name} cannot be asked for a time range: its cursor counts, and knows no times")
    } else if bound.cursor.is_none() && (scope.start().is_some() || scope.end().is_some()) {
        format!("{name} cannot be asked for a time range: its manifest has no incremental_sync")
    } else {
        return Ok(());
    };
    Err(SourceError::new(SourceErrorKind::Refused, reason))
}
