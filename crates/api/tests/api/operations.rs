//! Health, the document, the docs page, and what every answer has.

use actix_web::http::Method;
use serde_json::Value;
use syncline_test_support::{TestDatabase, both_databases};

use crate::test_app::TestApp;

both_databases! {
    async fn the_process_tells_its_health_to_anyone(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        for path in ["/healthz", "/readyz"] {
            let answer = app.send(actix_web::test::TestRequest::get().uri(path)).await.expect(200);
            assert_eq!(answer.json["status"], "ok");
        }
    }

    async fn the_document_and_the_docs_work_without_internet(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let document = app.get("/openapi.json").await.expect(200);
        assert_eq!(document.text, syncline_api::openapi_json());
        assert_eq!(app.get("/docs").await.expect(308).header("location"), Some("/docs/"));
        let page = app.get("/docs/").await.expect(200);
        assert!(page.text.contains("swagger-ui"), "{}", page.text);
        for text in [&page.text, &app.get("/docs/swagger-initializer.js").await.expect(200).text] {
            assert!(!text.contains("https://"), "it loads from elsewhere: {text}");
        }
        assert!(app.get("/docs/swagger-ui-bundle.js").await.expect(200).text.len() > 100_000);
        assert_eq!(app.get("/docs/nope.js").await.problem(), (404, "route_not_found"));
    }

    async fn every_answer_has_its_headers(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        for path in ["connections", "/healthz", "nope", "syncs?nope=1"] {
            let answer = app.get(path).await;
            assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
            assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
            assert_eq!(answer.header("x-request-id").map(str::len), Some(36), "{path}");
            assert_eq!(answer.header("server"), None, "{path}");
        }
        let (one, two) = (app.get("syncs").await, app.get("syncs").await);
        assert_ne!(one.header("x-request-id"), two.header("x-request-id"));
    }

    async fn an_answer_is_compressed_when_asked(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let plain = app.get("/openapi.json").await;
        assert_eq!(plain.header("content-encoding"), None);
        let request = app.request(Method::GET, "/openapi.json").insert_header(("Accept-Encoding", "gzip"));
        let packed = app.send(request).await.expect(200);
        assert_eq!(packed.header("content-encoding"), Some("gzip"));
        assert!(packed.text.len() < plain.text.len() / 2);
    }

    async fn options_and_wrong_methods_tell_what_a_path_takes(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let id = app.connect().await.id();
        for (path, allow) in [
            ("connections".to_owned(), "GET, HEAD, POST, OPTIONS"),
            (format!("connections/{id}"), "GET, HEAD, DELETE, PATCH, OPTIONS"),
            (format!("connections/{id}/sync"), "POST, OPTIONS"),
            ("/healthz".to_owned(), "GET, HEAD, OPTIONS"),
            ("/docs".to_owned(), "GET, HEAD, OPTIONS"),
        ] {
            let options = app.call(Method::OPTIONS, &path, None).await.expect(204);
            assert_eq!(options.header("allow"), Some(allow), "{path}");
        }
    }

    /// Walks every path of the document with every method: 405 with exactly the others.
    async fn every_path_refuses_the_methods_it_does_not_have(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let document: Value = serde_json::from_str(&syncline_api::openapi_json()).unwrap();
        for (path, item) in document["paths"].as_object().unwrap() {
            let filled = path.replace(['{', '}'], "");
            for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
                if item.get(method.as_str().to_lowercase()).is_none() {
                    let answer = app.call(method.clone(), &filled, None).await;
                    assert_eq!(answer.problem(), (405, "method_not_allowed"), "{method} {path}");
                    assert!(!answer.header("allow").unwrap().contains(method.as_str()), "{method} {path}");
                }
            }
        }
    }
}
