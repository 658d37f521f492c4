//! A lock that a test holds, so that transactions stop where they ask for it.

use std::future::Future;

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use syncline_domain::{ModelId, SyncId};
use syncline_store::error::StoreError;
use syncline_store::store::Lane;
use syncline_store::tx::Tx;
use tokio::task::JoinHandle;

use crate::world::World;

/// A row that is locked until the gate opens.
pub struct Gate(PgConnection);

impl Gate {
    /// Locks a model, for which all who free or take its turn ask.
    pub fn at_model(world: &World, id: ModelId) -> Self {
        Self::at(world, "models", &id.uuid().to_string())
    }

    /// Locks a sync.
    pub fn at_sync(world: &World, id: SyncId) -> Self {
        Self::at(world, "syncs", &id.uuid().to_string())
    }

    /// Locks the counter of the organization's events.
    pub fn at_event_feed(world: &World) -> Self {
        let id = world.organization.uuid();
        Self::of(
            world,
            &format!("event_feeds WHERE organization_id = '{id}'"),
        )
    }

    fn at(world: &World, table: &str, id: &str) -> Self {
        Self::of(world, &format!("{table} WHERE id = '{id}'"))
    }

    fn of(world: &World, row: &str) -> Self {
        let mut conn = PgConnection::establish(world.url()).unwrap();
        conn.batch_execute(&format!("BEGIN; SELECT 1 FROM {row} FOR NO KEY UPDATE"))
            .unwrap();
        Self(conn)
    }

    /// Lets them go on, in the order in which they came.
    pub fn open(mut self) {
        self.0.batch_execute("COMMIT").unwrap();
    }
}

/// A transaction that is on its way.
pub struct Step<T>(JoinHandle<Result<T, StoreError>>);

impl<T> Step<T> {
    /// Its end.
    pub async fn end(self) -> Result<T, StoreError> {
        self.0.await.unwrap()
    }
}

impl World {
    /// Begins a transaction and gives it back when it is the number `waiting` of those that wait
    /// for a lock.
    pub fn blocked<T: Send + 'static>(
        &self,
        waiting: i64,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Step<T> {
        let store = self.store.clone();
        let step = spawn(async move { store.write(Lane::Bulk, work).await });
        // Each look is a connection of its own; the database's limit on waiting bounds them all.
        while self.db_number(WAITING) < waiting {
            assert!(!step.0.is_finished(), "it should wait for the lock");
        }
        step
    }
}

fn spawn<T: Send + 'static>(
    work: impl Future<Output = Result<T, StoreError>> + Send + 'static,
) -> Step<T> {
    Step(tokio::spawn(work))
}

const WAITING: &str = "SELECT COUNT(*) FROM pg_stat_activity \
    WHERE datname = current_database() AND wait_event_type = 'Lock'";
