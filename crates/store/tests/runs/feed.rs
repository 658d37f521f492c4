//! The records feed.

use serde_json::json;
use syncline_domain::{ModelId, RecordId};
use syncline_store::error::StoreError;
use syncline_store::records::FeedPlace;
use syncline_store::runs::Unseen;
use syncline_test_support::{TestDatabase, both_databases};

use crate::world::World;

both_databases! {
    async fn a_reader_gets_each_change_once_and_in_order(db: TestDatabase) {
        let world = World::new(&db).await;
        let (organization, model) = (world.organization, world.model());
        let empty = world
            .read(move |tx| tx.list_records_of_model(organization, model, None, false, 10))
            .await;
        assert_eq!((empty.records.len(), empty.cursor.number, empty.has_more), (0, 0, false));
        world.full_pass(&[("a", json!(1)), ("b", json!(1)), ("c", json!(1))], Unseen::Gone).await;
        let first = world
            .read(move |tx| tx.list_records_of_model(organization, model, Some(FeedPlace::at(0)), true, 2))
            .await;
        assert_eq!(keys(&first), ["a", "b"]);
        assert_eq!((first.cursor.number, first.has_more), (2, true));
        world.full_pass(&[("a", json!(2)), ("c", json!(1)), ("d", json!(1))], Unseen::Gone).await;
        let cursor = first.cursor;
        let rest = world
            .read(move |tx| tx.list_records_of_model(organization, model, Some(cursor), true, 10))
            .await;
        assert_eq!(keys(&rest), ["c", "a", "d", "b"], "b is last, as a tombstone");
        assert!(rest.records[3].deleted_at.is_some());
        assert_eq!((rest.cursor.number, rest.has_more), (6, false));
        let cursor = rest.cursor;
        let done = world
            .read(move |tx| tx.list_records_of_model(organization, model, Some(cursor), true, 10))
            .await;
        assert_eq!((done.records.len(), done.cursor.number, done.has_more), (0, 6, false));
    }

    async fn pages_are_filled_past_deleted_rows(db: TestDatabase) {
        let world = World::new(&db).await;
        let (organization, model) = (world.organization, world.model());
        let all: Vec<(String, serde_json::Value)> =
            (0..20).map(|i| (format!("k{i:02}"), json!(i))).collect();
        let all: Vec<(&str, serde_json::Value)> =
            all.iter().map(|(key, value)| (key.as_str(), value.clone())).collect();
        world.full_pass(&all, Unseen::Gone).await;
        let kept: Vec<_> = all.iter().filter(|(_, v)| v.as_i64().unwrap() % 4 == 0).cloned().collect();
        world.full_pass(&kept, Unseen::Gone).await;
        let first = world
            .read(move |tx| tx.list_records_of_model(organization, model, None, false, 3))
            .await;
        assert_eq!(keys(&first), ["k00", "k04", "k08"]);
        assert_eq!((first.cursor.number, first.has_more), (9, true));
        let second = world
            .read(move |tx| tx.list_records_of_model(organization, model, Some(FeedPlace::at(9)), false, 3))
            .await;
        assert_eq!(keys(&second), ["k12", "k16"]);
        assert_eq!((second.cursor.number, second.has_more), (35, false), "the tombstones were looked at");
    }

    async fn a_cursor_behind_the_purge_has_expired(db: TestDatabase) {
        let world = World::new(&db).await;
        world.full_pass(&[("a", json!(1)), ("b", json!(1)), ("c", json!(1))], Unseen::Gone).await;
        world.db_execute("UPDATE model_feeds SET purged_through = 2 WHERE last_number > 0");
        let (organization, model) = (world.organization, world.model());
        let list = |after: Option<i64>| {
            let after = after.map(FeedPlace::at);
            world.store.read(move |tx| tx.list_records_of_model(organization, model, after, true, 10))
        };
        assert!(matches!(list(Some(1)).await, Err(StoreError::CursorExpired)));
        assert_eq!(keys(&list(Some(2)).await.unwrap()), ["c"]);
        assert_eq!(keys(&list(None).await.unwrap()).len(), 3);
    }

    async fn tenants_are_walls(db: TestDatabase) {
        let world = World::new(&db).await;
        world.full_pass(&[("a", json!({"x": 1}))], Unseen::Gone).await;
        let (foreign, models) = world.connect("umbrella").await;
        let (mine, theirs) = (world.organization, foreign.organization_id);
        let (model, other_model) = (world.model(), models[0].id);
        let id = world.records().await[0].id;
        let found = world.read(move |tx| tx.find_record(mine, model, id)).await.unwrap();
        assert_eq!(found.data.get(), r#"{"x":1}"#);
        let unknown = RecordId::from_parts(world.now(), [3; 10]);
        for (organization, model, id) in
            [(theirs, model, id), (mine, other_model, id), (theirs, other_model, id), (mine, model, unknown)]
        {
            assert!(world.read(move |tx| tx.find_record(organization, model, id)).await.is_none());
        }
        let none = ModelId::from_parts(world.now(), [3; 10]);
        for (organization, model) in [(theirs, model), (mine, other_model), (mine, none)] {
            let refused = world
                .store
                .read(move |tx| tx.list_records_of_model(organization, model, None, true, 10))
                .await;
            assert!(matches!(refused, Err(StoreError::NotFound { what: "model", .. })));
        }
        let connection = world.connection.id;
        world.write(move |tx| tx.delete_connection(mine, connection)).await.unwrap();
        let gone = world
            .store
            .read(move |tx| tx.list_records_of_model(mine, model, None, true, 10))
            .await;
        assert!(matches!(gone, Err(StoreError::NotFound { what: "model", .. })));
        assert!(world.read(move |tx| tx.find_record(mine, model, id)).await.is_none());
    }
}

fn keys(page: &syncline_store::records::FeedPage) -> Vec<&str> {
    page.records
        .iter()
        .map(|record| record.key.as_str())
        .collect()
}
