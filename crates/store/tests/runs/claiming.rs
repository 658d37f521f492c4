//! Claims: fair, within caps, and nothing twice.

use std::collections::HashSet;

use syncline_domain::scope::Scope;
use syncline_domain::{Lifecycle, Status, Transition};
use syncline_store::runs::{Caps, Claim};
use syncline_test_support::{TestDatabase, both_databases};

use crate::world::{LEASE, World};

both_databases! {
    async fn a_claim_starts_as_the_state_machine_says(db: TestDatabase) {
        let world = World::new(&db).await;
        let queued = world.request(Scope::plain()).await.members[0].sync.clone();
        world.clock.advance(chrono::Duration::seconds(3));
        let fences = world.claim(5).await;
        assert_eq!(fences.len(), 1);
        assert_eq!((fences[0].sync_id, fences[0].attempt), (queued.id, 1));
        let expected: Lifecycle = queued.lifecycle.apply(&Transition::start(world.now())).unwrap();
        assert_eq!(world.sync(queued.id).await.lifecycle, expected);
        let attempts = world.attempts(queued.id).await;
        assert_eq!(attempts.len(), 1);
        assert_eq!(attempts[0].worker, "w1");
        assert_eq!(attempts[0].started_at, world.now());
        assert_eq!(attempts[0].outcome, None);
        assert_eq!(world.claim(5).await, [], "nothing twice");
        assert_eq!(world.read(|tx| tx.next_due_at()).await, Some(world.now() + LEASE));

        let fence = fences[0];
        world.write(move |tx| tx.release_sync(fence)).await.unwrap();
        world.clock.advance(chrono::Duration::seconds(3));
        assert_eq!(world.claim(1).await[0].attempt, 2);
        let again = world.sync(queued.id).await;
        assert_eq!(again.lifecycle.parts().started_at, expected.parts().started_at);
    }

    async fn organizations_take_turns(db: TestDatabase) {
        let world = World::new(&db).await;
        world.try_request(None, Scope::plain()).await.unwrap();
        for _ in 0..4 {
            let (connection, _) = world.connect("acme").await;
            world.clock.advance(chrono::Duration::seconds(1));
            world.request_of(&connection, None, Scope::plain()).await.unwrap();
        }
        let (small, _) = world.connect("umbrella").await;
        world.clock.advance(chrono::Duration::seconds(1));
        let late = world.request_of(&small, None, Scope::plain()).await.unwrap();
        let claimed: HashSet<_> = world.claim(4).await.iter().map(|fence| fence.sync_id).collect();
        assert_eq!(claimed.len(), 4, "never more than asked for");
        for member in &late.members {
            assert!(claimed.contains(&member.sync.id), "the small one is not behind the large one");
        }
        assert_eq!(world.claim(100).await.len(), 8);
        assert_eq!(world.read(|tx| tx.count_queued_syncs(None)).await, 0);
    }

    async fn the_oldest_of_an_organization_goes_first(db: TestDatabase) {
        let world = World::new(&db).await;
        let mut expected = Vec::new();
        for _ in 0..3 {
            let (connection, _) = world.connect("acme").await;
            world.clock.advance(chrono::Duration::seconds(1));
            let one = Some(vec!["customers".to_owned()]);
            let batch = world.request_of(&connection, one, Scope::plain()).await.unwrap();
            expected.push(batch.members[0].sync.id);
        }
        for id in expected {
            assert_eq!(world.claim(1).await[0].sync_id, id);
        }
    }

    async fn caps_hold(db: TestDatabase) {
        let world = World::new(&db).await;
        let (other, _) = world.connect("acme").await;
        let (foreign, _) = world.connect("umbrella").await;
        for connection in [&world.connection, &other, &foreign] {
            world.request_of(connection, None, Scope::plain()).await.unwrap();
        }
        let per_connection = Caps { per_connection: Some(1), ..Caps::default() };
        let first = world.claim_within(10, per_connection).await;
        assert_eq!(first.len(), 3, "one of each connection");
        assert_eq!(world.claim_within(10, per_connection).await, []);
        let per_organization = Caps { per_organization: Some(2), ..Caps::default() };
        let second = world.claim_within(10, per_organization).await;
        assert_eq!(second.len(), 1, "acme runs two already");
        assert_eq!(world.sync_of_any(second[0]).await, foreign.id);
        let per_provider = Caps { per_provider: Some(4), ..Caps::default() };
        assert_eq!(world.claim_within(10, per_provider).await, []);
        assert_eq!(world.claim_within(10, Caps::default()).await.len(), 2);
        assert_eq!(world.claim_within(0, Caps::default()).await, []);
    }

    /// One connection with much to do does not hide the others of its organization.
    async fn a_capped_connection_hides_nobody(db: TestDatabase) {
        let world = World::new(&db).await;
        world.try_request(None, Scope::plain()).await.unwrap();
        let (other, _) = world.connect("acme").await;
        world.clock.advance(chrono::Duration::seconds(1));
        world.request_of(&other, None, Scope::plain()).await.unwrap();
        let caps = Caps { per_connection: Some(1), ..Caps::default() };
        let first = world.claim_within(1, caps).await;
        let second = world.claim_within(1, caps).await;
        assert_eq!(world.sync_of_any(first[0]).await, world.connection.id);
        assert_eq!(world.sync_of_any(second[0]).await, other.id);
    }

    async fn claims_that_race_hand_nothing_out_twice(db: TestDatabase) {
        let world = World::new(&db).await;
        for _ in 0..10 {
            let (connection, _) = world.connect("acme").await;
            world.request_of(&connection, None, Scope::plain()).await.unwrap();
        }
        let caps = Caps { per_organization: Some(15), ..Caps::default() };
        let claims = (0..8).map(|worker| {
            let store = world.store.clone();
            tokio::spawn(async move {
                let worker = format!("w{worker}");
                store
                    .write(syncline_store::store::Lane::Control, move |tx| {
                        tx.claim_syncs(&Claim { caps, ..Claim::new(worker, 5, LEASE) })
                    })
                    .await
                    .unwrap()
                    .fences()
            })
        });
        let mut all = Vec::new();
        for claim in claims.collect::<Vec<_>>() {
            all.extend(claim.await.unwrap());
        }
        let distinct: HashSet<_> = all.iter().map(|fence| fence.sync_id).collect();
        assert_eq!(distinct.len(), all.len());
        assert_eq!(all.len(), 15, "the cap holds over all of them");
        assert!(all.iter().all(|fence| fence.attempt == 1));
        assert_eq!(world.db_number("SELECT COUNT(*) FROM attempts"), 15);
    }

    async fn requests_that_race_make_one_sync(db: TestDatabase) {
        let world = World::new(&db).await;
        let requests = (0..8).map(|_| {
            let (store, organization_id) = (world.store.clone(), world.organization);
            let request = syncline_store::syncs::SyncRequest {
                organization_id, connection_id: world.connection.id, models: None, scope: Scope::plain(),
            };
            tokio::spawn(async move {
                store
                    .write(syncline_store::store::Lane::Control, move |tx| tx.request_syncs(&request))
                    .await
                    .unwrap()
            })
        });
        let mut made = 0;
        let mut ids = HashSet::new();
        for request in requests.collect::<Vec<_>>() {
            for member in request.await.unwrap().members {
                made += usize::from(!member.is_joined);
                ids.insert(member.sync.id);
                assert_eq!(member.sync.lifecycle.status(), Status::Queued);
            }
        }
        assert_eq!((made, ids.len()), (2, 2));
    }
}
