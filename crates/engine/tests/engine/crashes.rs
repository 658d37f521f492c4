//! A crash after every page, again and again: nothing is lost and nothing comes twice.

use chrono::Duration;
use syncline_domain::Status;
use syncline_engine::EngineOptions;
use syncline_engine::run::{Ended, Step, SyncRun};
use syncline_store::runs::Caps;
use syncline_test_support::{TestDatabase, both_databases};

use crate::support::{Mode, World};

const PAGES: usize = 6;

/// Runs until `k` pages are committed, then dies. `None` when the sync ended before.
async fn die_after(mut run: SyncRun, k: usize) -> Option<Ended> {
    let mut pages = 0;
    loop {
        match run.step().await {
            Step::Ended(ended) => return Some(ended),
            Step::Page(_) => pages += 1,
            Step::Began | Step::EndProven | Step::Swept { .. } => {}
        }
        if pages == k {
            return None;
        }
    }
}

async fn crash_every(world: &World, k: usize) -> usize {
    let mut crashes = 0;
    loop {
        let worker = world.worker_with(EngineOptions {
            caps: Caps::default(),
            ..World::options(&format!("life-{crashes}"))
        });
        worker.maintain().await.unwrap();
        let run = world.claim_one(&worker).await;
        match die_after(run, k).await {
            Some(ended) => {
                assert_eq!(ended, Ended::Became(Status::Complete));
                return crashes;
            }
            None => crashes += 1,
        }
        // The lease runs out, the rescuer comes, the pause passes.
        world.pass(Duration::minutes(2));
        world.worker("rescuer").maintain().await.unwrap();
        world.pass(Duration::minutes(10));
    }
}

both_databases! {
    async fn a_crash_at_any_page_loses_nothing_and_doubles_nothing(db: TestDatabase) {
        let world = World::new(db, Mode::FullPass).await;
        let mut expected = Vec::new();
        let mut changes = 0;
        for k in 1..=PAGES {
            // One row changes, one goes, one comes: all while the provider is read in pages of two.
            let round: Vec<String> = (0..2 * PAGES).map(|row| format!("{row:02}={}", row * k / 3)).collect();
            let round: Vec<&str> = round.iter().map(String::as_str).collect();
            let before = world.script.rows();
            world.script.put(world.now(), &round);
            let after = world.script.rows();
            changes += after.iter().filter(|row| !before.contains(row)).count();
            let asked = world.script.pages_asked();
            world.request().await;
            let crashes = crash_every(&world, k).await;
            assert_eq!(crashes, PAGES / k, "with a crash after every {k} pages");

            // Page requests: one for each page and the end, at most two more for each crash.
            let asked = world.script.pages_asked() - asked;
            assert!(asked <= PAGES + 1 + 2 * crashes, "{asked} requests, {crashes} crashes");

            expected.clone_from(&after);
            let (organization, model) = (world.organization, world.model);
            let feed = world
                .read(move |tx| tx.list_records_of_model(organization, model, None, true, 1000))
                .await;
            let mut landed: Vec<_> = feed
                .records
                .iter()
                .map(|record| (record.key.clone(), record.data.get().to_owned()))
                .collect();
            landed.sort();
            assert_eq!(landed, expected);
            // The feed has counted each real change once.
            assert_eq!(feed.cursor.number, i64::try_from(changes).unwrap(), "k = {k}");
        }
    }
}
