//! Why does it wait?

use chrono::Duration;
use serde_json::{Value, json};
use syncline_domain::ConnectionId;
use syncline_domain::quota::Observation;
use syncline_domain::retry::{Failure, RetryPolicy};
use syncline_store::runs::Caps;
use syncline_store::workers::Slots;
use syncline_test_support::{TestDatabase, both_databases};

use crate::test_app::TestApp;
use crate::work::{permanent, transient};

const LEASE: Duration = Duration::seconds(60);

impl TestApp {
    async fn db_announce(&self, slots: i64, caps: Caps) {
        let slots = Slots {
            all: slots,
            for_scheduled: slots,
        };
        self.db_write(move |tx| tx.announce_worker("worker-1", slots, caps, LEASE))
            .await;
    }

    async fn request_of(&self, connection: &str, body: Value) -> String {
        let path = format!("connections/{connection}/sync");
        self.post(&path, body).await.expect(200).ids().remove(0)
    }

    /// The reason with its numbers, or its names.
    async fn reason(&self, sync: &str) -> (String, Value) {
        let json = self
            .get(&format!("syncs/{sync}/explain"))
            .await
            .expect(200)
            .json;
        let mut facts = json.as_object().unwrap().clone();
        for shown in ["sync_id", "status", "message", "object"] {
            assert!(
                facts
                    .remove(shown)
                    .unwrap()
                    .as_str()
                    .is_some_and(|text| !text.is_empty())
            );
        }
        let reason = facts.remove("reason").unwrap().as_str().unwrap().to_owned();
        facts.retain(|_, value| !value.is_null());
        (reason, Value::Object(facts))
    }
}

fn is(reason: &str, facts: Value) -> (String, Value) {
    (reason.to_owned(), facts)
}

both_databases! {
    async fn a_sync_says_what_it_waits_for(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let connection = app.connect().await.id();
        let body = json!({ "models": ["customers"] });
        let sync = app.request_of(&connection, body.clone()).await;
        assert_eq!(app.reason(&sync).await, is("no_worker", json!({})));

        app.db_announce(1, Caps::default()).await;
        let now = "2026-01-01T00:00:00.000000Z";
        assert_eq!(app.reason(&sync).await, is("next", json!({ "expected_at": now })));

        let fence = app.db_start().await;
        let runs = is("running", json!({ "worker": "worker-1" }));
        assert_eq!(app.reason(&sync).await, runs);

        let waiter = app.request_of(&connection, json!({ "models": ["customers"], "full_refresh": true })).await;
        let turn = is("turn", json!({ "turn_holder_id": sync }));
        assert_eq!(app.reason(&waiter).await, turn);
        let message = app.get(&format!("syncs/{waiter}/explain")).await.json["message"].clone();
        assert_eq!(message, format!("another sync of its model, {sync}, is running and has the turn"));

        app.db_fail(fence, transient("the provider answered 500")).await;
        let (reason, facts) = app.reason(&sync).await;
        assert_eq!(reason, "backoff");
        assert_eq!(facts, json!({
            "failures": 1, "max_failures": 5, "expected_at": "2026-01-01T00:00:10.000000Z",
        }));

        let path = format!("connections/{connection}");
        app.patch(&path, json!({ "is_sync_disabled": true })).await.expect(200);
        assert_eq!(app.reason(&sync).await, is("connection_disabled", json!({})));
        assert_eq!(app.reason(&waiter).await, is("connection_disabled", json!({})));
        app.patch(&path, json!({ "is_sync_disabled": false })).await.expect(200);

        app.clock.advance(Duration::seconds(10));
        app.db_write(|tx| tx.enqueue_due_syncs(10)).await;
        let fence = app.db_start().await;
        let until = Some("2026-01-01T01:00:00Z".parse().unwrap());
        app.db_fail(fence, Failure::Later { message: "429".to_owned(), until }).await;
        let later = json!({ "expected_at": "2026-01-01T01:00:00.000000Z" });
        assert_eq!(app.reason(&sync).await, is("provider_asked_to_wait", later));

        app.post(&format!("syncs/{sync}/cancel"), None).await.expect(200);
        assert_eq!(app.reason(&sync).await, is("final", json!({})));
    }

    async fn a_quota_that_is_used_up_is_named(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let connection = app.connect().await.id();
        let id: ConnectionId = connection.parse().unwrap();
        let said = Observation {
            limit: Some(10),
            remaining: Some(0),
            resets_at: Some(app.clock.now() + Duration::seconds(60)),
            ..Observation::default()
        };
        app.db_write(move |tx| tx.exchange_quota(id, &[said], false)).await;
        app.db_announce(1, Caps::default()).await;
        let sync = app.request_of(&connection, json!({ "models": ["customers"] })).await;
        let until = json!({ "expected_at": "2026-01-01T00:01:00.000000Z" });
        assert_eq!(app.reason(&sync).await, is("quota_exhausted", until));
        let message = app.get(&format!("syncs/{sync}/explain")).await.json["message"].clone();
        assert_eq!(
            message,
            "the quota of its account at the provider is used up: it goes on at 2026-01-01T00:01:00Z"
        );
        app.clock.advance(Duration::seconds(60));
        app.db_announce(1, Caps::default()).await;
        assert_eq!(app.reason(&sync).await.0, "next");

        // A sync that was parked for it says the same, until its own time.
        let fence = app.db_start().await;
        let said = Observation {
            resets_at: Some(app.clock.now() + Duration::seconds(60)),
            ..said
        };
        app.db_write(move |tx| tx.exchange_quota(id, &[said], false)).await;
        let until = Some("2026-01-01T00:02:03Z".parse().unwrap());
        app.db_fail(fence, Failure::Later { message: "used up".to_owned(), until }).await;
        let until = json!({ "expected_at": "2026-01-01T00:02:03.000000Z" });
        assert_eq!(app.reason(&sync).await, is("quota_exhausted", until));
    }

    async fn a_worker_that_fell_silent_is_named(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let connection = app.connect().await.id();
        let sync = app.request_of(&connection, json!({ "models": ["customers"] })).await;
        app.db_announce(1, Caps::default()).await;
        app.db_start().await;
        app.clock.advance(LEASE);
        let (reason, facts) = app.reason(&sync).await;
        assert_eq!((reason.as_str(), &facts["worker"]), ("worker_silent", &json!("worker-1")));
        app.db_write(|tx| tx.rescue_syncs(&RetryPolicy::default(), 0.0, false, 10)).await;
        assert_eq!(app.reason(&sync).await.0, "no_worker", "its announcement is as old");
    }

    async fn a_full_house_and_a_limit_are_told_apart(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let connection = app.connect().await.id();
        app.request_of(&connection, json!({ "models": ["customers"] })).await;
        app.db_start().await;
        let other = app.connect().await.id();
        let queued = app.request_of(&other, json!({ "models": ["customers"] })).await;
        app.db_announce(1, Caps::default()).await;
        let full = is("workers_busy", json!({ "running": 1, "limit": 1 }));
        assert_eq!(app.reason(&queued).await, full);
        let capped = is("cap_reached", json!({ "running": 1, "limit": 1 }));
        for caps in [
            Caps { per_organization: Some(1), ..Caps::default() },
            Caps { per_provider: Some(1), ..Caps::default() },
        ] {
            app.db_announce(2, caps).await;
            assert_eq!(app.reason(&queued).await, capped);
        }
        app.db_announce(2, Caps { per_connection: Some(1), ..Caps::default() }).await;
        assert_eq!(app.reason(&queued).await.0, "next", "the other connection's does not count");
        app.db_write(|tx| tx.withdraw_worker("worker-1")).await;
        assert_eq!(app.reason(&queued).await.0, "no_worker");
    }

    async fn a_turn_is_expected_by_what_syncs_of_the_model_take(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let connection = app.connect().await.id();
        let plain = json!({ "models": ["customers"] });
        app.request_of(&connection, plain.clone()).await;
        let fence = app.db_start().await;
        app.clock.advance(Duration::seconds(30));
        app.db_complete(fence).await;
        app.request_of(&connection, plain).await;
        app.db_start().await;
        app.clock.advance(Duration::seconds(10));
        let waiter = app.request_of(&connection, json!({ "models": ["customers"], "full_refresh": true })).await;
        let (_, facts) = app.reason(&waiter).await;
        assert_eq!(facts["expected_at"], "2026-01-01T00:01:00.000000Z");
    }

    async fn what_failed_and_what_is_not_there_are_no_riddle(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let connection = app.connect().await.id();
        let sync = app.request_of(&connection, json!({ "models": ["customers"] })).await;
        let fence = app.db_start().await;
        app.db_fail(fence, permanent("401")).await;
        assert_eq!(app.reason(&sync).await.0, "final");
        let unknown = "syncs/sync_01h455vb4pex5vsknk084sn02q/explain";
        assert_eq!(app.get(unknown).await.problem(), (404, "not_found"));
    }
}
