//! Headers that keep browsers safe, and pages of other origins.

use actix_web::http::Method;
use actix_web::test::TestRequest;
use syncline_test_support::{TestDatabase, both_databases};

use crate::answer::Answer;
use crate::test_app::TestApp;

const OWN: &str = "https://app.example.com";

async fn with_origin(db: &TestDatabase) -> TestApp {
    TestApp::changed(db, |api| {
        api.cors_origins = vec![OWN.to_owned(), "http://localhost:3000".to_owned()];
    })
    .await
}

fn cors_headers(answer: &Answer) -> Vec<&str> {
    let names = answer.headers.keys().map(|name| name.as_str());
    names
        .filter(|name| name.starts_with("access-control-"))
        .collect()
}

both_databases! {
    async fn every_answer_keeps_browsers_from_running_framing_and_keeping_it(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        for path in ["syncs", "syncs/nope", "/nowhere", "/healthz", "/openapi.json", "/docs/", "/docs"] {
            let answer = app.get(path).await;
            let policy = answer.header("content-security-policy").unwrap();
            assert!(policy.starts_with("default-src 'none'"), "{path}: {policy}");
            assert!(policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
            assert_eq!(policy.contains("script-src 'self'"), path.starts_with("/docs"), "{path}");
            for (name, value) in [
                ("x-content-type-options", Some("nosniff")),
                ("x-frame-options", Some("DENY")),
                ("referrer-policy", Some("no-referrer")),
                ("cache-control", Some("no-store")),
                ("strict-transport-security", None),
            ] {
                assert_eq!(answer.header(name), value, "{path}");
            }
        }
        let nobody = app.send(TestRequest::get().uri("/v2/integrations/syncs")).await.expect(401);
        assert_eq!(nobody.header("x-content-type-options"), Some("nosniff"));
        // The documentation's own page needs no more than its policy allows.
        let page = app.get("/docs/").await.expect(200).text;
        assert!(!page.contains("<script>") && !page.contains("//cdn"), "{page}");
    }

    async fn no_page_of_another_origin_may_call(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        for method in [Method::GET, Method::OPTIONS] {
            let request = app.request(method, "syncs").insert_header(("Origin", OWN));
            let answer = app.send(request.insert_header(("Access-Control-Request-Method", "GET"))).await;
            assert_eq!(cors_headers(&answer), Vec::<&str>::new());
        }
    }

    async fn an_origin_that_is_not_named_may_not_call(db: TestDatabase) {
        let app = with_origin(&db).await;
        for origin in [
            "https://evil.example",
            "https://app.example.com.evil.example",
            "http://app.example.com",
            "https://app.example.com:8443",
            "null",
            "*",
        ] {
            let request = app.request(Method::GET, "syncs").insert_header(("Origin", origin));
            let answer = app.send(request).await.expect(200);
            assert_eq!(cors_headers(&answer), Vec::<&str>::new(), "{origin}");
            assert!(answer.header("vary").is_some_and(|vary| vary.contains("Origin")), "{origin}");
        }
    }

    async fn a_named_origin_may_ask_beforehand_and_read_every_answer(db: TestDatabase) {
        let app = with_origin(&db).await;
        let asked = TestRequest::default()
            .method(Method::OPTIONS)
            .uri("/v2/integrations/connections")
            .insert_header(("Origin", OWN))
            .insert_header(("Access-Control-Request-Method", "POST"))
            .insert_header(("Access-Control-Request-Headers", "authorization,content-type,idempotency-key"));
        let answer = app.send(asked).await.expect(204);
        assert_eq!(answer.header("access-control-allow-origin"), Some(OWN));
        let methods = answer.header("access-control-allow-methods").unwrap();
        assert_eq!(methods, "GET, HEAD, POST, PUT, PATCH, DELETE");
        let headers = answer.header("access-control-allow-headers").unwrap();
        assert_eq!(headers, "authorization, content-type, idempotency-key");
        assert_eq!(answer.header("access-control-max-age"), Some("600"));

        let nobody = TestRequest::get().uri("/v2/integrations/syncs").insert_header(("Origin", OWN));
        let answers = [
            app.send(app.request(Method::GET, "syncs").insert_header(("Origin", OWN))).await.expect(200),
            app.send(app.request(Method::GET, "syncs/nope").insert_header(("Origin", OWN))).await.expect(404),
            app.send(nobody).await.expect(401),
        ];
        for answer in answers {
            assert_eq!(answer.header("access-control-allow-origin"), Some(OWN));
            assert_eq!(answer.header("access-control-allow-credentials"), None);
            let exposed = answer.header("access-control-expose-headers").unwrap();
            for name in ["next-cursor", "link", "x-request-id", "retry-after", "ratelimit"] {
                assert!(exposed.contains(name), "{exposed}");
            }
        }
    }
}
