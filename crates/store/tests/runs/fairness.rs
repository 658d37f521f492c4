//! Organizations take turns, however much one of them waits with; callers go before schedules.

use chrono::Duration;
use syncline_domain::SyncId;
use syncline_domain::connection::Connection;
use syncline_domain::scope::Scope;
use syncline_store::runs::{Caps, Claim, ClaimedSync};
use syncline_test_support::{TestDatabase, both_databases};

use crate::world::{LEASE, World};

/// A backlog of the first organization, written at once: so many models, each with a queued sync.
fn pile_up(world: &World, count: u32, is_asked_for: bool) {
    let numbers = format!(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})"
    );
    let id = world.db_id("n.i");
    world.db_execute(&format!(
        "{numbers} INSERT INTO models (id, organization_id, connection_id, created_at, name, \
         display_name, is_read_enabled, overlap_seconds) \
         SELECT {id}, m.organization_id, m.connection_id, m.created_at, \
         CAST(n.i AS TEXT), 'x', m.is_read_enabled, 0 \
         FROM n, (SELECT * FROM models WHERE name = 'customers' ORDER BY created_at LIMIT 1) m"
    ));
    world.db_execute(&format!(
        "INSERT INTO syncs (id, organization_id, connection_id, model_id, scope, is_one_off, \
         is_asked_for, is_initial_sync, status, due_at, created_at) \
         SELECT m.id, m.organization_id, m.connection_id, m.id, '{{}}', {asked}, {asked}, TRUE, \
         'queued', m.created_at, m.created_at FROM models m WHERE m.display_name = 'x'",
        asked = if is_asked_for { "TRUE" } else { "FALSE" },
    ));
}

/// One sync that a caller asked for, of a model of `connection`.
async fn ask(world: &World, connection: &Connection) -> SyncId {
    let one = Some(vec!["customers".to_owned()]);
    let batch = world.request_of(connection, one, Scope::plain()).await;
    batch.unwrap().members[0].sync.id
}

fn has(syncs: &[ClaimedSync], id: SyncId) -> bool {
    syncs.iter().any(|sync| sync.fence.sync_id == id)
}

both_databases! {
    async fn a_hundred_thousand_of_one_do_not_hold_up_one_of_another(db: TestDatabase) {
        let world = World::new(&db).await;
        pile_up(&world, 100_000, true);
        // Made later, so that its id is behind the other's, and its sync is the youngest.
        let (small, _) = world.connect("umbrella").await;
        world.clock.advance(Duration::hours(1));
        for _ in 0..3 {
            let late = ask(&world, &small).await;
            let mut claim = Claim::new("w1", 1, LEASE);
            let mut looks = Vec::new();
            for _ in 0..2 {
                let claimed = world.claim_as(claim.clone()).await;
                claim.share = claimed.share;
                looks.extend(claimed.syncs);
            }
            assert_eq!(looks.len(), 2);
            assert!(has(&looks, late), "in the second claim at the latest: {looks:?}");
            assert!(!looks.iter().all(|sync| sync.fence.sync_id == late), "the other goes on too");
            world.cancel_of(&small, late).await;
        }
        let many = world.claim_as(Claim::new("w1", 50, LEASE)).await;
        assert_eq!(many.syncs.len(), 50, "who is alone takes all");
    }

    async fn weights_give_more_turns(db: TestDatabase) {
        let world = World::new(&db).await;
        pile_up(&world, 40, true);
        for _ in 0..10 {
            let (small, _) = world.connect("umbrella").await;
            ask(&world, &small).await;
        }
        world.write(|tx| tx.update_organization_weight("acme", 3)).await.unwrap();
        let mut claim = Claim::new("w1", 1, LEASE);
        let mut of_acme = 0;
        for _ in 0..16 {
            let claimed = world.claim_as(claim.clone()).await;
            claim.share = claimed.share;
            let owner = world.read(move |tx| tx.read_run(claimed.syncs[0].fence)).await;
            of_acme += usize::from(owner.sync.organization_id == world.organization);
        }
        assert_eq!(of_acme, 12, "three of four");
    }

    async fn callers_go_before_schedules_but_for_each_fourth_slot(db: TestDatabase) {
        let world = World::new(&db).await;
        pile_up(&world, 20, false);
        world.clock.advance(Duration::hours(1));
        let mut asked = Vec::new();
        for _ in 0..6 {
            let (connection, _) = world.connect("acme").await;
            asked.push(ask(&world, &connection).await);
        }
        let claimed = world.claim_as(Claim::new("w1", 9, LEASE)).await;
        let kinds: Vec<bool> = claimed.syncs.iter().map(|sync| sync.is_asked_for).collect();
        assert_eq!(kinds, [true, true, true, false, true, true, true, false, false]);
        assert!(asked.iter().all(|id| has(&claimed.syncs, *id)));
    }

    async fn the_reserved_share_holds(db: TestDatabase) {
        let world = World::new(&db).await;
        pile_up(&world, 20, false);
        let within = |slots: i64, slots_for_scheduled: i64| Claim {
            slots_for_scheduled,
            ..Claim::new("w1", slots, LEASE)
        };
        assert_eq!(world.claim_as(within(4, 3)).await.syncs.len(), 3, "one slot stays free");
        assert!(world.claim_as(within(1, 0)).await.syncs.is_empty());
        let (connection, _) = world.connect("acme").await;
        let asked = ask(&world, &connection).await;
        let claimed = world.claim_as(within(1, 0)).await.syncs;
        assert!(claimed.len() == 1 && has(&claimed, asked), "{claimed:?}");
    }

    async fn a_scheduled_sync_that_a_caller_joins_is_asked_for(db: TestDatabase) {
        let world = World::new(&db).await;
        world.every_minute().await;
        world.clock.advance(Duration::minutes(1));
        world.write(|tx| tx.create_scheduled_syncs(10)).await.unwrap();
        let claim = Claim { slots_for_scheduled: 0, ..Claim::new("w1", 1, LEASE) };
        assert!(world.claim_as(claim.clone()).await.syncs.is_empty(), "it is the schedule's");
        let joined = world.request(Scope::plain()).await;
        assert!(joined.members[0].is_joined);
        let claimed = world.claim_as(claim).await.syncs;
        assert!(has(&claimed, joined.members[0].sync.id) && claimed[0].is_asked_for);
        assert!(!world.sync(claimed[0].fence.sync_id).await.is_one_off, "whoever made it");
    }

    /// More organizations than one claim looks at, those in front at their cap.
    async fn many_that_may_not_run_hide_nobody_for_long(db: TestDatabase) {
        let world = World::new(&db).await;
        for name in 0..70 {
            let (connection, _) = world.connect(Box::leak(format!("o{name:02}").into_boxed_str())).await;
            world.request_of(&connection, None, Scope::plain()).await.unwrap();
        }
        let mut claim = Claim {
            caps: Caps { per_organization: Some(1), ..Caps::default() },
            ..Claim::new("w1", 69, LEASE)
        };
        let first = world.claim_as(claim.clone()).await;
        let mut started = first.syncs.len();
        claim.share = first.share;
        for _ in 0..2 {
            let more = world.claim_as(Claim { slots: 1, ..claim.clone() }).await;
            claim.share = more.share;
            started += more.syncs.len();
        }
        assert_eq!(started, 70);
    }
}
