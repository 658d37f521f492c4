//! What one caller may ask for: sizes, rates, and how much at once.

use actix_web::http::Method;
use actix_web::test::TestRequest;
use serde_json::json;
use syncline_api::{LimitOptions, Limits};
use syncline_test_support::{TestDatabase, both_databases};

use crate::answer::Answer;
use crate::test_app::TestApp;

async fn limited(db: &TestDatabase, options: LimitOptions) -> TestApp {
    TestApp::changed(db, |api| api.limits = Limits::new(options)).await
}

fn retry_after(answer: &Answer) -> u64 {
    answer.header("retry-after").unwrap().parse().unwrap()
}

both_databases! {
    async fn a_request_that_is_too_large_is_refused_by_what_is_too_large(db: TestDatabase) {
        let app = limited(&db, LimitOptions {
            body_bytes: 40,
            url_bytes: 100,
            header_bytes: 400,
            ..LimitOptions::default()
        }).await;
        let long = "x".repeat(101 - "/healthz?a=".len());
        let url = format!("/healthz?a={long}");
        assert_eq!(url.len(), 101);
        assert_eq!(app.get(&url).await.problem(), (414, "url_too_long"));
        assert_ne!(app.get(&url[..100]).await.status, 414);
        let unknown = format!("/nowhere/{}", "x".repeat(100));
        assert_eq!(app.get(&unknown).await.problem(), (414, "url_too_long"));

        let padded = |bytes: usize| {
            app.request(Method::GET, "syncs").insert_header(("x-padding", "x".repeat(bytes)))
        };
        app.send(padded(200)).await.expect(200);
        assert_eq!(app.send(padded(400)).await.problem(), (431, "headers_too_large"));
        // Before anybody looks who asks.
        let nobody = TestRequest::get().uri("/v2/integrations/syncs");
        let nobody = nobody.insert_header(("x-padding", "x".repeat(400)));
        assert_eq!(app.send(nobody).await.problem(), (431, "headers_too_large"));
        let many = (0..100).fold(app.request(Method::GET, "syncs"), |request, n| {
            request.insert_header((format!("x-{n}"), "1"))
        });
        assert_eq!(app.send(many).await.problem(), (431, "headers_too_large"));

        let body = json!({ "provider_name": "books", "name": "x".repeat(40) });
        assert_eq!(app.post("connections", body).await.problem(), (413, "body_too_large"));
    }

    async fn json_is_only_so_deep(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        for (depth, expected) in [
            (120, (422, "invalid_body")),
            (128, (400, "invalid_json")),
            (400_000, (400, "invalid_json")),
        ] {
            let request = app.request(Method::POST, "connections");
            let request = request.insert_header(("content-type", "application/json"));
            let answer = app.send(request.set_payload(nested(depth))).await;
            assert_eq!(answer.problem(), expected, "{depth}");
        }
    }

    async fn a_token_has_its_rate_and_every_answer_says_what_is_left(db: TestDatabase) {
        let app = limited(&db, LimitOptions { requests_per_minute: 3, ..LimitOptions::default() }).await;
        let mut left = Vec::new();
        for path in ["syncs", "syncs/nope", "syncs?limit=0"] {
            let answer = app.get(path).await;
            assert_eq!(answer.header("ratelimit-policy"), Some("\"token\";q=3;w=60"), "{path}");
            left.push(answer.header("ratelimit").unwrap().to_owned());
        }
        assert_eq!(left, ["\"token\";r=2;t=20", "\"token\";r=1;t=20", "\"token\";r=0;t=20"]);
        let refused = app.get("syncs").await;
        assert_eq!(refused.problem(), (429, "too_many_requests"));
        assert!((15..=20).contains(&retry_after(&refused)), "{}", refused.text);
        let left = refused.header("ratelimit").unwrap();
        assert_eq!(left, format!("\"token\";r=0;t={}", retry_after(&refused)));
        app.as_organization("other").await.get("syncs").await.expect(200);
        assert_eq!(app.get("/healthz").await.expect(200).header("ratelimit"), None);
    }

    async fn a_token_has_only_so_many_requests_under_way(db: TestDatabase) {
        let app = limited(&db, LimitOptions { concurrent_requests: 2, ..LimitOptions::default() }).await;
        let connection = app.connect().await.id();
        let body = json!({ "models": ["customers"] });
        let sync = app.post(&format!("connections/{connection}/sync"), body).await.expect(200).ids().remove(0);
        let wait = format!("syncs/{sync}?wait=60");
        let other = app.as_organization("other").await;
        let third = async {
            let refused = app.get("syncs").await;
            other.get("syncs").await.expect(200);
            app.api.shutdown.cancel();
            refused
        };
        let (first, second, refused) = futures::join!(app.get(&wait), app.get(&wait), third);
        assert_eq!((first.status, second.status), (200, 200));
        assert_eq!(refused.problem(), (429, "too_many_requests"));
        assert_eq!(retry_after(&refused), 1);
        app.get("syncs").await.expect(200);
    }

    async fn guessing_tokens_is_slow_and_locks_out_nobody_who_is_known(db: TestDatabase) {
        let app = limited(&db, LimitOptions { strangers_per_minute: 3, ..LimitOptions::default() }).await;
        let other = app.as_organization("other").await;
        let from = |address: &str, token: &str| {
            let request = TestRequest::get().uri("/v2/integrations/syncs");
            let request = request.peer_addr(format!("{address}:4711").parse().unwrap());
            app.send(request.insert_header(("Authorization", format!("Bearer {token}"))))
        };
        from("192.0.2.1", &app.token).await.expect(200);
        for guess in ["a", "b"] {
            assert_eq!(from("192.0.2.1", guess).await.problem(), (401, "unauthorized"));
        }
        let refused = from("192.0.2.1", "c").await;
        assert_eq!(refused.problem(), (429, "too_many_requests"));
        assert!((15..=20).contains(&retry_after(&refused)), "{}", refused.text);
        // A right guess is no better than a wrong one.
        assert_eq!(from("192.0.2.1", &other.token).await.problem(), (429, "too_many_requests"));
        from("192.0.2.1", &app.token).await.expect(200);
        from("192.0.2.2", &other.token).await.expect(200);
        from("192.0.2.1", &other.token).await.expect(200);

        app.db_write(|tx| {
            for token in tx.list_tokens(Some("other"))? {
                tx.revoke_token(token.organization_id, token.id)?;
            }
            Ok(())
        })
        .await;
        assert_eq!(from("192.0.2.1", &other.token).await.problem(), (401, "unauthorized"));
        assert_eq!(from("192.0.2.1", &other.token).await.problem(), (429, "too_many_requests"));
    }
}
