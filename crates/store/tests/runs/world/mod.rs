//! A store with a clock that stands still, an organization, a connection and two models.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use serde_json::{Map, Value};
use syncline_domain::attempt::{Attempt, Counters, Warning};
use syncline_domain::connection::Connection;
use syncline_domain::model::Model;
use syncline_domain::range::TimeRange;
use syncline_domain::retry::{Failure, RetryPolicy};
use syncline_domain::schedule::{Interval, Schedule, Timetable};
use syncline_domain::scope::Scope;
use syncline_domain::state::Fingerprint;
use syncline_domain::{ModelId, OrganizationId, Status, Sync, SyncId};
use syncline_store::clock::{Clock, FixedClock};
use syncline_store::connections::NewConnection;
use syncline_store::error::StoreError;
use syncline_store::models::NewModel;
use syncline_store::page::PageRequest;
use syncline_store::records::Record;
use syncline_store::runs::{
    Caps, Claim, Claimed, DeleteGuard, Fence, PageWrite, RunStart, SettledRun, SweepStep, Unseen,
};
use syncline_store::secrets::{MasterKey, Secrets};
use syncline_store::store::{Lane, Store, StoreOptions};
use syncline_store::syncs::{Batch, SyncRequest};
use syncline_store::tx::Tx;
use syncline_test_support::{DatabaseKind, TestDatabase};

mod drafts;
mod tables;

pub use drafts::*;

pub const LEASE: Duration = Duration::seconds(60);

pub struct World {
    pub store: Store,
    pub clock: FixedClock,
    pub organization: OrganizationId,
    pub connection: Connection,
    pub models: Vec<Model>,
    url: String,
    kind: DatabaseKind,
}

impl World {
    pub async fn new(db: &TestDatabase) -> Self {
        let clock = FixedClock::at("2026-01-01T00:00:00Z".parse().unwrap());
        let options = StoreOptions {
            database_url: db.url().to_owned(),
            master_keys: Some(MasterKey::parse(&"ab".repeat(32)).unwrap().into()),
            clock: Clock::Fixed(clock.clone()),
            pool_size: 4,
            group_size: StoreOptions::GROUP_SIZE,
            serves: true,
        };
        let store = Store::open(options).await.unwrap();
        store.migrate().await.unwrap();
        let (organization, connection, models) = store
            .write(Lane::Control, |tx| {
                let organization = tx.find_or_insert_organization("acme")?.id;
                tx.insert_manifest("m1", "demo", "version: 1")?;
                let connection = tx.insert_connection(new_connection(organization, "Books"))?;
                let models = models_of(tx, organization, &connection)?;
                Ok::<_, StoreError>((organization, connection, models))
            })
            .await
            .unwrap();
        Self {
            store,
            clock,
            organization,
            connection,
            models,
            url: db.url().to_owned(),
            kind: db.kind(),
        }
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    pub fn model(&self) -> ModelId {
        self.models[0].id
    }

    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.store.write(Lane::Bulk, work).await
    }

    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> T {
        self.store.read(work).await.unwrap()
    }

    /// Another connection, of an organization that is made if there is none of this name.
    pub async fn connect(&self, organization: &'static str) -> (Connection, Vec<Model>) {
        self.write(move |tx| {
            let organization = tx.find_or_insert_organization(organization)?.id;
            let connection = tx.insert_connection(new_connection(organization, "Other"))?;
            let models = models_of(tx, organization, &connection)?;
            Ok((connection, models))
        })
        .await
        .unwrap()
    }

    pub async fn request(&self, scope: Scope) -> Batch {
        self.try_request(Some(vec![self.models[0].name.clone()]), scope)
            .await
            .unwrap()
    }

    pub async fn try_request(
        &self,
        models: Option<Vec<String>>,
        scope: Scope,
    ) -> Result<Batch, StoreError> {
        self.request_of(&self.connection, models, scope).await
    }

    pub async fn request_of(
        &self,
        connection: &Connection,
        models: Option<Vec<String>>,
        scope: Scope,
    ) -> Result<Batch, StoreError> {
        let request = SyncRequest {
            organization_id: connection.organization_id,
            connection_id: connection.id,
            models,
            scope,
        };
        self.write(move |tx| tx.request_syncs(&request)).await
    }

    pub async fn claim(&self, limit: i64) -> Vec<Fence> {
        self.claim_within(limit, Caps::default()).await
    }

    pub async fn claim_within(&self, limit: i64, caps: Caps) -> Vec<Fence> {
        let claim = Claim {
            caps,
            ..Claim::new("w1", limit, LEASE)
        };
        self.claim_as(claim).await.fences()
    }

    pub async fn claim_as(&self, claim: Claim) -> Claimed {
        self.write(move |tx| tx.claim_syncs(&claim)).await.unwrap()
    }

    /// Requests a plain sync of the first model, claims and settles it.
    pub async fn start(&self, is_full_pass: bool) -> Fence {
        self.start_scope(Scope::plain(), is_full_pass).await
    }

    pub async fn start_scope(&self, scope: Scope, is_full_pass: bool) -> Fence {
        self.request(scope).await;
        let fence = self.claim(1).await[0];
        self.settle(fence, is_full_pass).await;
        fence
    }

    pub async fn settle(&self, fence: Fence, is_full_pass: bool) -> SettledRun {
        let start = RunStart {
            range: TimeRange::frozen(None, self.now()),
            manifest_hash: "m1".to_owned(),
            is_full_pass,
            fingerprint: Fingerprint::new("f1"),
            warnings: Vec::new(),
        };
        self.write(move |tx| tx.settle_run(fence, &start))
            .await
            .unwrap()
    }

    pub async fn commit(&self, fence: Fence, page: PageWrite) -> Result<Counters, StoreError> {
        self.write(move |tx| tx.commit_page(fence, LEASE, &page))
            .await
    }

    pub async fn prove(&self, fence: Fence, unseen: Unseen) -> bool {
        self.prove_within(
            fence,
            unseen,
            DeleteGuard {
                share: 1.0,
                rows: 1_000_000,
            },
        )
        .await
    }

    pub async fn prove_within(&self, fence: Fence, unseen: Unseen, guard: DeleteGuard) -> bool {
        let end = end(unseen);
        self.write(move |tx| tx.prove_end(fence, &end, guard))
            .await
            .unwrap()
    }

    pub async fn sweep(&self, fence: Fence, limit: i64) -> SweepStep {
        self.write(move |tx| tx.sweep_unseen(fence, LEASE, limit))
            .await
            .unwrap()
    }

    /// Proves the end of a sync that serves no more, and completes it.
    pub async fn complete_all(&self, fence: Fence) {
        self.prove(fence, Unseen::Unknown).await;
        self.complete(fence).await.unwrap();
    }

    pub async fn complete(&self, fence: Fence) -> Result<Sync, StoreError> {
        self.write(move |tx| tx.complete_sync(fence)).await
    }

    /// One whole full pass that serves these records and proves that the others are gone.
    pub async fn full_pass(&self, records: &[(&str, Value)], unseen: Unseen) -> Sync {
        let fence = self.start(true).await;
        if !records.is_empty() {
            self.commit(fence, page(1, records)).await.unwrap();
        }
        if self.prove(fence, unseen).await {
            while !self.sweep(fence, 1000).await.is_done {}
        }
        self.complete(fence).await.unwrap()
    }

    pub async fn fail(&self, fence: Fence, failure: Failure) -> Result<Sync, StoreError> {
        self.write(move |tx| tx.fail_attempt(fence, &RetryPolicy::default(), failure, 1.0, 2, 20))
            .await
    }

    pub async fn cancel(&self, id: SyncId) -> Result<Sync, StoreError> {
        let organization = self.organization;
        self.write(move |tx| tx.cancel_sync(organization, id)).await
    }

    /// Cancels a sync of any organization.
    pub async fn cancel_of(&self, connection: &Connection, id: SyncId) {
        let organization = connection.organization_id;
        self.write(move |tx| tx.cancel_sync(organization, id))
            .await
            .unwrap();
    }

    /// Gives the first model a schedule.
    pub async fn every_minute(&self) {
        let (organization, model) = (self.organization, self.model());
        let schedule = Timetable::exact(Schedule::Interval(Interval::new(60).unwrap()));
        self.write(move |tx| tx.update_model_schedule(organization, model, Some(schedule)))
            .await
            .unwrap();
    }

    pub async fn sync(&self, id: SyncId) -> Sync {
        let organization = self.organization;
        self.read(move |tx| tx.find_sync(organization, id))
            .await
            .unwrap()
    }

    pub async fn status(&self, id: SyncId) -> Status {
        self.sync(id).await.lifecycle.status()
    }

    pub async fn attempts(&self, id: SyncId) -> Vec<Attempt> {
        let organization = self.organization;
        let page = PageRequest {
            after: None,
            limit: 100,
        };
        self.read(move |tx| tx.list_attempts_of_sync(organization, id, page))
            .await
            .items
    }

    pub async fn warnings(&self, id: SyncId) -> Vec<String> {
        let warnings = self
            .attempts(id)
            .await
            .into_iter()
            .flat_map(|attempt| attempt.warnings);
        warnings.map(|Warning { code, .. }| code).collect()
    }

    /// The connection of a sync, whoever owns it.
    pub async fn sync_of_any(&self, fence: Fence) -> syncline_domain::ConnectionId {
        self.read(move |tx| tx.read_run(fence)).await.connection.id
    }

    /// All records of the first model in the order of the feed, deleted ones too.
    pub async fn records(&self) -> Vec<Record> {
        let (organization, model) = (self.organization, self.model());
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let page = self
                .read(move |tx| tx.list_records_of_model(organization, model, after, true, 1000))
                .await;
            after = Some(page.cursor);
            all.extend(page.records);
            if !page.has_more {
                return all;
            }
        }
    }

    /// What is live, by key.
    pub async fn live(&self) -> BTreeMap<String, Value> {
        let records = self
            .records()
            .await
            .into_iter()
            .filter(|record| record.deleted_at.is_none());
        records
            .map(|record| (record.key, serde_json::from_str(record.data.get()).unwrap()))
            .collect()
    }
}

fn new_connection(organization_id: OrganizationId, name: &str) -> NewConnection {
    let model = |name: &str, unsupported_reason: Option<&str>| NewModel {
        name: name.to_owned(),
        display_name: name.to_owned(),
        unsupported_reason: unsupported_reason.map(str::to_owned),
    };
    NewConnection {
        organization_id,
        name: name.to_owned(),
        provider_name: "demo".to_owned(),
        api_url: None,
        is_on_premise: false,
        company: None,
        environment: None,
        config: Map::new(),
        secrets: Secrets::default(),
        models: vec![
            model("customers", None),
            model("invoices", None),
            model("odd", Some("needs Python")),
        ],
    }
}

fn models_of(
    tx: &mut Tx<'_>,
    organization: OrganizationId,
    connection: &Connection,
) -> Result<Vec<Model>, StoreError> {
    let page = PageRequest {
        after: None,
        limit: 100,
    };
    let views = tx
        .list_models_of_connection(organization, connection.id, page)?
        .items;
    Ok(views.into_iter().map(|view| view.model).collect())
}
