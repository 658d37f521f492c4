//! Batches.

use serde_json::json;
use syncline_test_support::{TestDatabase, both_databases};

use crate::test_app::TestApp;

both_databases! {
    async fn a_batch_names_its_syncs(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let connection = app.connect().await.id();
        let path = format!("connections/{connection}/sync");
        let one = app.post(&path, json!({ "models": ["invoices"] })).await.expect(200);
        let both = app.post(&path, None).await.expect(200);
        let batch = app.get(&format!("batches/{}", both.header("syncline-batch-id").unwrap())).await.expect(200);
        let members = batch.json["members"].as_array().unwrap();
        let joined: Vec<_> = members.iter().map(|m| (&m["sync"]["id"], &m["is_joined"])).collect();
        assert_eq!(joined, [(&both.json[0]["id"], &json!(false)), (&one.json[0]["id"], &json!(true))]);
        let mut shown = batch.redacted();
        shown["members"] = "…".into();
        snapshot!(shown, @r#"
        {
          "id": "uuid",
          "connection_id": "conn_…",
          "created_at": "2026-01-01T00:00:00.000000Z",
          "members": "…",
          "object": "batch"
        }
        "#);
    }
}
