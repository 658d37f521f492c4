//! `?wait=`: stepped with the store; no test waits for time to pass.

use futures::future::join;
use serde_json::json;
use syncline_test_support::{TestDatabase, both_databases};

use crate::test_app::TestApp;

async fn queued(app: &TestApp) -> String {
    let connection = app.connect().await.id();
    let body = json!({ "models": ["customers"] });
    app.post(&format!("connections/{connection}/sync"), body)
        .await
        .expect(200)
        .ids()
        .remove(0)
}

both_databases! {
    async fn who_waits_is_answered_when_the_sync_is_final(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let id = queued(&app).await;
        let path = format!("syncs/{id}?wait=60");
        let work = async {
            let fence = app.db_start().await;
            app.db_page(fence, 1, &[("1", json!({ "id": 1 }))]).await;
            app.db_complete(fence).await;
        };
        let (answer, ()) = join(app.get(&path), work).await;
        assert_eq!(answer.expect(200).json["status"], "complete");
        // Final already: answered at once.
        assert_eq!(app.get(&path).await.expect(200).json["status"], "complete");
    }

    async fn a_cancel_ends_the_wait(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let id = queued(&app).await;
        let path = format!("syncs/{id}?wait=60");
        let cancel = format!("syncs/{id}/cancel");
        let (answer, _) = join(app.get(&path), app.post(&cancel, None)).await;
        assert_eq!(answer.expect(200).json["status"], "cancelled");
    }

    async fn without_a_wait_it_is_answered_as_it_stands(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let id = queued(&app).await;
        assert_eq!(app.get(&format!("syncs/{id}")).await.expect(200).json["status"], "queued");
        assert_eq!(app.get(&format!("syncs/{id}?wait=0")).await.expect(200).json["status"], "queued");
    }

    async fn a_shutdown_answers_who_waits_at_once(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let id = queued(&app).await;
        let path = format!("syncs/{id}?wait=60");
        let shutdown = async { app.api.shutdown.cancel() };
        let (answer, ()) = join(app.get(&path), shutdown).await;
        assert_eq!(answer.expect(200).json["status"], "queued");
        assert_eq!(app.get("/readyz").await.problem(), (503, "unavailable"));
    }

    async fn a_deleted_sync_ends_the_wait(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let connection = app.connect().await.id();
        let id = app.post(&format!("connections/{connection}/sync"), None).await.expect(200).ids().remove(0);
        let path = format!("syncs/{id}?wait=60");
        let delete = format!("connections/{connection}");
        let (answer, _) = join(app.get(&path), app.delete(&delete)).await;
        assert_eq!(answer.problem(), (404, "not_found"));
    }
}
