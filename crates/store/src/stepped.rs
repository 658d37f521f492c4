//! A database in memory that does nothing by itself: for simulations, which decide whose call is
//! served next, whether its answer comes back, and who hears of what it changed.

use std::sync::Arc;

use diesel::RunQueryDsl;
use diesel::connection::SimpleConnection;
use diesel::dsl::sql;
use diesel::sql_types::Text;
use tokio::sync::broadcast;

use crate::clock::{Clock, FixedClock};
use crate::db::job::{Context, Job, Task, closed};
use crate::db::sqlite::Sqlite;
use crate::db::writer::Writer;
use crate::db::writer::stepped::{Queues, read_now, write};
use crate::db::{AnyConnection, migrations, sqlite};
use crate::entropy::Entropy;
use crate::error::StoreError;
use crate::secrets::{MasterKey, Vault};
use crate::store::{CHANGES, Lane, Store, SyncChange};
use crate::tx::Tx;

/// One SQLite database in memory with the ways in of any number of processes. It lives on the
/// thread of whoever holds it: a call of a [`Store`] waits until it is [served](Self::serve).
/// With the same seed, the same calls and the same clocks it does the same.
pub struct SteppedDatabase {
    conn: AnyConnection,
    seed: u64,
    master_key: MasterKey,
    processes: Vec<Process>,
}

/// One process: its own clock, its own chance, and its own ears.
struct Process {
    context: Arc<Context>,
    queues: Queues,
}

/// What becomes of the answer to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It comes back.
    Given,
    /// The connection breaks before anything is done: the caller hears
    /// [`StoreError::Unavailable`].
    LostBefore,
    /// The connection breaks after the commit: the caller hears the same.
    LostAfter,
}

/// What one turn did.
#[derive(Debug, Default)]
pub struct Turn {
    /// How many calls were served.
    pub calls: usize,
    /// Whether a write transaction was committed.
    pub is_committed: bool,
    /// What it would have announced. Nobody hears of it but by
    /// [`publish`](SteppedDatabase::publish).
    pub changes: Vec<SyncChange>,
}

impl SteppedDatabase {
    /// A new database, migrated, without any process.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub fn open(seed: u64, master_key: MasterKey) -> Result<Self, StoreError> {
        let mut conn = sqlite::connect(None)?;
        migrations::run(&mut conn)?;
        Ok(Self {
            conn,
            seed,
            master_key,
            processes: Vec::new(),
        })
    }

    /// The same as a new one, of another seed, and without the cost: all rows go, and all
    /// processes.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub fn clear(&mut self, seed: u64) -> Result<(), StoreError> {
        self.processes.clear();
        self.seed = seed;
        let tables: Vec<String> = sql::<Text>(
            "SELECT name FROM sqlite_schema WHERE type = 'table' \
             AND name NOT LIKE 'sqlite%' AND name NOT LIKE '\\_\\_%' ESCAPE '\\'",
        )
        .load(&mut self.conn)?;
        self.conn.batch_execute("PRAGMA foreign_keys = OFF")?;
        for table in tables {
            self.conn.batch_execute(&format!("DELETE FROM {table}"))?;
        }
        self.conn.batch_execute("PRAGMA foreign_keys = ON")?;
        Ok(())
    }

    /// One process more, with its number. Its store tells the time by `clock`.
    pub fn connect(&mut self, clock: FixedClock) -> (usize, Store) {
        let number = self.processes.len();
        let (changes, _) = broadcast::channel(CHANGES);
        let context = Arc::new(Context {
            clock: Clock::Fixed(clock),
            vault: Vault::new(Some(self.master_key.clone().into())),
            serves: false,
            entropy: Entropy::seeded(self.seed.wrapping_add(number as u64)),
            changes,
        });
        let (writer, queues) = Writer::unattended();
        let store = Store::unattended(Arc::clone(&context), Sqlite::unattended(writer));
        self.processes.push(Process { context, queues });
        (number, store)
    }

    /// How many calls of a process wait in a lane.
    pub fn waiting(&self, process: usize, lane: Lane) -> usize {
        self.processes
            .get(process)
            .map_or(0, |process| process.queues.waiting(lane))
    }

    /// Serves the call of a process that waits longest in a lane. Writes of the control lane take
    /// those along that wait behind them, at most `shared` in all, in one commit.
    pub fn serve(&mut self, process: usize, lane: Lane, shared: usize, answer: Answer) -> Turn {
        let Self {
            conn, processes, ..
        } = self;
        match processes.get_mut(process) {
            Some(Process { context, queues }) => queues.serve(conn, context, lane, shared, answer),
            None => Turn::default(),
        }
    }

    /// What a process waits for is never done: it died before its calls went out.
    pub fn forget(&mut self, process: usize) {
        if let Some(process) = self.processes.get_mut(process) {
            process.queues.forget();
        }
    }

    /// A process hears of a change; it may be told more than once, or never.
    pub fn publish(&self, process: usize, change: SyncChange) {
        if let Some(process) = self.processes.get(process) {
            process.context.publish(vec![change]);
        }
    }

    /// Runs questions at once, by the clock of a process.
    ///
    /// # Errors
    /// What `work` gives.
    pub fn look<T, E>(
        &mut self,
        process: usize,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.run(process, work, |conn, context, job| {
            read_now(conn, context, job);
            Turn::default()
        })
        .0
    }

    /// Runs changes at once, in a transaction of their own.
    ///
    /// # Errors
    /// What `work` gives.
    pub fn change<T, E>(
        &mut self,
        process: usize,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> (Result<T, E>, Turn)
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.run(process, work, |conn, context, job| {
            write(conn, context, vec![job], Answer::Given)
        })
    }

    fn run<T, E>(
        &mut self,
        process: usize,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        how: impl FnOnce(&mut AnyConnection, &Context, Box<dyn Job>) -> Turn,
    ) -> (Result<T, E>, Turn)
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let Some(process) = self.processes.get(process) else {
            return (Err(E::from(closed())), Turn::default());
        };
        let (task, mut result) = Task::new(work);
        let turn = how(&mut self.conn, &process.context, Box::new(task));
        let result = result.try_recv().unwrap_or_else(|_| Err(E::from(closed())));
        (result, turn)
    }
}
