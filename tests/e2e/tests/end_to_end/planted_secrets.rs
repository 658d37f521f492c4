//! Secrets of every kind are planted, and a provider gives them back in every way that it can.
//! Then everything that Syncline leaves behind is searched for them.

mod echo;
mod plants;
mod search;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use syncline_test_support::{Api, Program, TestDatabase, both_databases};

use crate::world::{models_of, providers_with, text};
use echo::Echo;
use search::Haystack;

const BASE: &str = "/v2/integrations";

/// Requests a sync and waits until its first attempt is over.
async fn sync(api: &Api, connection: &str, model: &str, haystack: &mut Haystack) -> Value {
    let syncs = api
        .request_sync(connection, json!({ "models": [model] }))
        .await;
    let path = format!("{BASE}/syncs/{}", text(&syncs[0]["id"]));
    for _ in 0..600 {
        let answer = api.get(&format!("{path}?wait=1")).await.expect_status(200);
        let is_over = !matches!(answer.json["status"].as_str(), Some("queued" | "running"));
        if is_over {
            haystack.answer(&answer);
            haystack.answer(
                &api.get(&format!("{path}/attempts"))
                    .await
                    .expect_status(200),
            );
            return answer.json;
        }
    }
    panic!("{model} does not end");
}

/// Every answer that tells of a connection, of what is below it and of what went wrong.
async fn ask_everything(api: &Api, connection: &str, models: &[String], haystack: &mut Haystack) {
    let mut paths = vec![
        "/connections".to_owned(),
        format!("/connections/{connection}"),
        format!("/connections/{connection}/config"),
        format!("/connections/{connection}/models"),
        format!("/connections/{connection}/syncs"),
        "/syncs?limit=1000".to_owned(),
        "/providers".to_owned(),
        "/providers/echo".to_owned(),
    ];
    for model in models {
        paths.push(format!("/models/{model}"));
        paths.push(format!("/models/{model}/schedule"));
        paths.push(format!("/models/{model}/records"));
    }
    for path in paths {
        haystack.answer(&api.get(&format!("{BASE}{path}")).await.expect_status(200));
    }
}

both_databases! {
    async fn no_secret_is_found_anywhere(db: TestDatabase) {
        let echo = Echo::start().await;
        let manifest = plants::manifest().to_string();
        let providers = providers_with("echo", &manifest);
        let program = Program::new(db.url())
            .providers(providers.path())
            .workers(4)
            .option("--log")
            .option("debug");
        let mut server = program.serve().await;
        let api = server.api("acme");
        let mut haystack = Haystack::default();

        let config = plants::config(echo.url());
        let body = json!({ "provider_name": "echo", "name": "Echo", "config": config });
        let key = "planted-secrets";
        let made = api
            .request(reqwest::Method::POST, &format!("{BASE}/connections"))
            .header("Idempotency-Key", key)
            .json(&body);
        let made = syncline_test_support::Answer::to(made).await.expect_status(201);
        haystack.answer(&made);
        let connection = text(&made.json["id"]);
        let models = models_of(&made.json);

        // What is refused does not repeat what it refuses.
        let path = format!("{BASE}/connections/{connection}");
        for wrong in [
            json!({ "api_token": [plants::config(echo.url())["api_token"]] }),
            json!({ "pin": "pl4ntF2u as a text", "password": { "pl4ntF2u": 1 } }),
            json!({ "credentials": { "kind": "pl4ntF2u", "client_secret": 7 } }),
        ] {
            let refused = api.patch(&path, json!({ "config": wrong })).await;
            haystack.answer(&refused.expect_status(422));
        }
        haystack.answer(&api.post(&format!("{path}/check"), None::<Value>).await.expect_status(200));

        for stream in plants::STREAMS {
            let sync = sync(&api, &connection, stream.name, &mut haystack).await;
            assert_ne!(sync["status"], "complete", "{}: {sync}", stream.name);
            assert!(echo.has_given_back(stream.name), "{} was not provoked", stream.name);
            let error = sync["error"].as_str().unwrap_or_default();
            // It was there, and was taken out.
            assert_eq!(error.contains("***"), stream.is_told, "{}: {error}", stream.name);
        }
        let ids: Vec<String> = models.values().cloned().collect();
        ask_everything(&api, &connection, &ids, &mut haystack).await;
        haystack.database(&db);

        server.terminate();
        assert!(server.wait().await.success());
        haystack.text("standard output", &server.stdout().join("\n"));
        let log = server.stderr();
        assert!(log.contains("DEBUG"), "the log should tell everything");
        haystack.text("the log", &log);
        haystack.database(&db);
        let found = haystack.find(&plants::MARKS);
        assert!(found.is_empty(), "{}", found.join("\n"));
        // The search finds what is there.
        let mut control = Haystack::default();
        control.text("what was planted", &config.to_string());
        assert!(control.find(&plants::MARKS).len() >= plants::MARKS.len() - 1);
        for before in ["", "g", "ga", "gardener:"] {
            let mut control = Haystack::default();
            control.text("a header", &STANDARD.encode(format!("{before}pw:pl4ntB8x%q")));
            assert_eq!(control.find(&plants::MARKS).len(), 1, "{before}");
        }
    }
}
