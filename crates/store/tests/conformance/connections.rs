//! Connections.

use serde_json::{Map, json};
use syncline_domain::access::Reach;
use syncline_domain::health::Health;
use syncline_store::connections::ConnectionChange;
use syncline_store::error::StoreError;
use syncline_store::page::PageRequest;
use syncline_store::secrets::Secrets;
use syncline_store::store::Lane;
use syncline_test_support::{TestDatabase, both_databases};

use crate::harness::{books, connection, open, organization, read, write};

both_databases! {
    async fn a_connection_is_read_as_it_was_made(db: TestDatabase) {
        let store = open(&db).await;
        let acme = organization(&store, "acme").await;
        let made = connection(&store, &acme).await;
        assert_eq!(made.name, "Books");
        assert_eq!(made.api_url.as_deref(), Some("https://books.example"));
        assert_eq!(made.environment.as_deref(), Some("sandbox"));
        assert_eq!(made.config, Map::from_iter([("start".into(), json!("2024-01-01"))]));
        assert_eq!(made.secret_names, ["/token"]);
        assert_eq!(made.health, Health::default());
        assert_eq!(made.modified_at, None);
        let (id, org) = (made.id, acme.id);
        let (found, secrets) = read(&store, move |tx| {
            Ok((tx.find_connection(org, id)?, tx.read_connection_secrets(org, id)?))
        })
        .await;
        assert_eq!(found, Some(made));
        assert_eq!(secrets.0, [("/token".to_owned(), json!("hunter2"))].into());
    }

    async fn someone_elses_connection_is_not_found(db: TestDatabase) {
        let store = open(&db).await;
        let acme = organization(&store, "acme").await;
        let globex = organization(&store, "globex").await.id;
        let id = connection(&store, &acme).await.id;
        assert_eq!(read(&store, move |tx| tx.find_connection(globex, id)).await, None);
        let secrets = store.read(move |tx| tx.read_connection_secrets(globex, id)).await;
        assert!(matches!(secrets, Err(StoreError::NotFound { .. })));
        let changed = store
            .write(Lane::Control, move |tx| {
                tx.update_connection(globex, id, ConnectionChange::default())
            })
            .await;
        assert!(matches!(changed, Err(StoreError::NotFound { .. })));
        let deleted = store.write(Lane::Control, move |tx| tx.delete_connection(globex, id)).await;
        assert!(matches!(deleted, Err(StoreError::NotFound { .. })));
    }

    async fn pages_meet_without_gap_or_overlap(db: TestDatabase) {
        let store = open(&db).await;
        let acme = organization(&store, "acme").await;
        let made = write(&store, {
            let acme = acme.clone();
            move |tx| {
                (0..5).map(|_| Ok(tx.insert_connection(books(&acme))?.id)).collect::<Result<Vec<_>, StoreError>>()
            }
        })
        .await;
        let mut seen = Vec::new();
        let mut sizes = Vec::new();
        let mut after = None;
        loop {
            let page = read(&store, move |tx| {
                tx.list_connections_of_organization(acme.id, &Reach::All, PageRequest { after, limit: 2 })
            })
            .await;
            sizes.push(page.items.len());
            seen.extend(page.items.iter().map(|connection| connection.id));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(sizes, [2, 2, 1]);
        assert_eq!(seen, made);
    }

    async fn a_change_touches_what_it_names(db: TestDatabase) {
        let store = open(&db).await;
        let acme = organization(&store, "acme").await;
        let made = connection(&store, &acme).await;
        let (id, org) = (made.id, acme.id);
        let renamed = write(&store, move |tx| {
            let change = ConnectionChange {
                name: Some("Ledgers".into()),
                api_url: Some(None),
                company: Some(Some("Globex".into())),
                ..ConnectionChange::default()
            };
            tx.update_connection(org, id, change)
        })
        .await;
        assert!(renamed.modified_at.is_some());
        let expected = syncline_domain::connection::Connection {
            name: "Ledgers".into(),
            api_url: None,
            company: Some("Globex".into()),
            modified_at: renamed.modified_at,
            ..made
        };
        assert_eq!(renamed, expected);
        let secrets = read(&store, move |tx| tx.read_connection_secrets(org, id)).await;
        assert_eq!(secrets.0.len(), 1);
    }

    async fn a_new_configuration_replaces_the_old_one_and_its_secrets(db: TestDatabase) {
        let store = open(&db).await;
        let acme = organization(&store, "acme").await;
        let (id, org) = (connection(&store, &acme).await.id, acme.id);
        for secrets in [Secrets([("/key".into(), json!({"a": 1}))].into()), Secrets::default()] {
            let names: Vec<String> = secrets.0.keys().cloned().collect();
            let clear = secrets.0.clone();
            let (changed, read) = write(&store, move |tx| {
                let config = Some((Map::from_iter([("b".into(), json!([2]))]), secrets));
                let change = ConnectionChange { config, ..ConnectionChange::default() };
                let changed = tx.update_connection(org, id, change)?;
                Ok((changed, tx.read_connection_secrets(org, id)?))
            })
            .await;
            assert_eq!(changed.secret_names, names);
            assert_eq!(changed.config, Map::from_iter([("b".into(), json!([2]))]));
            assert_eq!(read.0, clear);
        }
    }

    async fn health_leaves_the_connection_unmodified(db: TestDatabase) {
        let store = open(&db).await;
        let acme = organization(&store, "acme").await;
        let (id, org) = (connection(&store, &acme).await.id, acme.id);
        let health = Health {
            healthy: Some(false),
            authentication_required: true,
            message: Some("401".into()),
            status_code: Some(401),
            suggested_resolution: Some("sign in".into()),
            timestamp: chrono::DateTime::from_timestamp_micros(1_700_000_000_000_001),
        };
        let expected = health.clone();
        let found = write(&store, move |tx| {
            tx.update_connection_health(id, &health)?;
            tx.find_connection(org, id)
        })
        .await
        .unwrap();
        assert_eq!((found.health, found.modified_at), (expected, None));
    }

    async fn a_deleted_connection_is_gone_and_purged_bit_by_bit(db: TestDatabase) {
        let store = open(&db).await;
        let acme = organization(&store, "acme").await;
        let (id, org) = (connection(&store, &acme).await.id, acme.id);
        let kept = connection(&store, &acme).await.id;
        let models = read(&store, move |tx| tx.list_models_of_connections(org, &[id])).await;
        let model = models[0].model.id;
        write(&store, move |tx| tx.delete_connection(org, id)).await;
        let (connection, model, models) = read(&store, move |tx| {
            Ok((
                tx.find_connection(org, id)?,
                tx.find_model(org, model)?.is_some(),
                tx.list_models_of_connections(org, &[id, kept])?,
            ))
        })
        .await;
        assert_eq!((connection, model), (None, false));
        assert!(models.iter().all(|view| view.model.connection_id == kept));
        assert_eq!(models.len(), 2);

        // Two feeds, two models, the connection.
        let mut steps = Vec::new();
        loop {
            let gone = write(&store, |tx| tx.purge_deleted(2)).await;
            if gone == 0 {
                break;
            }
            steps.push(gone);
        }
        assert_eq!(steps, [2, 2, 1]);
        assert!(read(&store, move |tx| tx.find_connection(org, kept)).await.is_some());
    }
}
