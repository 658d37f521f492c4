//! A PostgreSQL database: a pool for pages and questions, and a small one beside it, so that
//! requests and heartbeats never queue behind pages.
//!
//! What a transaction changed is [told](notices) to other processes after its commit, and those
//! that [listen](listening) hear it. No settings and no locks outlive a transaction, and statements
//! do only [as long as](statements) no transaction pooler is seen to stand between.

mod listening;
mod notices;
mod notification;
pub(crate) mod statements;

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, SubsecRound, Utc};
use diesel::connection::{CacheSize, SimpleConnection};
use diesel::{Connection, ConnectionError, PgConnection};

use crate::clock::Clock;
use crate::db::AnyConnection;
use crate::db::failure::printable;
use crate::db::job::{Context, Job, Task, closed};
use crate::db::pool::Connections;
use crate::db::types::Time;
use crate::error::StoreError;
use crate::store::{Hearing, Lane};
use crate::tx::Tx;
use listening::Listening;
use notices::Notices;
use notification::Origin;
use statements::Statements;
use tokio::sync::watch;

const WRITING: &str = "BEGIN";
/// In a transaction that a failed statement has broken, COMMIT would quietly undo it; the statement
/// before it fails then, and COMMIT is not reached. One round trip.
const COMMIT: &str = "SELECT 1; COMMIT";
/// One snapshot for all questions of a read.
const READING: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// A database that runs.
pub(crate) struct Postgres {
    control: Connections,
    bulk: Connections,
    shared: Arc<Shared>,
    url: String,
    listening: Mutex<Option<Listening>>,
}

/// What all transactions of a store have in common.
struct Shared {
    statements: Statements,
    notices: Notices,
}

/// A connection that keeps no statement prepared.
pub(crate) fn connect(url: &str) -> Result<AnyConnection, ConnectionError> {
    let mut conn = PgConnection::establish(url)?;
    conn.set_prepared_statement_cache_size(CacheSize::Disabled);
    Ok(AnyConnection::Postgres(conn))
}

/// The bundled libpq has no OpenSSL.
const WITHOUT_TLS: &str = ". This program speaks no TLS to PostgreSQL itself. Let pgbouncer do it: on \
    this machine, with server_tls_sslmode = verify-full, and its socket in --database-url \
    (docs/OPERATIONS.md, TLS to PostgreSQL)";

/// What to tell somebody whose database cannot be reached. libpq shows no password.
pub(crate) fn refused(error: &ConnectionError) -> StoreError {
    let said = printable(&error.to_string());
    let is_for_tls =
        said.contains("SSL support is not compiled in") || said.contains("no encryption");
    let advice = match is_for_tls {
        true => WITHOUT_TLS,
        false => "",
    };
    StoreError::Open(format!(
        "PostgreSQL cannot be used as --database-url says: {said}{advice}"
    ))
}

impl Postgres {
    pub(crate) fn start(url: &str, pool_size: u32) -> Self {
        let pool = |size| {
            let url = url.to_owned();
            Connections::new(size, Box::new(move || connect(&url)))
        };
        Self {
            control: pool((pool_size / 4).max(2)),
            bulk: pool(pool_size),
            shared: Arc::new(Shared {
                statements: Statements::default(),
                notices: Notices::new(Origin::new()),
            }),
            url: url.to_owned(),
            listening: Mutex::new(None),
        }
    }

    /// Hears what other processes commit from now on, on a connection of its own.
    pub(crate) fn listen(
        &self,
        url: Option<&str>,
        context: Arc<Context>,
    ) -> Result<watch::Receiver<Hearing>, StoreError> {
        let url = url.unwrap_or(&self.url).to_owned();
        let listening = Listening::start(
            url,
            self.shared.notices.origin(),
            self.control.clone(),
            context,
        )
        .map_err(|error| StoreError::Open(format!("no thread to listen: {error}")))?;
        let hearing = listening.hearing.clone();
        *self.listening() = Some(listening);
        Ok(hearing)
    }

    fn listening(&self) -> std::sync::MutexGuard<'_, Option<Listening>> {
        self.listening
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) async fn read<T, E, F>(&self, context: Arc<Context>, work: F) -> Result<T, E>
    where
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        transact(&self.bulk, &self.shared, context, READING, work).await
    }

    pub(crate) async fn write<T, E, F>(
        &self,
        context: Arc<Context>,
        lane: Lane,
        work: F,
    ) -> Result<T, E>
    where
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let pool = match lane {
            Lane::Control => &self.control,
            Lane::Bulk => &self.bulk,
        };
        transact(pool, &self.shared, context, WRITING, work).await
    }

    /// Runs `work` on a connection, outside of any transaction of ours.
    pub(crate) async fn on_connection<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut AnyConnection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.bulk
            .run(|pool| {
                let (mut kept, ()) = pool.begin(|kept| {
                    kept.conn
                        .set_prepared_statement_cache_size(CacheSize::Disabled);
                    kept.conn.batch_execute("SELECT 1")
                })?;
                // It is not used again, whatever `work` leaves behind.
                kept.is_broken = true;
                work(&mut kept.conn)
            })
            .await?
    }

    pub(crate) async fn close(&self) {
        *self.listening() = None;
        self.control.close().await;
        self.bulk.close().await;
    }
}

async fn transact<T, E, F>(
    pool: &Connections,
    shared: &Arc<Shared>,
    context: Arc<Context>,
    begin: &'static str,
    work: F,
) -> Result<T, E>
where
    F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    let (task, mut result) = Task::new(work);
    let shared = Arc::clone(shared);
    let ran = pool.run(move |pool| run(pool, &shared, &context, begin, task));
    // The caller has its result at the commit; the thread may go on telling others.
    tokio::select! {
        biased;
        Ok(done) = &mut result => done,
        ran = ran => {
            ran??;
            result.await.unwrap_or_else(|_| Err(E::from(closed())))
        }
    }
}

fn run(
    pool: &Connections,
    shared: &Shared,
    context: &Context,
    begin: &str,
    task: impl Job,
) -> Result<(), StoreError> {
    let (mut kept, now) = pool.begin(|kept| shared.statements.begin(kept, begin))?;
    let mut task = Box::new(task);
    let mut tx = Tx::new(&mut kept.conn, time(context, now), context);
    let is_kept = task.run(&mut tx);
    let changes = tx.into_changes();
    let ended = match is_kept {
        true => kept.conn.batch_execute(COMMIT),
        false => kept.conn.batch_execute("ROLLBACK"),
    };
    let lost = match ended {
        Ok(()) => None,
        Err(error) => {
            // Whatever state it is in, nobody shall find it in the pool.
            kept.is_broken = true;
            Some(match StoreError::from(error) {
                StoreError::Unavailable { reason, .. } => reason,
                other => format!("the transaction did not commit: {other}"),
            })
        }
    };
    let is_done = is_kept && lost.is_none();
    if is_done {
        context.publish(changes.clone());
    }
    task.finish(lost.as_deref());
    if is_done {
        shared.notices.send(&mut kept, &changes);
    }
    Ok(())
}

fn time(context: &Context, database: Time) -> DateTime<Utc> {
    match &context.clock {
        Clock::Database => database.0.trunc_subsecs(6),
        Clock::Fixed(clock) => clock.now(),
    }
}
