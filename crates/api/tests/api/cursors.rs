//! Lists in pages, and cursors that are only good for their own list.

use serde_json::json;
use syncline_test_support::{TestDatabase, both_databases};

use crate::test_app::TestApp;

both_databases! {
    async fn every_list_is_read_in_pages(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let connection = app.connect().await.id();
        app.connect().await;
        app.post(&format!("connections/{connection}/sync"), None).await.expect(200);
        for path in [
            "connections".to_owned(),
            "syncs".to_owned(),
            format!("connections/{connection}/models"),
            format!("connections/{connection}/syncs"),
            "providers".to_owned(),
        ] {
            let all = app.get(&path).await.expect(200);
            assert_eq!((all.header("link"), all.header("next-cursor")), (None, None), "{path}");
            let all = all.json.as_array().unwrap().clone();
            assert!(all.len() >= 2, "{path}");
            let mut read = Vec::new();
            let mut next = Some(format!("{path}?limit=1"));
            while let Some(path) = next {
                let page = app.get(&path).await.expect(200);
                read.extend(page.json.as_array().unwrap().clone());
                next = page.header("link").map(|link| {
                    let target = link.strip_prefix('<').unwrap().split_once('>').unwrap().0;
                    assert!(target.contains(&format!("cursor={}&limit=1", page.header("next-cursor").unwrap())));
                    target.to_owned()
                });
            }
            assert_eq!(read, all, "{path}");
        }
    }

    async fn a_cursor_is_bound_to_organization_path_and_filters(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let other = app.as_organization("other").await;
        let connection = app.connect().await.id();
        app.post(&format!("connections/{connection}/sync"), None).await.expect(200);
        let page = app.get("syncs?limit=1&status=queued").await.expect(200);
        let cursor = page.header("next-cursor").unwrap();
        app.get(&format!("syncs?limit=7&cursor={cursor}&status=queued")).await.expect(200);
        for path in [
            format!("syncs?cursor={cursor}"),
            format!("syncs?cursor={cursor}&status=running"),
            format!("connections?cursor={cursor}"),
            format!("connections/{connection}/syncs?cursor={cursor}&status=queued"),
        ] {
            assert_eq!(app.get(&path).await.problem(), (422, "invalid_cursor"), "{path}");
        }
        let foreign = other.get(&format!("syncs?cursor={cursor}&status=queued")).await;
        assert_eq!(foreign.problem(), (422, "invalid_cursor"));
    }

    async fn attempts_have_pages_too(db: TestDatabase) {
        let app = TestApp::new(&db).await;
        let connection = app.connect().await.id();
        let body = json!({ "models": ["customers"] });
        let id = app.post(&format!("connections/{connection}/sync"), body).await.expect(200).ids().remove(0);
        for _ in 0..2 {
            let fence = app.db_start().await;
            app.db_write(move |tx| tx.release_sync(fence)).await;
        }
        let first = app.get(&format!("syncs/{id}/attempts?limit=1")).await.expect(200);
        assert_eq!(first.json[0]["number"], 1);
        let cursor = first.header("next-cursor").unwrap();
        let second = app.get(&format!("syncs/{id}/attempts?limit=1&cursor={cursor}")).await.expect(200);
        assert_eq!(second.json[0]["number"], 2);
        assert_eq!(second.header("next-cursor"), None);
    }
}
