//! Sources from manifests.

use std::sync::Arc;

use syncline_connectors::{NetworkRules, Registry, SourceOptions};
use syncline_engine::{RegistrySources, Worker};
use syncline_store::secrets::{Purpose, Secrets};
use syncline_test_support::{TestDatabase, both_databases};

use crate::support::{Mode, World, finish_all};

/// Enough of a manifest to be planned; nothing is asked of its provider.
const MANIFEST: &str = r#"
version: "6.0.0"
type: DeclarativeSource
check: { type: CheckStream, stream_names: [invoices] }
streams:
  - type: DeclarativeStream
    name: invoices
    primary_key: [id]
    retriever:
      type: SimpleRetriever
      requester: { type: HttpRequester, url_base: "http://127.0.0.1:9", path: /, http_method: GET }
      record_selector: { type: RecordSelector, extractor: { type: DpathExtractor, field_path: [] } }
    schema_loader: { type: InlineSchemaLoader, schema: { type: object, properties: {} } }
spec: { type: Spec, connection_specification: { type: object, properties: {} } }
"#;

async fn run_with(world: &World, manifest: Option<&str>) -> String {
    let registry = Registry::from_manifests(manifest.map(|text| ("scripted", text)));
    let patience = SourceOptions {
        tries: 1,
        network: NetworkRules::allow_all(),
        ..SourceOptions::default()
    };
    let sources = RegistrySources::new(registry, world.store.clone(), patience);
    let worker = Worker::new(world.store.clone(), Arc::new(sources), World::options("w"));
    let tick = worker.tick().await.unwrap();
    let id = tick.claimed[0].fence().sync_id;
    finish_all(tick).await;
    world.view_sync(id).await
}

/// Its streams are told by its provider, at the address of the other manifest.
const FOUND: &str = r#"
version: "6.0.0"
type: DeclarativeSource
check: { type: CheckStream, stream_names: [] }
dynamic_streams:
  - type: DynamicDeclarativeStream
    name: tables
    stream_template:
      type: DeclarativeStream
      name: ""
      primary_key: [id]
      retriever: &retriever
        type: SimpleRetriever
        requester: { type: HttpRequester, url_base: "http://127.0.0.1:9", path: /, http_method: GET }
        record_selector: { type: RecordSelector, extractor: { type: DpathExtractor, field_path: [] } }
    components_resolver:
      type: HttpComponentsResolver
      retriever: *retriever
      components_mapping:
        - { type: ComponentMappingDefinition, field_path: [name], value: "{{ components_values.name }}" }
"#;

both_databases! {
    /// What was found is in the store alone: any worker reads it there.
    async fn a_stream_that_was_found_is_read_by_any_worker(db: TestDatabase) {
        let world = World::new(db, Mode::FullPass).await;
        world.request().await;
        let (organization, connection) = (world.organization, world.connection.id);
        world
            .write(move |tx| {
                let found = serde_json::json!([{ "values": { "name": "invoices" } }]);
                let found = Secrets([("tables".to_owned(), found)].into_iter().collect());
                tx.replace_secret_document(organization, connection, &Purpose::STREAMS, None, &found)
            })
            .await;
        let first = run_with(&world, Some(FOUND)).await;
        assert!(first.starts_with("pending_retry after 1 attempts"), "{first}");
        world.pass(chrono::Duration::hours(1));
        let second = run_with(&world, None).await;
        assert!(second.starts_with("pending_retry after 2 attempts"), "{second}");
    }

    async fn a_stream_that_was_not_found_yet_fails_and_says_what_to_do(db: TestDatabase) {
        let world = World::new(db, Mode::FullPass).await;
        world.request().await;
        let run = run_with(&world, Some(FOUND)).await;
        assert!(run.starts_with("failed after 1 attempts"), "{run}");
        assert!(run.contains("no stream `invoices`") && run.contains("check the connection"), "{run}");
    }

    async fn a_provider_without_a_manifest_fails_in_plain_words(db: TestDatabase) {
        let world = World::new(db, Mode::FullPass).await;
        world.request().await;
        assert_snapshot!(run_with(&world, None).await, @r"
        failed after 1 attempts, due 12:00:00: this server has no provider `scripted`: put its manifest into the directory of providers as `scripted.yaml` and start the server again
        at {}, initial: true, failures: 0 of 0
        1 by w: fail; 0 pages, 0 records: 0 added, 0 changed, 0 unchanged, 0 deleted; 0 requests
        ");
    }

    async fn a_broken_manifest_fails_in_plain_words(db: TestDatabase) {
        let world = World::new(db, Mode::FullPass).await;
        world.request().await;
        assert_snapshot!(run_with(&world, Some("streams: 7")).await, @r"
        failed after 1 attempts, due 12:00:00: the manifest of provider `scripted` is broken: the file is not a manifest: `streams` must be a list
        at {}, initial: true, failures: 0 of 0
        1 by w: fail; 0 pages, 0 records: 0 added, 0 changed, 0 unchanged, 0 deleted; 0 requests
        ");
    }

    /// The first attempt stores the manifest; the second one needs no registry.
    async fn a_manifest_is_kept_for_later_attempts_on_other_workers(db: TestDatabase) {
        let world = World::new(db, Mode::FullPass).await;
        world.request().await;
        let first = run_with(&world, Some(MANIFEST)).await;
        assert!(first.starts_with("pending_retry after 1 attempts"), "{first}");
        world.pass(chrono::Duration::hours(1));
        let second = run_with(&world, None).await;
        assert!(second.starts_with("pending_retry after 2 attempts"), "{second}");
    }
}
