//! Providers.

use syncline_test_support::{TestDatabase, both_databases};

use crate::test_app::TestApp;

both_databases! {
    async fn providers_are_listed_with_their_errors(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let list = app.get("providers?limit=1").await.expect(200);
        assert_eq!(list.json[0], app.get("providers/books").await.expect(200).json);
        let mut books = list.redacted()[0].clone();
        assert_eq!(books["connection_specification"]["title"], "Books");
        books["connection_specification"] = "…".into();
        snapshot!(books, @r#"
        {
          "name": "books",
          "title": "Books",
          "is_available": true,
          "error": null,
          "content_hash": "sha256",
          "connection_specification": "…",
          "streams": [
            {
              "name": "customers",
              "display_name": "The customers",
              "is_supported": true,
              "unsupported_reason": null,
              "has_primary_key": true,
              "is_incremental": false
            },
            {
              "name": "invoices",
              "display_name": "The customers",
              "is_supported": true,
              "unsupported_reason": null,
              "has_primary_key": true,
              "is_incremental": false
            },
            {
              "name": "odd",
              "display_name": "The customers",
              "is_supported": false,
              "unsupported_reason": "CustomRetriever (source_books.Odd, which needs Python) is not supported (at odd.retriever)",
              "has_primary_key": false,
              "is_incremental": false
            }
          ],
          "object": "provider"
        }
        "#);
        let cursor = list.header("next-cursor").unwrap();
        let rest = app.get(&format!("providers?limit=1&cursor={cursor}")).await.expect(200);
        assert_eq!(rest.header("next-cursor"), None);
        snapshot!(rest.redacted(), @r#"
        [
          {
            "name": "broken",
            "title": null,
            "is_available": false,
            "error": "the manifest is not valid YAML: line 2, column 1: while parsing a flow sequence, expected ',' or ']'",
            "content_hash": "sha256",
            "connection_specification": null,
            "streams": [],
            "object": "provider"
          }
        ]
        "#);
        assert_eq!(app.get("providers/n%C3%B6pe").await.problem(), (404, "not_found"));
    }
}
