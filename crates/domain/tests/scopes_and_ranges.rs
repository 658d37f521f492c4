//! What is asked, and which time range follows from it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use chrono::{DateTime, Duration, SubsecRound, Utc};
use proptest::prelude::*;
use syncline_domain::range::{RangeInputs, TimeRange};
use syncline_domain::scope::{Scope, ScopeError};
use syncline_domain::{ConnectionId, ModelId, OrganizationId, SyncId};
use syncline_domain::{FileId, Status, Sync, Transition};

fn t(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_772_323_200 + seconds, 0).unwrap()
}

#[test]
fn canonical_texts() {
    let ranged = Scope::requested(Some(t(0)), Some(t(60)), Some("42".into()), false).unwrap();
    let file = Scope::file(FileId::from_parts(t(0), [7; 10]));
    let texts = [Scope::plain(), Scope::full_refresh(), ranged, file].map(|s| s.canonical());
    insta::assert_snapshot!(texts.join("\n"), @r#"
    {}
    {"full_refresh":true}
    {"end":"2026-03-01T00:01:00Z","entity":"42","start":"2026-03-01T00:00:00Z"}
    {"file":"file_01kjkb3q00ew3re1r70w3ge1r7"}
    "#);
}

#[test]
fn what_does_not_go_together() {
    assert_eq!(
        Scope::requested(Some(t(1)), Some(t(1)), None, false),
        Err(ScopeError::EmptyRange)
    );
    assert_eq!(
        Scope::requested(Some(t(2)), Some(t(1)), None, false),
        Err(ScopeError::EmptyRange)
    );
    for (start, end, entity) in [
        (Some(t(0)), None, None),
        (None, Some(t(0)), None),
        (None, None, Some("x".to_owned())),
    ] {
        let scope = Scope::requested(start, end, entity, true);
        assert_eq!(scope, Err(ScopeError::NarrowedFullRefresh));
    }
    for entity in [String::new(), "x".repeat(256)] {
        let scope = Scope::requested(None, None, Some(entity), false);
        assert_eq!(scope, Err(ScopeError::EntityLength));
    }
    assert!("{\"what\":1}".parse::<Scope>().is_err());
}

/// What a caller may ask: offsets in microseconds (and below), an entity, a full refresh.
type Asked = (Option<i64>, Option<i64>, Option<String>, bool);

fn asked() -> impl Strategy<Value = Asked> {
    (
        prop::option::of(0..4i64),
        prop::option::of(4..8i64),
        prop::option::of(prop::sample::select(vec![
            "a".to_owned(),
            "a\"".into(),
            "ä\u{0}".into(),
        ])),
        prop::bool::weighted(0.2),
    )
}

fn scope(asked: &Asked) -> Option<Scope> {
    let time = |offset: i64| t(0) + Duration::microseconds(offset);
    let (start, end, entity, full) = asked.clone();
    Scope::requested(start.map(time), end.map(time), entity, full).ok()
}

proptest! {
    #[test]
    fn scopes_are_equal_exactly_when_they_ask_the_same(a in asked(), b in asked()) {
        if let (Some(x), Some(y)) = (scope(&a), scope(&b)) {
            prop_assert_eq!(x == y, a == b);
            prop_assert_eq!(x.canonical() == y.canonical(), a == b);
        }
    }

    #[test]
    fn a_canonical_text_reads_back(a in asked()) {
        if let Some(scope) = scope(&a) {
            prop_assert_eq!(scope.canonical().parse::<Scope>().unwrap(), scope);
        }
    }

    #[test]
    fn below_a_microsecond_nothing_is_asked(nanos in 0..1000i64) {
        let scope = |nanos| {
            Scope::requested(Some(t(0) + Duration::nanoseconds(nanos)), None, None, false).unwrap()
        };
        prop_assert_eq!(scope(nanos), scope(0));
        let start = scope(nanos).start().unwrap();
        prop_assert_eq!(start.trunc_subsecs(6), start);
    }

    #[test]
    fn the_next_range_leaves_no_gap(
        mark in 0..10_000i64, look_back in -10..500i64, overlap in -10..500i64,
        floor in prop::option::of(0..10_000i64), now in 0..20_000i64,
    ) {
        let range = TimeRange::next(None, None, RangeInputs {
            watermark: Some(t(mark)),
            look_back: Duration::seconds(look_back),
            overlap: Duration::seconds(overlap),
            floor: floor.map(t),
            ceiling: None,
            now: t(now),
        });
        let start = range.start().unwrap();
        prop_assert!(start <= t(mark) || floor.is_some_and(|floor| start == t(floor)));
        prop_assert!(range.end() >= start, "a range is never upside down");
        prop_assert!(floor.is_none_or(|floor| start >= t(floor)));
    }
}

#[test]
fn what_the_caller_gave_goes_first() {
    let inputs = RangeInputs {
        watermark: Some(t(1000)),
        look_back: Duration::zero(),
        overlap: Duration::seconds(300),
        floor: Some(t(10)),
        ceiling: Some(t(1500)),
        now: t(2000),
    };
    let range = TimeRange::next(None, None, inputs);
    assert_eq!((range.start(), range.end()), (Some(t(700)), t(1500)));
    let range = TimeRange::next(Some(t(5)), Some(t(6)), inputs);
    assert_eq!((range.start(), range.end()), (Some(t(5)), t(6)));
    let range = TimeRange::next(
        None,
        None,
        RangeInputs {
            watermark: None,
            ..inputs
        },
    );
    assert_eq!((range.start(), range.end()), (Some(t(10)), t(1500)));
    let no_floor = RangeInputs {
        watermark: None,
        floor: None,
        ceiling: None,
        ..inputs
    };
    let range = TimeRange::next(None, None, no_floor);
    assert_eq!((range.start(), range.end()), (None, t(2000)));
    assert!(range.contains(t(0)) && !range.contains(t(2000)));
}

#[test]
fn a_request_joins_only_what_nobody_has_started() {
    let sync = |status: Status| {
        let (id, org) = (
            SyncId::from_parts(t(0), [1; 10]),
            OrganizationId::from_parts(t(0), [2; 10]),
        );
        let connection = ConnectionId::from_parts(t(0), [3; 10]);
        let model = ModelId::from_parts(t(0), [4; 10]);
        let mut sync = Sync::new(id, org, connection, model, None, Scope::plain(), true, t(0));
        let life = sync.lifecycle.clone();
        let queued = life.apply(&Transition::enqueue(t(0))).unwrap();
        let running = queued.apply(&Transition::start(t(0))).unwrap();
        sync.lifecycle = match status {
            Status::Scheduled => life,
            Status::Queued => queued,
            Status::Running => running,
            Status::PendingRetry => running.apply(&Transition::retry(t(0), "m", t(9))).unwrap(),
            Status::Complete => running.apply(&Transition::complete(t(0))).unwrap(),
            Status::Failed => running.apply(&Transition::fail(t(0), "m")).unwrap(),
            Status::Cancelled => running.apply(&Transition::cancel(t(0))).unwrap(),
        };
        sync
    };
    for status in Status::ALL {
        let joinable = matches!(status, Status::Scheduled | Status::Queued);
        assert_eq!(
            sync(status).can_be_joined(&Scope::plain()),
            joinable,
            "{status}"
        );
        assert!(
            !sync(status).can_be_joined(&Scope::full_refresh()),
            "{status}"
        );
    }
    let mut released = sync(Status::Running);
    released.lifecycle = released
        .lifecycle
        .apply(&Transition::release(t(1)))
        .unwrap();
    assert!(
        !released.can_be_joined(&Scope::plain()),
        "it has started, so its end is settled"
    );
}
