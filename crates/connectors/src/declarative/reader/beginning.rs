//! What stands when a read begins, before anything is asked.

use chrono::{DateTime, Utc};

use super::super::bound::Bound;
use super::super::position::Totals;
use super::super::states::Known;
use crate::source::ReadRequest;

/// Whether the range begins after everything that can be asked for: its end was put off to its
/// start, and nothing lies between.
pub(super) fn is_ahead(bound: &Bound, request: &ReadRequest) -> bool {
    let Some(cursor) = bound.cursor.as_ref().filter(|cursor| !cursor.counts()) else {
        return false;
    };
    let ceiling = cursor.ceiling.map_or(request.now, |end| end.to_utc());
    let last = request.scope.end().unwrap_or(ceiling.min(request.now));
    request.range.start().is_some_and(|start| start > last)
}

/// Where the count of partitions stands.
pub(super) fn totals(bound: &Bound, known: &Known, now: DateTime<Utc>) -> Totals {
    let Some(router) = &bound.stream.retriever.router else {
        return Totals::default();
    };
    let is_declared = bound
        .cursor
        .as_ref()
        .is_some_and(|cursor| cursor.is_global || !router.has_own_states());
    Totals {
        began: Some(now),
        partitions: i64::try_from(known.partitions.len()).unwrap_or(i64::MAX),
        is_global: known.is_global || is_declared,
        // A window's answer does not stand in the parent.
        is_lazy: known.is_nothing()
            && bound
                .cursor
                .as_ref()
                .is_none_or(|cursor| cursor.cut.step.is_none()),
        ..Totals::default()
    }
}
