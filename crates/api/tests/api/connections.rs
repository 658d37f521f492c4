//! Connections, their configs and checks.

use std::net::TcpListener;

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use serde_json::{Value, json};
use syncline_test_support::{TestDatabase, both_databases};

use crate::test_app::{TestApp, new_connection};

both_databases! {
    async fn a_connection_is_made_with_its_models(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let created = app.connect().await;
        snapshot!(created.redacted(), @r#"
        {
          "created_at": "2026-01-01T00:00:00.000000Z",
          "modified_at": null,
          "id": "conn_…",
          "name": "Books of Acme",
          "provider_name": "books",
          "api_url": null,
          "is_on_premise": false,
          "company": "Acme",
          "environment": null,
          "is_authentication_pending": false,
          "is_running_setup": false,
          "is_sync_disabled": false,
          "health": {
            "authentication_required": false,
            "message": null,
            "healthy": null,
            "status_code": null,
            "suggested_resolution": null,
            "timestamp": null
          },
          "models": [
            {
              "created_at": "2026-01-01T00:00:00.000000Z",
              "modified_at": null,
              "id": "model_…",
              "name": "customers",
              "display_name": "The customers",
              "connection_id": "conn_…",
              "is_read_enabled": true,
              "is_write_enabled": false,
              "is_custom_object": false,
              "is_file_upload_enabled": false,
              "is_webhooks_setup": false,
              "is_read_supported": true,
              "is_write_supported": false,
              "is_sync_supported": true,
              "next_sync_at": null,
              "last_sync": null,
              "object": "model"
            },
            {
              "created_at": "2026-01-01T00:00:00.000000Z",
              "modified_at": null,
              "id": "model_…",
              "name": "invoices",
              "display_name": "The customers",
              "connection_id": "conn_…",
              "is_read_enabled": true,
              "is_write_enabled": false,
              "is_custom_object": false,
              "is_file_upload_enabled": false,
              "is_webhooks_setup": false,
              "is_read_supported": true,
              "is_write_supported": false,
              "is_sync_supported": true,
              "next_sync_at": null,
              "last_sync": null,
              "object": "model"
            },
            {
              "created_at": "2026-01-01T00:00:00.000000Z",
              "modified_at": null,
              "id": "model_…",
              "name": "odd",
              "display_name": "The customers",
              "connection_id": "conn_…",
              "is_read_enabled": false,
              "is_write_enabled": false,
              "is_custom_object": false,
              "is_file_upload_enabled": false,
              "is_webhooks_setup": false,
              "is_read_supported": false,
              "is_write_supported": false,
              "is_sync_supported": false,
              "next_sync_at": null,
              "last_sync": null,
              "object": "model"
            }
          ],
          "object": "connection"
        }
        "#);
        let path = created.header("location").unwrap();
        assert_eq!(app.get(path).await.expect(200).json, created.json);
        assert_eq!(app.get("connections").await.expect(200).json, json!([created.json]));
    }

    async fn a_config_must_fit_its_specification(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let mut refusals = Vec::new();
        for (field, value) in [
            ("config", json!({})),
            ("config", json!({ "base_url": "ftp://s3cret", "credentials": { "api_key": 12345678 } })),
            ("config", json!({ "base_url": "http://x", "credentials": { "api_key": "k" }, "more": 1 })),
            ("config", json!("s3cret")),
            ("provider_name", json!("nope")),
            ("provider_name", json!("broken")),
            ("name", json!("")),
            ("name", json!(null)),
            ("is_on_premise", json!("no")),
            ("id", json!("conn_x")),
        ] {
            let mut body = new_connection();
            body[field] = value;
            let answer = app.post("connections", body).await;
            let (status, code) = answer.problem();
            assert!(!answer.text.contains("s3cret") && !answer.text.contains("12345678"), "{}", answer.text);
            refusals.push(format!("{status} {code}: {}", answer.field_errors().join("; ")));
        }
        snapshot!(refusals, @r#"
        [
          "422 invalid_config: /config/base_url is required; /config/credentials is required",
          "422 invalid_config: /config/base_url does not have the form that the specification asks for; /config/credentials/api_key the value is not of type \"string\"",
          "422 invalid_config: /config Additional properties are not allowed ('more' was unexpected)",
          "422 invalid_body: /config must be an object, not a text",
          "422 unknown_provider: /provider_name there is no provider `nope`",
          "422 broken_provider: /provider_name provider `broken` cannot be used: the manifest is not valid YAML: line 2, column 1: while parsing a flow sequence, expected ',' or ']'",
          "422 invalid_body: /name must have 1 to 255 characters",
          "422 invalid_body: /name must be a text, not null",
          "422 invalid_body: /is_on_premise must be true or false, not a text",
          "422 invalid_body: /id is not a field of this request"
        ]
        "#);
        assert_eq!(app.get("connections").await.json, json!([]));
    }

    async fn secrets_go_in_and_never_come_out(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let connection = app.connect().await;
        let config = app.get(&format!("connections/{}/config", connection.id())).await.expect(200);
        snapshot!(config.redacted(), @r#"
        {
          "connection_id": "conn_…",
          "config": {
            "base_url": "http://127.0.0.1:9",
            "credentials": {
              "region": "eu"
            }
          },
          "secrets": [
            "/credentials/api_key"
          ],
          "object": "connection_config"
        }
        "#);
        for answer in [&connection, &config] {
            assert!(!answer.text.contains("s3cret-key"), "{}", answer.text);
        }
    }

    async fn a_patch_changes_what_it_names(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let id = app.connect().await.id();
        let path = format!("connections/{id}");
        app.clock.advance(chrono::Duration::seconds(1));
        let changed = app
            .patch(&path, json!({
                "name": "Renamed", "company": null, "environment": "sandbox", "api_url": "https://acme.example",
                "is_on_premise": true, "is_sync_disabled": true,
                "config": { "credentials": { "region": "us" }, "page_size": 50 },
            }))
            .await
            .expect(200);
        let fields = [
            "name", "company", "environment", "api_url", "is_on_premise", "is_sync_disabled", "modified_at",
        ];
        let shown: Value = fields.into_iter().map(|name| (name.to_owned(), changed.json[name].clone())).collect();
        snapshot!(shown, @r#"
        {
          "name": "Renamed",
          "company": null,
          "environment": "sandbox",
          "api_url": "https://acme.example",
          "is_on_premise": true,
          "is_sync_disabled": true,
          "modified_at": "2026-01-01T00:00:01.000000Z"
        }
        "#);
        let config = app.get(&format!("{path}/config")).await;
        snapshot!([&config.json["config"], &config.json["secrets"]], @r#"
        [
          {
            "base_url": "http://127.0.0.1:9",
            "credentials": {
              "region": "us"
            },
            "page_size": 50
          },
          [
            "/credentials/api_key"
          ]
        ]
        "#);

        let refused = app.patch(&path, json!({ "config": { "credentials": { "api_key": null } } })).await;
        assert_eq!(refused.problem(), (422, "invalid_config"));
        assert_eq!(refused.field_errors(), ["/config/credentials/api_key is required"]);
        let refused = app.patch(&path, json!({ "name": null, "provider_name": "broken" })).await;
        assert_eq!(refused.problem(), (422, "invalid_body"));
        assert_eq!(refused.field_errors(), [
            "/name must be a text, not null",
            "/provider_name is not a field of this request",
        ]);
        assert_eq!(app.patch(&path, json!({})).await.expect(200).json["name"], "Renamed");
    }

    async fn a_deleted_connection_is_gone_with_all_below(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let connection = app.connect().await;
        let id = connection.id();
        let sync = app.post(&format!("connections/{id}/sync"), None).await.expect(200).ids().remove(0);
        let model = connection.json["models"][0]["id"].as_str().unwrap().to_owned();
        let gone = app.delete(&format!("connections/{id}")).await.expect(204);
        assert_eq!(gone.text, "");
        for path in [
            format!("connections/{id}"),
            format!("connections/{id}/config"),
            format!("connections/{id}/models"),
            format!("connections/{id}/syncs"),
            format!("models/{model}"),
            format!("models/{model}/records"),
            format!("syncs/{sync}"),
        ] {
            assert_eq!(app.get(&path).await.problem(), (404, "not_found"), "{path}");
        }
        assert_eq!(app.get("connections").await.json, json!([]));
        assert_eq!(app.get("syncs").await.json, json!([]));
        assert_eq!(app.delete(&format!("connections/{id}")).await.problem(), (404, "not_found"));
    }

    async fn a_check_asks_the_provider_and_keeps_what_it_said(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let (url, server) = books("s3cret-key");
        let mut body = new_connection();
        body["config"]["base_url"] = url.into();
        let id = app.post("connections", body).await.expect(201).id();
        let path = format!("connections/{id}/check");
        let checked = app.post(&path, None).await.expect(200);
        snapshot!(checked.json["health"], @r#"
        {
          "authentication_required": false,
          "message": null,
          "healthy": true,
          "status_code": null,
          "suggested_resolution": null,
          "timestamp": "2026-01-01T00:00:00.000000Z"
        }
        "#);
        assert_eq!(app.get(&format!("connections/{id}")).await.json, checked.json);

        app.patch(&format!("connections/{id}"), json!({ "config": { "credentials": { "api_key": "wrong" } } }))
            .await
            .expect(200);
        let refused = app.post(&path, json!({})).await.expect(200);
        let health = &refused.json["health"];
        assert_eq!(health["healthy"], false);
        assert_eq!(health["status_code"], 401);
        assert_eq!(health["authentication_required"], true);
        assert_eq!(refused.json["is_authentication_pending"], true);
        server.stop(false).await;
        let down = app.post(&path, None).await.expect(200);
        assert_eq!(down.json["health"]["healthy"], false);
        assert!(!down.text.contains("wrong"), "{}", down.text);
    }
}

/// A provider on the loopback that takes one key.
fn books(key: &'static str) -> (String, actix_web::dev::ServerHandle) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let customers = move |request: HttpRequest| async move {
        let given = request
            .headers()
            .get("authorization")
            .and_then(|value| value.to_str().ok());
        if given == Some(&format!("Bearer {key}")) {
            HttpResponse::Ok().json(json!({ "data": [{ "id": 1 }] }))
        } else {
            HttpResponse::Unauthorized().json(json!({ "error": "who are you?" }))
        }
    };
    let server = HttpServer::new(move || App::new().route("/customers", web::get().to(customers)))
        .disable_signals()
        .workers(1)
        .listen(listener)
        .unwrap()
        .run();
    let handle = server.handle();
    tokio::spawn(server);
    (url, handle)
}
