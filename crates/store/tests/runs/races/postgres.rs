//! Every pair that can meet on PostgreSQL.

use chrono::Duration;
use serde_json::json;
use syncline_domain::retry::RetryPolicy;
use syncline_domain::scope::Scope;
use syncline_domain::{Status, Sync, SyncId, TransitionError};
use syncline_store::connections::ConnectionChange;
use syncline_store::error::StoreError;
use syncline_store::events::EventFilter;
use syncline_store::runs::{Fence, Unseen};
use syncline_store::syncs::SyncRequest;
use syncline_store::tx::Tx;
use syncline_test_support::{TestDatabase, run};

use super::gate::Gate;
use crate::events::told;
use crate::world::{LEASE, World, is_fenced, page};

type Work<T> = Box<dyn FnOnce(&mut Tx<'_>) -> Result<T, StoreError> + Send>;

fn with_world<F: Future<Output = ()>>(body: impl FnOnce(World) -> F) {
    let db = TestDatabase::postgres();
    run(async { body(World::new(&db).await).await });
}

fn rescue() -> Work<Vec<Sync>> {
    Box::new(|tx| tx.rescue_syncs(&RetryPolicy::default(), 0.5, false, 10))
}

fn commit(fence: Fence) -> Work<syncline_domain::attempt::Counters> {
    let page = page(1, &[("a", json!({ "id": "a" }))]);
    Box::new(move |tx| tx.commit_page(fence, LEASE, &page))
}

fn cancel(world: &World, id: SyncId) -> Work<Sync> {
    let organization = world.organization;
    Box::new(move |tx| tx.cancel_sync(organization, id))
}

fn request(world: &World) -> Work<syncline_store::syncs::Batch> {
    let request = SyncRequest {
        organization_id: world.organization,
        connection_id: world.connection.id,
        models: Some(vec![world.models[0].name.clone()]),
        scope: Scope::plain(),
    };
    Box::new(move |tx| tx.request_syncs(&request))
}

fn disable(world: &World) -> Work<syncline_domain::connection::Connection> {
    let (organization, id) = (world.organization, world.connection.id);
    Box::new(move |tx| {
        let change = ConnectionChange {
            is_sync_disabled: Some(true),
            ..ConnectionChange::default()
        };
        tx.update_connection(organization, id, change)
    })
}

#[test]
fn a_lease_renewed_while_a_rescue_waits_is_left_alone() {
    with_world(|world| async move {
        let fence = world.start(false).await;
        world.clock.advance(LEASE);
        let gate = Gate::at_model(&world, world.model());
        let rescue = world.blocked(1, rescue());
        let renewal = world.write(move |tx| tx.renew_leases("w1", &[fence], LEASE));
        assert_eq!(renewal.await.unwrap().lost, []);
        gate.open();
        assert_eq!(rescue.end().await.unwrap(), []);
        assert_eq!(world.status(fence.sync_id).await, Status::Running);
        world.complete_all(fence).await;
    });
}

#[test]
fn a_page_that_lands_while_a_rescue_waits_keeps_the_attempt() {
    with_world(|world| async move {
        let fence = world.start(false).await;
        world.clock.advance(LEASE);
        let gate = Gate::at_model(&world, world.model());
        let rescue = world.blocked(1, rescue());
        world.write(commit(fence)).await.unwrap();
        gate.open();
        assert_eq!(rescue.end().await.unwrap(), []);
        assert_eq!(world.live().await.len(), 1);
        world.complete_all(fence).await;
    });
}

#[test]
fn a_late_page_behind_a_rescue_is_refused() {
    with_world(|world| async move {
        let fence = world.start(false).await;
        world.clock.advance(LEASE);
        let gate = Gate::at_sync(&world, fence.sync_id);
        let rescue = world.blocked(1, rescue());
        let late = world.blocked(2, commit(fence));
        gate.open();
        assert_eq!(rescue.end().await.unwrap().len(), 1);
        assert!(is_fenced(late.end().await));
        assert_eq!(world.status(fence.sync_id).await, Status::PendingRetry);
        assert!(world.live().await.is_empty(), "no half of it landed");
    });
}

#[test]
fn two_rescues_make_one() {
    with_world(|world| async move {
        let fence = world.start(false).await;
        world.clock.advance(LEASE);
        let gate = Gate::at_model(&world, world.model());
        let (one, other) = (world.blocked(1, rescue()), world.blocked(2, rescue()));
        gate.open();
        let rescued = [one.end().await.unwrap(), other.end().await.unwrap()].concat();
        assert_eq!(rescued.len(), 1);
        let sync = world.sync(fence.sync_id).await;
        assert_eq!(sync.lifecycle.parts().spent.consecutive, 1);
    });
}

#[test]
fn a_page_ahead_of_a_cancel_lands_whole() {
    with_world(|world| async move {
        let fence = world.start(false).await;
        let gate = Gate::at_sync(&world, fence.sync_id);
        let landing = world.blocked(1, commit(fence));
        let cancel = world.blocked(2, cancel(&world, fence.sync_id));
        gate.open();
        assert_eq!(landing.end().await.unwrap().added, 1);
        assert_eq!(
            cancel.end().await.unwrap().lifecycle.status(),
            Status::Cancelled
        );
        assert_eq!(world.live().await.len(), 1);
        assert!(
            is_fenced(world.write(commit(fence)).await),
            "and none after it"
        );
    });
}

#[test]
fn a_page_behind_a_cancel_does_not_land() {
    with_world(|world| async move {
        let fence = world.start(false).await;
        let gate = Gate::at_sync(&world, fence.sync_id);
        let cancel = world.blocked(1, cancel(&world, fence.sync_id));
        let landing = world.blocked(2, commit(fence));
        gate.open();
        cancel.end().await.unwrap();
        assert!(is_fenced(landing.end().await));
        assert!(world.live().await.is_empty());
    });
}

#[test]
fn the_first_of_completion_and_cancel_wins() {
    with_world(|world| async move {
        for completes_first in [true, false] {
            let fence = world.start(false).await;
            world.prove(fence, Unseen::Unknown).await;
            let gate = Gate::at_model(&world, world.model());
            let complete: Work<Sync> = Box::new(move |tx| tx.complete_sync(fence));
            let cancel = cancel(&world, fence.sync_id);
            let (first, second) = if completes_first {
                (world.blocked(1, complete), world.blocked(2, cancel))
            } else {
                (world.blocked(1, cancel), world.blocked(2, complete))
            };
            gate.open();
            let won = first.end().await.unwrap().lifecycle.status();
            let lost = second.end().await;
            if completes_first {
                assert_eq!(won, Status::Complete);
                assert!(matches!(
                    lost,
                    Err(StoreError::Transition(TransitionError::NotAllowed { .. }))
                ));
            } else {
                assert_eq!(won, Status::Cancelled);
                assert!(is_fenced(lost));
            }
            assert_eq!(world.status(fence.sync_id).await, won);
        }
    });
}

#[test]
fn a_sync_that_is_claimed_while_a_hold_waits_runs_on() {
    with_world(|world| async move {
        let id = world.request(Scope::plain()).await.members[0].sync.id;
        let gate = Gate::at_model(&world, world.model());
        let hold = world.blocked(1, disable(&world));
        let fences = world.claim(1).await;
        gate.open();
        assert!(hold.end().await.is_ok());
        assert_eq!(fences[0].sync_id, id);
        assert_eq!(world.status(id).await, Status::Running);
        world.settle(fences[0], false).await;
        world.complete_all(fences[0]).await;
    });
}

#[test]
fn a_claim_passes_by_a_sync_that_is_being_held() {
    with_world(|world| async move {
        let id = world.request(Scope::plain()).await.members[0].sync.id;
        let gate = Gate::at_sync(&world, id);
        let hold = world.blocked(1, disable(&world));
        assert_eq!(world.claim(1).await, [], "it waits for no lock");
        gate.open();
        hold.end().await.unwrap();
        assert_eq!(world.claim(1).await, []);
        let sync = world.sync(id).await;
        assert_eq!(
            (sync.lifecycle.status(), sync.lifecycle.attempt()),
            (Status::Scheduled, 0)
        );
    });
}

#[test]
fn a_request_does_not_join_what_was_started_while_it_waited() {
    with_world(|world| async move {
        let id = world.request(Scope::plain()).await.members[0].sync.id;
        let gate = Gate::at_model(&world, world.model());
        let asked = world.blocked(1, request(&world));
        let fences = world.claim(1).await;
        gate.open();
        let member = asked.end().await.unwrap().members.remove(0);
        assert_eq!(fences[0].sync_id, id);
        assert!(!member.is_joined && member.sync.id != id);
        assert_eq!(member.sync.lifecycle.status(), Status::Scheduled);
    });
}

#[test]
fn two_requests_of_one_scope_make_one_sync() {
    with_world(|world| async move {
        let gate = Gate::at_model(&world, world.model());
        let one = world.blocked(1, request(&world));
        let other = world.blocked(2, request(&world));
        gate.open();
        let one = one.end().await.unwrap().members.remove(0);
        let other = other.end().await.unwrap().members.remove(0);
        assert_eq!(one.sync.id, other.sync.id);
        assert_eq!((one.is_joined, other.is_joined), (false, true));
    });
}

#[test]
fn two_schedulers_give_a_turn_once() {
    with_world(|world| async move {
        // Two that are due, and a turn that is free: all that a disabled connection leaves behind.
        world.write(disable(&world)).await.unwrap();
        let one = world.request(Scope::plain()).await.members[0].sync.id;
        let other = world.request(Scope::full_refresh()).await.members[0]
            .sync
            .id;
        world.enable_quietly();
        world.clock.advance(Duration::seconds(1));
        let gate = Gate::at_sync(&world, one);
        let first = world.blocked(1, |tx| tx.enqueue_due_syncs(10));
        let second = world.write(|tx| tx.enqueue_due_syncs(10)).await.unwrap();
        assert_eq!(second, 0, "it passes by a model that is locked");
        gate.open();
        assert_eq!(first.end().await.unwrap(), 1);
        assert_eq!(world.status(one).await, Status::Queued);
        assert_eq!(world.status(other).await, Status::Scheduled);
        assert_eq!(world.write(|tx| tx.enqueue_due_syncs(10)).await.unwrap(), 0);
    });
}

#[test]
fn a_turn_that_is_handed_on_is_given_by_no_scheduler() {
    with_world(|world| async move {
        let fence = world.start(false).await;
        let waiter = world.request(Scope::full_refresh()).await.members[0]
            .sync
            .id;
        world.prove(fence, Unseen::Unknown).await;
        let gate = Gate::at_sync(&world, waiter);
        let complete = world.blocked(1, move |tx| tx.complete_sync(fence));
        let ticked = world.write(|tx| tx.enqueue_due_syncs(10)).await.unwrap();
        assert_eq!(ticked, 0);
        gate.open();
        complete.end().await.unwrap();
        assert_eq!(world.status(waiter).await, Status::Queued);
        assert_eq!(world.claim(10).await.len(), 1);
    });
}

#[test]
fn an_event_that_commits_late_is_not_skipped() {
    with_world(|world| async move {
        let filter = EventFilter::default();
        let slow = world.start(false).await.sync_id;
        let models = Some(vec![world.models[1].name.clone()]);
        let batch = world.try_request(models, Scope::plain()).await.unwrap();
        let gated = batch.members[0].sync.id;
        let before = world.events(&filter, None, 100).await.unwrap().cursor;
        let gate = Gate::at_model(&world, world.models[1].id);
        let organization = world.organization;
        let late = world.blocked(1, move |tx| {
            // Its event is written, and not committed.
            tx.cancel_sync(organization, slow)?;
            tx.cancel_sync(organization, gated)
        });
        let (other, _) = world.connect("acme").await;
        world
            .request_of(&other, Some(vec!["customers".into()]), Scope::plain())
            .await
            .unwrap();
        let early = world.events(&filter, Some(before), 100).await.unwrap();
        assert_eq!(early.events.len(), 1);
        gate.open();
        late.end().await.unwrap();
        let rest = world
            .events(&filter, Some(early.cursor), 100)
            .await
            .unwrap();
        assert_eq!(
            told(&rest),
            ["cancel running>cancelled 1", "cancel queued>cancelled 0"]
        );
        assert_eq!(rest.events[0].sync_id, slow);
    });
}

#[test]
fn two_readers_number_each_event_once() {
    with_world(|world| async move {
        world.start(false).await;
        let organization = world.organization;
        let number = move |tx: &mut Tx<'_>| tx.number_events(organization, 1);
        world.write(number).await.unwrap();
        let gate = Gate::at_event_feed(&world);
        let one = world.blocked(1, number);
        let other = world.blocked(2, number);
        gate.open();
        assert_eq!(one.end().await.unwrap() + other.end().await.unwrap(), 1);
        let page = world
            .events(&EventFilter::default(), None, 10)
            .await
            .unwrap();
        let numbers: Vec<i64> = page.events.iter().map(|event| event.number).collect();
        assert_eq!(numbers, [1, 2]);
    });
}
