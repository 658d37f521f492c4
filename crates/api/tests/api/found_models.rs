//! Models of streams that a connection's configuration names, or that its provider tells.

use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use actix_web::{App, HttpResponse, HttpServer, web};
use serde_json::{Value, json};
use syncline_connectors::Registry;
use syncline_test_support::{TestDatabase, both_databases};

use crate::test_app::TestApp;

fn registry() -> Registry {
    Registry::from_manifests([("tables", include_str!("providers/tables.yaml"))])
}

/// A provider on the loopback that tells these tables.
fn provider(tables: Arc<Mutex<Value>>) -> (String, actix_web::dev::ServerHandle) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let told = web::Data::from(tables);
    let tables = |told: web::Data<Mutex<Value>>| async move {
        match told.lock().unwrap().clone() {
            Value::Null => HttpResponse::InternalServerError().json(json!({})),
            tables => HttpResponse::Ok().json(tables),
        }
    };
    let customers = || async { HttpResponse::Ok().json(json!({ "data": [{ "id": 1 }] })) };
    let server = HttpServer::new(move || {
        App::new()
            .app_data(told.clone())
            .route("/tables", web::get().to(tables))
            .route("/customers", web::get().to(customers))
    })
    .disable_signals()
    .workers(1)
    .listen(listener)
    .unwrap()
    .run();
    let handle = server.handle();
    tokio::spawn(server);
    (url, handle)
}

/// Each model's name, and whether it is read.
fn models(connection: &Value) -> Vec<String> {
    let models = connection["models"].as_array().unwrap().iter();
    let shown = models.map(|model| {
        let is = |field: &str| model[field] == true;
        let name = model["name"].as_str().unwrap();
        match (is("is_sync_supported"), is("is_read_enabled")) {
            (true, true) => name.to_owned(),
            (false, false) => format!("{name} is gone"),
            other => format!("{name}: {other:?}"),
        }
    });
    shown.collect()
}

both_databases! {
    async fn a_config_names_models_and_names_them_anew(db: TestDatabase) {
        let app = TestApp::with(&db, registry()).await;
        let body = |reports: Value| json!({
            "name": "Base", "provider_name": "tables",
            "config": { "base_url": "http://127.0.0.1:9", "reports": reports },
        });
        let same = json!([{ "name": "a" }, { "name": "a" }]);
        let refused = app.post("connections", body(same.clone())).await;
        assert_eq!(refused.problem(), (422, "invalid_config"));
        assert!(refused.text.contains("two streams have the name `a`"), "{}", refused.text);
        assert!(refused.text.contains("/config/reports"), "{}", refused.text);

        let made = app.post("connections", body(json!([{ "name": "a" }, { "name": "b" }]))).await.expect(201);
        assert_eq!(models(&made.json), ["a", "b"]);
        assert_eq!(made.json["health"]["message"], "its streams are found when it is checked");
        let path = format!("connections/{}", made.id());
        let patched = app.patch(&path, json!({ "config": { "reports": [{ "name": "b" }, { "name": "c" }] } })).await.expect(200);
        // What the provider tells is not known yet, so that no model goes.
        assert_eq!(models(&patched.json), ["a", "b", "c"]);
        let refused = app.patch(&path, json!({ "config": { "reports": same } })).await;
        assert_eq!(refused.problem(), (422, "invalid_config"));
        assert_eq!(models(&app.get(&path).await.json), ["a", "b", "c"]);
    }

    async fn a_check_finds_models_and_loses_none_when_it_fails(db: TestDatabase) {
        let app = TestApp::with(&db, registry()).await;
        let told = Arc::new(Mutex::new(json!([{ "name": "x" }, { "name": "y" }])));
        let (url, server) = provider(told.clone());
        let body = json!({
            "name": "Base", "provider_name": "tables",
            "config": { "base_url": url, "reports": [{ "name": "a" }] },
        });
        let made = app.post("connections", body).await.expect(201);
        assert_eq!(models(&made.json), ["a"]);
        let path = format!("connections/{}", made.id());
        let check = format!("{path}/check");
        let checked = app.post(&check, None).await.expect(200);
        assert_eq!(checked.json["health"]["healthy"], true);
        assert_eq!(models(&checked.json), ["a", "x", "y"]);
        let ids: Vec<_> = checked.json["models"].as_array().unwrap().iter().map(|model| model["id"].clone()).collect();

        for (tables, wanted) in [
            (json!([{ "name": "x" }, { "name": "x" }]), "two streams have the name `x`"),
            (Value::Null, "500"),
            (json!([{ "name": "a" }]), "two streams have the name `a`"),
        ] {
            *told.lock().unwrap() = tables;
            let failed = app.post(&check, None).await.expect(200);
            let health = &failed.json["health"];
            assert_eq!(health["healthy"], false);
            assert!(health["message"].as_str().unwrap().contains(wanted), "{health}");
            assert_eq!(models(&failed.json), ["a", "x", "y"]);
        }

        *told.lock().unwrap() = json!([{ "name": "y" }, { "name": "z" }]);
        let changed = app.post(&check, None).await.expect(200);
        assert_eq!(models(&changed.json), ["a", "x is gone", "y", "z"]);
        let patched = app.patch(&path, json!({ "config": { "reports": [] } })).await.expect(200);
        assert_eq!(models(&patched.json), ["a is gone", "x is gone", "y", "z"]);

        *told.lock().unwrap() = json!([{ "name": "x" }]);
        let back = app.post(&check, None).await.expect(200);
        assert_eq!(models(&back.json), ["a is gone", "x", "y is gone", "z is gone"]);
        assert_eq!(back.json["models"][1]["id"], ids[1], "the same model");
        let state = json!({ "state": {} });
        let id = ids[1].as_str().unwrap();
        app.put(&format!("models/{id}/state"), state).await.expect(200);
        server.stop(false).await;
    }
}
