//! How far a model is proven to be synced.

use serde_json::json;
use syncline_domain::scope::Scope;
use syncline_store::error::StoreError;
use syncline_store::runs::{DeleteGuard, Fence, Run, Unseen};
use syncline_test_support::{TestDatabase, both_databases};

use crate::world::{World, end, is_fenced, page, state, transient};

/// Asks on one thread, which comes to read once both have asked.
async fn read_at_once(world: &World, both: [Fence; 2]) -> [Result<Run, StoreError>; 2] {
    let store = world.store.clone();
    let asking = tokio::task::spawn_blocking(move || {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        builder.enable_all().build().unwrap().block_on(async {
            let [one, other] = both.map(|fence| {
                let store = store.clone();
                tokio::spawn(async move { store.read_run(fence).await })
            });
            [one.await.unwrap(), other.await.unwrap()]
        })
    });
    asking.await.unwrap()
}

both_databases! {
    async fn a_plain_sync_moves_the_state_with_its_pages(db: TestDatabase) {
        let world = World::new(&db).await;
        let fence = world.start(false).await;
        let mut closing = page(1, &[("a", json!(1))]);
        closing.states = vec![state("p1", "2020"), state("p2", "2021")];
        world.commit(fence, closing).await.unwrap();
        world.fail(fence, transient("502")).await.unwrap();
        assert_eq!(states(&world), ["p1 2020", "p2 2021"], "what is proven stays proven");
        world.clock.advance(chrono::Duration::hours(1));
        world.write(|tx| tx.enqueue_due_syncs(1)).await.unwrap();
        let fence = world.claim(1).await[0];
        let run = world.read(move |tx| tx.read_run(fence)).await;
        assert_eq!(run.states, [state("p1", "2020"), state("p2", "2021")]);
        let mut last = end(Unseen::Unknown);
        last.states = vec![state("p2", "2022")];
        world.write(move |tx| tx.prove_end(fence, &last, DeleteGuard::default())).await.unwrap();
        assert_eq!(states(&world), ["p1 2020", "p2 2021"], "not before it is complete");
        world.complete(fence).await.unwrap();
        assert_eq!(states(&world), ["p1 2020", "p2 2022"]);
        assert_eq!(world.db_number("SELECT COUNT(*) FROM staged_states"), 0);
    }

    async fn runs_that_are_read_together_get_their_own(db: TestDatabase) {
        let world = World::new(&db).await;
        let late = world.start(false).await;
        let mut closing = page(1, &[("a", json!(1))]);
        closing.states = vec![state("p1", "2020")];
        world.commit(late, closing).await.unwrap();
        world.fail(late, transient("502")).await.unwrap();
        world.clock.advance(chrono::Duration::hours(1));
        world.write(|tx| tx.enqueue_due_syncs(1)).await.unwrap();
        let fresh = world.claim(1).await[0];
        assert_eq!(fresh.sync_id, late.sync_id);
        for both in [[late, fresh], [fresh, late]] {
            for (fence, run) in both.into_iter().zip(read_at_once(&world, both).await) {
                match run {
                    Ok(run) => assert_eq!((run.fence, run.states), (fresh, vec![state("p1", "2020")])),
                    refused => assert!(fence == late && is_fenced(refused)),
                }
            }
        }
        // Another sync of the same model.
        world.cancel(fresh.sync_id).await.unwrap();
        let next = world.start(false).await;
        let [refused, run] = read_at_once(&world, [fresh, next]).await;
        assert!(is_fenced(refused));
        assert_eq!(run.unwrap().states, [state("p1", "2020")]);
    }

    async fn a_full_refresh_swaps_its_own_in_at_the_end(db: TestDatabase) {
        let world = World::new(&db).await;
        let plain = world.start(false).await;
        let mut closing = page(1, &[]);
        closing.states = vec![state("old", "1"), state("both", "1")];
        world.commit(plain, closing).await.unwrap();
        world.prove(plain, Unseen::Unknown).await;
        world.complete(plain).await.unwrap();

        let fence = world.start_scope(Scope::full_refresh(), true).await;
        let run = world.read(move |tx| tx.read_run(fence)).await;
        assert_eq!(run.states, [], "it begins with nothing");
        let mut closing = page(1, &[("a", json!(1))]);
        closing.states = vec![state("both", "2")];
        world.commit(fence, closing).await.unwrap();
        assert_eq!(states(&world), ["both 1", "old 1"]);
        let run = world.read(move |tx| tx.read_run(fence)).await;
        assert_eq!(run.states, [state("both", "2")], "it goes on from its own");
        let mut last = end(Unseen::Gone);
        last.states = vec![state("new", "2")];
        world.write(move |tx| tx.prove_end(fence, &last, DeleteGuard::default())).await.unwrap();
        world.complete(fence).await.unwrap();
        assert_eq!(states(&world), ["both 2", "new 2"]);
    }

    async fn one_state_takes_the_place_of_those_of_all_partitions(db: TestDatabase) {
        let world = World::new(&db).await;
        for scope in [Scope::plain(), Scope::full_refresh()] {
            let fence = world.start_scope(scope, false).await;
            let mut closing = page(1, &[("a", json!(1))]);
            closing.states = vec![state(r#"{"shop":1}"#, "1"), state(r#"["parent_state","shops",""]"#, "1")];
            world.commit(fence, closing).await.unwrap();
            let mut last = end(Unseen::Unknown);
            last.states = vec![state("", "2")];
            last.drops_partitions = true;
            world.write(move |tx| tx.prove_end(fence, &last, DeleteGuard::default())).await.unwrap();
            world.complete(fence).await.unwrap();
            assert_eq!(states(&world), [" 2", r#"["parent_state","shops",""] 1"#]);
        }
    }

    async fn the_states_of_an_earlier_configuration_go(db: TestDatabase) {
        let world = World::new(&db).await;
        let old = |mut state: syncline_domain::state::ModelState| {
            state.fingerprint = syncline_domain::state::Fingerprint::new("f0");
            state
        };
        let fence = world.start(false).await;
        let mut closing = page(1, &[("a", json!(1))]);
        closing.states = vec![old(state("p1", "1")), old(state("p2", "1")), state("p2", "2")];
        world.commit(fence, closing).await.unwrap();
        let mut last = end(Unseen::Unknown);
        last.states = vec![state("", "2")];
        world.write(move |tx| tx.prove_end(fence, &last, DeleteGuard::default())).await.unwrap();
        world.complete(fence).await.unwrap();
        assert_eq!(states(&world), [" 2", "p2 2"]);
    }

    async fn a_cancelled_full_refresh_leaves_the_state_alone(db: TestDatabase) {
        let world = World::new(&db).await;
        let fence = world.start_scope(Scope::full_refresh(), true).await;
        let mut closing = page(1, &[("a", json!(1))]);
        closing.states = vec![state("", "2")];
        world.commit(fence, closing).await.unwrap();
        world.cancel(fence.sync_id).await.unwrap();
        assert_eq!(states(&world), [""; 0]);
        assert_eq!(world.db_number("SELECT COUNT(*) FROM staged_states"), 0);
    }

    async fn a_narrowed_sync_leaves_the_state_alone(db: TestDatabase) {
        let world = World::new(&db).await;
        let at = |text: &str| text.parse().ok();
        for scope in [
            Scope::requested(at("2020-01-01T00:00:00Z"), None, None, false).unwrap(),
            Scope::requested(None, at("2020-01-01T00:00:00Z"), None, false).unwrap(),
            Scope::requested(None, None, Some("c1".into()), false).unwrap(),
            Scope::file(syncline_domain::FileId::from_parts(world.now(), [1; 10])),
        ] {
            let fence = world.start_scope(scope, false).await;
            let mut closing = page(1, &[("a", json!(1))]);
            closing.states = vec![state("", "9")];
            world.commit(fence, closing).await.unwrap();
            let mut last = end(Unseen::Unknown);
            last.states = vec![state("", "9")];
            world.write(move |tx| tx.prove_end(fence, &last, DeleteGuard::default())).await.unwrap();
            world.complete(fence).await.unwrap();
            assert_eq!(states(&world), [""; 0]);
        }
        assert_eq!(world.db_number("SELECT COUNT(*) FROM models WHERE is_synced"), 0);
    }
}

fn states(world: &World) -> Vec<String> {
    let text =
        "SELECT partition || ' ' || CAST(state AS TEXT) AS line FROM model_states ORDER BY 1";
    world
        .db_lines(text)
        .into_iter()
        .map(|line| line.replace(r#"{"cursor":""#, "").replace(r#""}"#, ""))
        .collect()
}
