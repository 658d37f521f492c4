//! What a sync reads and leaves behind when nothing goes wrong.

use chrono::Duration;
use syncline_domain::Status;
use syncline_domain::scope::Scope;
use syncline_engine::run::{Ended, Step};
use syncline_test_support::{TestDatabase, both_databases};

use crate::support::{Fault, Gate, Mode, World, finish_all};

both_databases! {
    async fn a_first_sync_lands_page_by_page(db: TestDatabase) {
        let world = World::new(db, Mode::FullPass).await;
        world.script.put(world.now(), &["a=1", "b=1", "c=1"]);
        let sync = world.request().await;
        let mut run = world.claim_one(&world.worker("w")).await;

        assert_eq!(run.step().await, Step::Began);
        assert!(matches!(run.step().await, Step::Page(counted) if counted.added == 2));
        assert_snapshot!(world.view(sync).await, @r#"
        running after 1 attempts
        at {"page":1}, initial: true, failures: 0 of 0
        1 by w: runs; 1 pages, 2 records: 2 added, 0 changed, 0 unchanged, 0 deleted; 1 requests
        records: 1:a=1, 2:b=1
        "#);
        assert!(matches!(run.step().await, Step::Page(counted) if counted.added == 1));
        // With nothing to sweep, its end is the end of the attempt.
        assert_eq!(run.step().await, Step::Ended(Ended::Became(Status::Complete)));
        assert_snapshot!(world.view(sync).await, @r#"
        complete after 1 attempts
        at {"page":2}, initial: true, failures: 0 of 0
        1 by w: complete; 2 pages, 3 records: 3 added, 0 changed, 0 unchanged, 0 deleted; 3 requests
        records: 1:a=1, 2:b=1, 3:c=1
        "#);
        assert_snapshot!(world.view_health().await, @"healthy: Some(true), authentication required: false, status: None, message: None");
        assert_snapshot!(world.script.take_log(), @r"
        source m1
        open invoices at 0, -..12:00
        ");
    }

    /// While a page waits to be committed the next one is under way, and no third one.
    async fn one_page_is_read_ahead(db: TestDatabase) {
        let world = World::new(db, Mode::FullPass).await;
        world.script.put(world.now(), &["a=1", "b=1", "c=1", "d=1", "e=1"]);
        let gate = Gate::closed();
        world.script.fault(1, Fault::Gate(gate.clone()));
        let sync = world.request().await;
        let mut run = world.claim_one(&world.worker("w")).await;
        run.step().await;
        run.step().await;
        // Nobody asks the run for anything now.
        gate.reached().await;
        assert_eq!(world.script.pages_asked(), 2);
        gate.open();
        assert_eq!(run.finish().await, Ended::Became(Status::Complete));
        assert!(world.view_sync(sync).await.contains("3 pages, 5 records: 5 added"));
    }

    async fn a_second_pass_writes_only_what_changed(db: TestDatabase) {
        let world = World::new(db, Mode::FullPass).await;
        world.script.put(world.now(), &["a=1", "b=1", "c=1"]);
        world.sync().await;
        world.pass(Duration::hours(1));
        world.script.put(world.now(), &["b=2", "d=1"]);
        let second = world.sync().await;
        assert_snapshot!(world.view(second).await, @r#"
        complete after 1 attempts
        at {"page":2}, initial: false, failures: 0 of 0
        1 by w: complete; 2 pages, 4 records: 1 added, 1 changed, 2 unchanged, 0 deleted; 3 requests
        records: 1:a=1, 3:c=1, 4:b=2, 5:d=1
        "#);
    }

    async fn the_next_range_begins_an_overlap_before_the_last_end(db: TestDatabase) {
        let world = World::new(db, Mode::Incremental).await;
        world.script.put(world.now() - Duration::hours(1), &["a=1", "b=1"]);
        world.script.put(world.now() - Duration::minutes(1), &["c=1"]);
        world.sync().await;
        world.pass(Duration::hours(1));
        world.script.put(world.now() - Duration::minutes(1), &["b=2"]);
        let second = world.sync().await;
        assert_snapshot!(world.view(second).await, @r#"
        complete after 1 attempts
        at {"page":1}, initial: false, failures: 0 of 0
        1 by w: complete; 1 pages, 2 records: 0 added, 1 changed, 1 unchanged, 0 deleted; 2 requests
        records: 1:a=1, 3:c=1, 4:b=2
        "#);
        assert_snapshot!(world.script.take_log(), @r"
        source m1
        open invoices at 0, -..12:00
        source m1
        open invoices at 0, 11:55..13:00
        ");
    }

    async fn a_one_off_with_a_range_leaves_the_state_alone(db: TestDatabase) {
        let world = World::new(db, Mode::Incremental).await;
        world.sync().await;
        world.pass(Duration::hours(2));
        let (start, end) = (world.now() - Duration::minutes(90), world.now() - Duration::minutes(60));
        let ranged = Scope::requested(Some(start), Some(end), None, false).unwrap();
        world.request_scope(ranged).await;
        finish_all(world.worker("w").tick().await.unwrap()).await;
        world.sync().await;
        assert_snapshot!(world.script.take_log(), @r"
        source m1
        open invoices at 0, -..12:00
        source m1
        open invoices at 0, 12:30..13:00
        source m1
        open invoices at 0, 11:55..14:00
        ");
    }

    async fn a_full_refresh_reads_from_the_beginning(db: TestDatabase) {
        let world = World::new(db, Mode::Incremental).await;
        world.script.put(world.now() - Duration::hours(1), &["a=1", "b=1"]);
        world.sync().await;
        world.pass(Duration::hours(1));
        let refresh = world.request_scope(Scope::full_refresh()).await;
        finish_all(world.worker("w").tick().await.unwrap()).await;
        world.pass(Duration::hours(1));
        world.sync().await;
        assert_snapshot!(world.view(refresh).await, @r#"
        complete after 1 attempts
        at {"page":1}, initial: false, failures: 0 of 0
        1 by w: complete; 1 pages, 2 records: 0 added, 0 changed, 2 unchanged, 0 deleted; 2 requests
        records: 1:a=1, 2:b=1
        "#);
        assert_snapshot!(world.script.take_log(), @r"
        source m1
        open invoices at 0, -..12:00
        source m1
        open invoices at 0, -..13:00
        source m1
        open invoices at 0, 12:55..14:00
        ");
    }

    /// A new manifest is for syncs that begin after it.
    async fn a_sync_keeps_the_manifest_that_it_began_with(db: TestDatabase) {
        let world = World::new(db, Mode::FullPass).await;
        world.script.put(world.now(), &["a=1", "b=1", "c=1"]);
        world.script.fault(1, Fault::Transient);
        let sync = world.sync().await;
        world.script.set_manifest("m2");
        world.pass(Duration::minutes(1));
        finish_all(world.worker("w").tick().await.unwrap()).await;
        world.sync().await;
        assert_snapshot!(world.view_sync(sync).await, @r#"
        complete after 2 attempts
        at {"page":2}, initial: true, failures: 0 of 1
        1 by w: retry; 1 pages, 2 records: 2 added, 0 changed, 0 unchanged, 0 deleted; 2 requests
        2 by w: complete; 1 pages, 1 records: 1 added, 0 changed, 0 unchanged, 0 deleted; 2 requests
        "#);
        assert_snapshot!(world.script.take_log(), @r"
        source m1
        open invoices at 0, -..12:00
        source m1
        open invoices at 1, -..12:00
        source m2
        open invoices at 0, -..12:01
        ");
    }

    /// What was open is read again from the beginning, and nothing is concluded about deletions.
    async fn a_changed_configuration_starts_the_open_window_again(db: TestDatabase) {
        let world = World::new(db, Mode::FullPass).await;
        world.script.put(world.now(), &["a=1", "b=1", "c=1", "d=1"]);
        world.sync().await;
        world.script.fault(1, Fault::Transient);
        world.script.remove(&["a"]);
        let sync = world.sync().await;
        world.script.set_fingerprint("f2");
        world.pass(Duration::minutes(1));
        finish_all(world.worker("w").tick().await.unwrap()).await;
        assert_snapshot!(world.view(sync).await, @r#"
        complete after 2 attempts
        at {"page":2}, initial: false, failures: 0 of 1
        1 by w: retry; 1 pages, 2 records: 0 added, 0 changed, 2 unchanged, 0 deleted; 2 requests
        2 by w: complete; 2 pages, 3 records: 0 added, 0 changed, 3 unchanged, 0 deleted; 3 requests; warning configuration_changed; warning deletes_suspected
        records: 1:a=1, 2:b=1, 3:c=1, 4:d=1
        "#);
    }

    /// What was read before the change was read under another configuration, so that the state
    /// at the end proves nothing under this one: the next sync reads everything.
    async fn a_configuration_that_changes_on_the_way_leaves_no_state(db: TestDatabase) {
        let world = World::new(db, Mode::Incremental).await;
        world.script.put(world.now() - Duration::hours(1), &["a=1", "b=1"]);
        world.sync().await;
        world.pass(Duration::hours(1));
        world.script.put(world.now() - Duration::minutes(1), &["c=1", "d=1", "e=1"]);
        world.script.fault(1, Fault::Transient);
        world.sync().await;
        world.script.set_fingerprint("f2");
        world.pass(Duration::minutes(1));
        finish_all(world.worker("w").tick().await.unwrap()).await;
        for _ in 0..2 {
            world.pass(Duration::hours(1));
            world.sync().await;
        }
        assert_snapshot!(world.script.take_log(), @r"
        source m1
        open invoices at 0, -..12:00
        source m1
        open invoices at 0, 11:55..13:00
        source m1
        open invoices at 0, 11:55..13:00
        source m1
        open invoices at 0, -..14:01
        source m1
        open invoices at 0, 13:56..15:01
        ");
    }
}
