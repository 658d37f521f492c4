//! The server on a socket: HEAD and shutdown.

use std::net::TcpListener;

use serde_json::json;
use syncline_test_support::{TestDatabase, both_databases, http_client};

use crate::test_app::TestApp;

both_databases! {
    async fn a_server_answers_until_it_is_told_to_stop(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let serving = tokio::spawn(syncline_api::serve(listener, app.api.clone()));
        let client = http_client();

        let head = client.head(format!("{url}/openapi.json")).send().await.unwrap();
        assert_eq!(head.status(), 200);
        assert_eq!(head.headers()["content-type"], "application/json");
        assert_eq!(head.text().await.unwrap(), "");
        let refused = client.post(format!("{url}/v2/integrations/connections")).send().await.unwrap();
        assert_eq!(refused.status(), 401);

        let connection = app.connect().await.id();
        let body = json!({ "models": ["customers"] });
        let id = app.post(&format!("connections/{connection}/sync"), body).await.expect(200).ids().remove(0);
        let wait = client
            .get(format!("{url}/v2/integrations/syncs/{id}?wait=60"))
            .bearer_auth(&app.token)
            .send();
        let (waited, ()) = futures::join!(wait, async { app.api.shutdown.cancel() });
        // The shutdown may come before the connection is accepted; then nobody answers.
        if let Ok(waited) = waited {
            assert_eq!(waited.status(), 200);
        }
        serving.await.unwrap().unwrap();
        assert!(client.get(format!("{url}/healthz")).send().await.is_err());
    }
}
