//! Tokens: made, shown once, rotated, revoked; what each may do, and where.

use actix_web::http::Method;
use chrono::Duration;
use serde_json::{Value, json};
use syncline_test_support::{TestDatabase, both_databases};

use crate::answer::Answer;
use crate::test_app::TestApp;

impl TestApp {
    /// A token with this body, by an admin: its answer and the application as its owner.
    async fn grant(&self, body: Value) -> (Answer, TestApp) {
        let made = self.post("tokens", body).await.expect(201);
        let secret = made.json["secret"].as_str().unwrap();
        let app = self.with_token(secret);
        (made, app)
    }
}

fn id_of(made: &Answer) -> &str {
    made.json["id"].as_str().unwrap()
}

both_databases! {
    async fn a_secret_is_shown_once(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let (made, owner) = app.grant(json!({ "name": "loader", "scope": "read", "expires_at": "2026-02-01T00:00:00Z" })).await;
        let secret = made.json["secret"].as_str().unwrap();
        assert!(secret.starts_with("syncline_"), "{secret}");
        let mut shown = made.redacted();
        shown["secret"] = "…".into();
        snapshot!(shown, @r#"
        {
          "id": "tok_…",
          "secret": "…",
          "name": "loader",
          "scope": "read",
          "connection_ids": null,
          "created_at": "2026-01-01T00:00:00.000000Z",
          "expires_at": "2026-02-01T00:00:00.000000Z",
          "last_used_at": null,
          "revoked_at": null,
          "previous_secret_expires_at": null,
          "object": "token"
        }
        "#);
        let read = app.get(made.header("location").unwrap()).await.expect(200);
        let mut expected = made.json.clone();
        expected.as_object_mut().unwrap().remove("secret");
        assert_eq!(read.json, expected);
        owner.get("connections").await.expect(200);
        let listed = app.get("tokens").await.expect(200);
        assert_eq!(listed.json.as_array().unwrap().len(), 2);
        assert!(!listed.text.contains(secret) && !read.text.contains(secret));
    }

    async fn a_replayed_answer_has_no_secret(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let create = || app.request(Method::POST, "tokens").insert_header(("Idempotency-Key", "k"));
        let first = app.send(create().set_json(json!({ "scope": "write" }))).await.expect(201);
        let again = app.send(create().set_json(json!({ "scope": "write" }))).await.expect(201);
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
        assert_eq!((&again.json["id"], &again.json["secret"]), (&first.json["id"], &Value::Null));
        let secret = first.json["secret"].as_str().unwrap().to_owned();
        app.with_token(&secret).get("syncs").await.expect(200);
    }

    async fn each_scope_opens_what_it_includes(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let connection = app.connect().await.id();
        let mut table = Vec::new();
        for scope in ["read", "write", "admin"] {
            let (_, owner) = app.grant(json!({ "scope": scope })).await;
            for (method, path) in [
                (Method::GET, format!("connections/{connection}")),
                (Method::POST, format!("connections/{connection}/sync")),
                (Method::GET, "tokens".to_owned()),
            ] {
                let answer = owner.call(method, &path, None).await;
                let shown = path.replace(&connection, "…");
                table.push(match answer.status {
                    403 => {
                        assert_eq!(answer.problem(), (403, "insufficient_scope"));
                        assert_eq!(answer.header("www-authenticate"), Some("Bearer error=\"insufficient_scope\""));
                        format!("{scope} {shown}: {}", answer.json["detail"].as_str().unwrap())
                    }
                    status => format!("{scope} {shown}: {status}"),
                });
            }
            // The router decodes the path, and so must whoever guards it.
            if scope == "read" {
                for (method, path) in [(Method::GET, "%74okens".to_owned()), (Method::POST, format!("%63onnections/{connection}/sync"))] {
                    assert_eq!(owner.call(method, &path, None).await.problem(), (403, "insufficient_scope"), "{path}");
                }
            }
            assert_eq!(owner.get("nope").await.problem(), (404, "route_not_found"));
            assert_eq!(owner.delete("syncs").await.problem(), (405, "method_not_allowed"));
        }
        snapshot!(table, @r#"
        [
          "read connections/…: 200",
          "read connections/…/sync: this needs a token of scope `write`, and yours is of scope `read`",
          "read tokens: this needs a token of scope `admin`, and yours is of scope `read`",
          "write connections/…: 200",
          "write connections/…/sync: 200",
          "write tokens: this needs a token of scope `admin`, and yours is of scope `write`",
          "admin connections/…: 200",
          "admin connections/…/sync: 200",
          "admin tokens: 200"
        ]
        "#);
    }

    async fn a_limited_token_sees_its_connections_alone(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let (mine, other) = (app.connect().await, app.connect().await);
        let sync = |id: &str| format!("connections/{id}/sync");
        let own = app.post(&sync(&mine.id()), None).await.expect(200);
        let foreign = app.post(&sync(&other.id()), None).await.expect(200);
        let (made, owner) = app.grant(json!({ "scope": "write", "connection_ids": [mine.id()] })).await;
        assert_eq!(made.json["connection_ids"], json!([mine.id()]));

        assert_eq!(owner.get("connections").await.expect(200).ids(), [mine.id()]);
        assert_eq!(owner.get("syncs").await.expect(200).ids().len(), 2);
        let narrowed = owner.get(&format!("syncs?connection_id={}", other.id())).await.expect(200);
        assert_eq!(narrowed.json, json!([]));
        let batch = foreign.header("syncline-batch-id").unwrap();
        assert_eq!(owner.get(&format!("syncs?batch_id={batch}")).await.expect(200).json, json!([]));
        owner.post(&sync(&mine.id()), None).await.expect(200);
        owner.post(&format!("syncs/{}/cancel", own.ids()[0]), None).await.expect(200);
        for path in [
            format!("connections/{}", other.id()),
            format!("syncs/{}", foreign.ids()[0]),
            format!("models/{}", other.json["models"][0]["id"].as_str().unwrap()),
            format!("batches/{batch}"),
        ] {
            assert_eq!(owner.get(&path).await.problem(), (404, "not_found"), "{path}");
        }
        assert_eq!(owner.post(&sync(&other.id()), None).await.problem(), (404, "not_found"));
        let new = crate::test_app::new_connection();
        assert_eq!(owner.post("connections", new).await.problem(), (403, "limited_token"));
        // A connection that is gone does not make it reach others.
        app.delete(&format!("connections/{}", mine.id())).await.expect(204);
        assert_eq!(owner.get("connections").await.expect(200).json, json!([]));
        assert_eq!(owner.get("syncs").await.expect(200).json, json!([]));
    }

    async fn lists_of_a_limited_token_have_pages(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let mut ids = Vec::new();
        let mut syncs = Vec::new();
        for _ in 0..3 {
            let id = app.connect().await.id();
            syncs.extend(app.post(&format!("connections/{id}/sync"), None).await.expect(200).ids());
            ids.push(id);
        }
        let (_, owner) = app.grant(json!({ "scope": "read", "connection_ids": [ids[2], ids[0], ids[2]] })).await;
        let mut read = Vec::new();
        let mut path = "syncs?limit=1".to_owned();
        loop {
            let page = owner.get(&path).await.expect(200);
            read.extend(page.ids());
            let Some(cursor) = page.header("next-cursor") else { break };
            path = format!("syncs?limit=1&cursor={cursor}");
        }
        let mut expected = [&syncs[..2], &syncs[4..]].concat();
        expected.sort_by(|a, b| b.cmp(a));
        assert_eq!(read, expected);
    }

    async fn a_token_opens_nothing_once_it_has_expired(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let (_, owner) = app.grant(json!({ "scope": "read", "expires_at": "2026-01-01T01:00:00Z" })).await;
        app.clock.advance(Duration::minutes(59));
        owner.get("syncs").await.expect(200);
        app.clock.advance(Duration::minutes(1));
        assert_eq!(owner.get("syncs").await.problem(), (401, "unauthorized"));
    }

    async fn a_revoked_token_opens_nothing_from_then_on(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let (made, owner) = app.grant(json!({ "scope": "admin" })).await;
        let path = format!("tokens/{}/revoke", id_of(&made));
        // Also by itself.
        let revoked = owner.post(&path, None).await.expect(200);
        assert_eq!(revoked.json["revoked_at"], "2026-01-01T00:00:00.000000Z");
        assert_eq!(owner.get("syncs").await.problem(), (401, "unauthorized"));
        app.clock.advance(Duration::minutes(1));
        assert_eq!(app.post(&path, None).await.expect(200).json["revoked_at"], revoked.json["revoked_at"]);
        let rotate = app.post(&format!("tokens/{}/rotate", id_of(&made)), None).await;
        assert_eq!(rotate.problem(), (409, "conflict"));
    }

    async fn a_rotated_token_has_two_secrets_until_the_overlap_is_over(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let (made, first) = app.grant(json!({ "scope": "read" })).await;
        let path = format!("tokens/{}/rotate", id_of(&made));
        let rotated = app.post(&path, json!({ "overlap_seconds": 3600 })).await.expect(200);
        assert_eq!(rotated.json["previous_secret_expires_at"], "2026-01-01T01:00:00.000000Z");
        let second = app.with_token(rotated.json["secret"].as_str().unwrap());
        first.get("syncs").await.expect(200);
        second.get("syncs").await.expect(200);
        app.clock.advance(Duration::hours(1));
        assert_eq!(first.get("syncs").await.problem(), (401, "unauthorized"));
        second.get("syncs").await.expect(200);

        // The default is a day; a second rotation ends the oldest secret at once.
        let third = app.post(&path, None).await.expect(200);
        assert_eq!(third.json["previous_secret_expires_at"], "2026-01-02T01:00:00.000000Z");
        let fourth = app.post(&path, json!({ "overlap_seconds": 0 })).await.expect(200);
        assert_eq!(fourth.json["previous_secret_expires_at"], Value::Null);
        assert_eq!(second.get("syncs").await.problem(), (401, "unauthorized"));
        let third = app.with_token(third.json["secret"].as_str().unwrap());
        assert_eq!(third.get("syncs").await.problem(), (401, "unauthorized"));
        app.with_token(fourth.json["secret"].as_str().unwrap()).get("syncs").await.expect(200);
    }

    async fn an_overlap_does_not_outlive_the_token(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let (made, first) = app.grant(json!({ "scope": "read", "expires_at": "2026-01-01T01:00:00Z" })).await;
        let path = format!("tokens/{}/rotate", id_of(&made));
        let rotated = app.post(&path, json!({ "expires_at": "2026-03-01T00:00:00Z" })).await.expect(200);
        assert_eq!(rotated.json["previous_secret_expires_at"], "2026-01-01T01:00:00.000000Z");
        assert_eq!(rotated.json["expires_at"], "2026-03-01T00:00:00.000000Z");
        app.clock.advance(Duration::hours(1));
        assert_eq!(first.get("syncs").await.problem(), (401, "unauthorized"));
        app.clock.advance(Duration::days(90));
        assert_eq!(app.post(&path, None).await.problem(), (409, "conflict"));
        let later = json!({ "expires_at": "2027-01-01T00:00:00Z" });
        app.post(&path, later).await.expect(200);
    }

    async fn a_use_is_noted_once_a_minute(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let (made, owner) = app.grant(json!({ "scope": "read" })).await;
        let path = format!("tokens/{}", id_of(&made));
        owner.get("syncs").await.expect(200);
        app.settle().await;
        let used = |answer: Answer| answer.json["last_used_at"].clone();
        assert_eq!(used(app.get(&path).await), "2026-01-01T00:00:00.000000Z");
        app.clock.advance(Duration::seconds(59));
        owner.get("syncs").await.expect(200);
        app.settle().await;
        assert_eq!(used(app.get(&path).await), "2026-01-01T00:00:00.000000Z");
        app.clock.advance(Duration::seconds(1));
        owner.get("syncs").await.expect(200);
        app.settle().await;
        assert_eq!(used(app.get(&path).await), "2026-01-01T00:01:00.000000Z");
    }

    async fn what_no_token_can_be_is_refused_with_its_field(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let other = app.as_organization("other").await;
        let (own, foreign) = (app.connect().await.id(), other.connect().await.id());
        let mut refusals = Vec::new();
        for body in [
            json!({}),
            json!({ "scope": "root" }),
            json!({ "scope": "admin", "connection_ids": [own] }),
            json!({ "scope": "read", "connection_ids": [] }),
            json!({ "scope": "read", "connection_ids": ["nope"] }),
            json!({ "scope": "read", "connection_ids": [own, foreign] }),
            json!({ "scope": "read", "expires_at": "2026-01-01T00:00:00Z" }),
            json!({ "scope": "read", "secret": "mine" }),
        ] {
            let answer = app.post("tokens", body).await;
            assert_eq!(answer.problem(), (422, "invalid_body"));
            refusals.push(answer.field_errors().join("; ").replace(&foreign, "conn_…"));
        }
        let (made, _) = app.grant(json!({ "scope": "read" })).await;
        for body in [
            json!({ "overlap_seconds": -1 }),
            json!({ "overlap_seconds": 2_592_001 }),
            json!({ "expires_at": "2025-01-01T00:00:00Z" }),
        ] {
            let answer = app.post(&format!("tokens/{}/rotate", id_of(&made)), body).await;
            assert_eq!(answer.problem(), (422, "invalid_body"));
            refusals.push(answer.field_errors().join("; "));
        }
        snapshot!(refusals, @r#"
        [
          "/scope is required",
          "/scope must be read, write or admin",
          "/connection_ids do not fit: an admin token reaches every connection: limit a read or a write token",
          "/connection_ids must have 1 to 100 items",
          "/connection_ids/0 is not the id of a connection",
          "/connection_ids has the unknown conn_…",
          "/expires_at must be in the future",
          "/secret is not a field of this request",
          "/overlap_seconds must be from 0 to 2592000",
          "/overlap_seconds must be from 0 to 2592000",
          "/expires_at must be in the future"
        ]
        "#);
        assert_eq!(app.get("tokens").await.ids().len(), 2, "a refused request leaves nothing");
    }
}
