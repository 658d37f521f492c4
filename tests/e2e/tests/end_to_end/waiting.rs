//! A thousand callers wait at one small server.

use std::fs;
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use syncline_test_support::{Answer, TestDatabase, allow_open_files, both_databases};
use tokio::task::JoinHandle;

use crate::world::{World, text};

const WAITS: usize = 1000;

/// Beyond those of a server that has answered a few requests: it may still open connections to its
/// database, each with a thread while it is in use.
const MORE_THREADS: usize = 48;

both_databases! {
    async fn waiting_costs_no_thread_and_everybody_is_answered(db: TestDatabase) {
        // The callers are here, and the server takes the same limit over.
        allow_open_files(4 * WAITS as u64);
        let mut world = World::small(&db).await;
        let connection = format!("/v2/integrations/connections/{}", world.connection);
        world.api.patch(&connection, json!({ "is_sync_disabled": true })).await.expect_status(200);
        let syncs: Vec<String> = world.api.request_sync(&world.connection, None).await.iter().map(|sync| text(&sync["id"])).collect();
        let (before, process) = (threads(world.server.id()), world.server.id());
        let began = Instant::now();
        let waits: Vec<JoinHandle<Answer>> = (0..WAITS)
            .map(|number| {
                let (api, id) = (world.api.clone(), &syncs[number % syncs.len()]);
                let path = format!("/v2/integrations/syncs/{id}?wait=60");
                tokio::spawn(async move { api.get(&path).await })
            })
            .collect();
        // The server's own answers pace this; on a busy machine it may close a connection between two.
        while sockets(process) < WAITS {
            assert!(began.elapsed() < Duration::from_secs(50), "only {} sockets", sockets(process));
            let _ = Answer::try_to(world.api.request(Method::GET, "/healthz")).await;
        }
        let during = threads(process);
        assert!(during <= before + MORE_THREADS, "{before} threads before, {during} while {WAITS} wait");

        let last = syncs.last().expect("there are three");
        for id in &syncs[..syncs.len() - 1] {
            world.api.post(&format!("/v2/integrations/syncs/{id}/cancel"), None).await.expect_status(200);
        }
        let (mut cancelled, mut rest) = (0, Vec::new());
        for (number, wait) in waits.into_iter().enumerate() {
            if &syncs[number % syncs.len()] == last {
                rest.push(wait);
            } else {
                assert_eq!(status(wait).await, "cancelled");
                cancelled += 1;
            }
        }
        assert_eq!(cancelled + rest.len(), WAITS);
        world.server.terminate();
        for wait in rest {
            assert_eq!(status(wait).await, "scheduled", "a shutdown answers as it stands");
        }
        assert!(world.server.wait().await.success());
        assert!(began.elapsed() < Duration::from_secs(60), "nobody waited for the end of the minute");
    }
}

async fn status(wait: JoinHandle<Answer>) -> Value {
    let answer = wait.await.expect("the wait does not panic");
    answer.expect_status(200).json["status"].clone()
}

fn threads(process: u32) -> usize {
    let status =
        fs::read_to_string(format!("/proc/{process}/status")).expect("the process is there");
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("Threads:"));
    line.and_then(|count| count.trim().parse().ok())
        .expect("it tells its threads")
}

fn sockets(process: u32) -> usize {
    let files = fs::read_dir(format!("/proc/{process}/fd")).expect("the process is there");
    files
        .filter_map(|file| fs::read_link(file.ok()?.path()).ok())
        .filter(|target| target.to_string_lossy().starts_with("socket:"))
        .count()
}
