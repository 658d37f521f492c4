//! One connection with its models in a fresh store.

use std::sync::Arc;

use chrono::{DateTime, Duration, TimeZone, Utc};
use syncline_domain::connection::Connection;
use syncline_domain::scope::Scope;
use syncline_domain::{ModelId, OrganizationId, SyncId};
use syncline_engine::run::{Ended, Step, SyncRun};
use syncline_engine::{EngineOptions, Jitter, Tick, Worker};
use syncline_store::clock::{Clock, FixedClock};
use syncline_store::connections::NewConnection;
use syncline_store::error::StoreError;
use syncline_store::models::NewModel;
use syncline_store::secrets::{MasterKey, Secrets};
use syncline_store::store::{Lane, Store, StoreOptions};
use syncline_store::syncs::SyncRequest;
use syncline_store::tx::Tx;
use syncline_test_support::TestDatabase;

use super::script::{Mode, Script};

/// A store with one organization, one connection and the model `invoices`.
pub struct World {
    pub store: Store,
    pub clock: FixedClock,
    pub script: Script,
    pub organization: OrganizationId,
    pub connection: Connection,
    pub model: ModelId,
    _database: Option<TestDatabase>,
}

impl World {
    pub async fn new(database: TestDatabase, mode: Mode) -> Self {
        let clock = FixedClock::at(Utc.with_ymd_and_hms(2026, 1, 1, 12, 0, 0).unwrap());
        let store = open(database.url(), &clock).await;
        store.migrate().await.unwrap();
        let organization = store
            .write(Lane::Control, |tx| tx.find_or_insert_organization("acme"))
            .await
            .map_err(|error: StoreError| error)
            .unwrap()
            .id;
        let (connection, models) = insert_connection(&store, organization, &["invoices"]).await;
        store
            .write(Lane::Control, |tx| {
                tx.insert_manifest("m1", "scripted", "the first manifest")?;
                tx.insert_manifest("m2", "scripted", "the second manifest")
            })
            .await
            .map_err(|error: StoreError| error)
            .unwrap();
        let script = Script::new(mode);
        let model = models[0];
        Self {
            store,
            clock,
            script,
            organization,
            connection,
            model,
            _database: Some(database),
        }
    }

    /// The same, its store opened once more, at another address.
    pub async fn seen_from(&self, database_url: &str) -> Self {
        Self {
            store: open(database_url, &self.clock).await,
            clock: self.clock.clone(),
            script: self.script.clone(),
            organization: self.organization,
            connection: self.connection.clone(),
            model: self.model,
            _database: None,
        }
    }

    /// A second tenant or connection beside the first.
    pub async fn add_connection(
        &self,
        organization: &str,
        models: &[&str],
    ) -> (OrganizationId, Connection) {
        let name = organization.to_owned();
        let organization = self
            .write(move |tx| tx.find_or_insert_organization(&name))
            .await
            .id;
        let (connection, _) = insert_connection(&self.store, organization, models).await;
        (organization, connection)
    }

    pub fn options(worker: &str) -> EngineOptions {
        EngineOptions {
            worker: worker.to_owned(),
            is_alone: false,
            jitter: Jitter::Fixed(1.0),
            ..EngineOptions::default()
        }
    }

    pub fn worker(&self, name: &str) -> Worker {
        self.worker_with(Self::options(name))
    }

    pub fn worker_with(&self, options: EngineOptions) -> Worker {
        Worker::new(self.store.clone(), Arc::new(self.script.clone()), options)
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    pub fn pass(&self, time: Duration) {
        self.clock.advance(time);
    }

    /// Requests a plain sync of the first connection.
    pub async fn request(&self) -> SyncId {
        self.request_scope(Scope::plain()).await
    }

    pub async fn request_scope(&self, scope: Scope) -> SyncId {
        let request = SyncRequest {
            organization_id: self.organization,
            connection_id: self.connection.id,
            models: None,
            scope,
        };
        let batch = self.write(move |tx| tx.request_syncs(&request)).await;
        batch.members[0].sync.id
    }

    /// A plain sync from request to end by a worker of its own.
    pub async fn sync(&self) -> SyncId {
        let id = self.request().await;
        let ended = finish_all(self.worker("w").tick().await.unwrap()).await;
        assert_eq!(ended.len(), 1, "{ended:?}");
        id
    }

    /// Steps until `wanted` is done; the attempt must not end before.
    pub async fn step_until(&self, run: &mut SyncRun, wanted: Step) {
        loop {
            match run.step().await {
                Step::Ended(ended) => panic!("ended before {wanted:?}: {ended:?}"),
                step if step == wanted => return,
                Step::Began | Step::Page(_) | Step::EndProven | Step::Swept { .. } => {}
            }
        }
    }

    /// What `worker` claims now; there must be exactly one.
    pub async fn claim_one(&self, worker: &Worker) -> SyncRun {
        let mut claimed = worker.tick().await.unwrap().claimed;
        assert_eq!(claimed.len(), 1, "{claimed:?}");
        claimed.pop().unwrap()
    }

    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> T {
        self.store.write(Lane::Control, work).await.unwrap()
    }

    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> T {
        self.store.read(work).await.unwrap()
    }
}

async fn open(database_url: &str, clock: &FixedClock) -> Store {
    let options = StoreOptions {
        database_url: database_url.to_owned(),
        master_keys: Some(MasterKey::parse(&"07".repeat(32)).unwrap().into()),
        clock: Clock::Fixed(clock.clone()),
        pool_size: 4,
        group_size: StoreOptions::GROUP_SIZE,
        serves: false,
    };
    Store::open(options).await.unwrap()
}

/// Runs everything that a tick claimed to its end, one after the other.
pub async fn finish_all(tick: Tick) -> Vec<Ended> {
    let mut ended = Vec::new();
    for run in tick.claimed {
        ended.push(run.finish().await);
    }
    ended
}

async fn insert_connection(
    store: &Store,
    organization_id: OrganizationId,
    models: &[&str],
) -> (Connection, Vec<ModelId>) {
    let models = models
        .iter()
        .map(|name| NewModel {
            name: (*name).to_owned(),
            display_name: (*name).to_owned(),
            unsupported_reason: None,
        })
        .collect();
    let new = NewConnection {
        organization_id,
        name: "books".to_owned(),
        provider_name: "scripted".to_owned(),
        api_url: None,
        is_on_premise: false,
        company: None,
        environment: None,
        config: serde_json::Map::new(),
        secrets: Secrets::default(),
        models,
    };
    store
        .write(Lane::Control, move |tx| {
            let connection = tx.insert_connection(new)?;
            let models = tx.list_models_of_connections(organization_id, &[connection.id])?;
            let ids = models.into_iter().map(|view| view.model.id).collect();
            Ok::<_, StoreError>((connection, ids))
        })
        .await
        .unwrap()
}
