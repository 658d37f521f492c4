//! The one writer of a SQLite database: a thread with two lanes.
//!
//! Control goes first, and what waits there shares one commit: a savepoint for each job, replies
//! after the COMMIT. A bulk job has a transaction of its own. SQLite may undo a whole transaction
//! when a statement fails (disk full, I/O error): then the savepoint is gone, and every job of the
//! commit is told so.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use diesel::connection::SimpleConnection;
use tokio::runtime::Runtime;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::db::AnyConnection;
use crate::db::failure::printable;
use crate::db::job::{Context, Job, Task, closed};
use crate::db::lock_file::LockFile;
use crate::db::wal::Wal;
use crate::error::StoreError;
use crate::store::{Lane, SyncChange};
use crate::tx::Tx;

pub(crate) mod stepped;

/// How many jobs may wait in a lane before callers wait to get in.
const CONTROL_QUEUE: usize = 1024;
const BULK_QUEUE: usize = 64;
/// After so many commits of control one bulk job goes first, so that pages never starve.
const CONTROL_IN_A_ROW: usize = 16;

type Raw = Box<dyn FnOnce(&mut AnyConnection) + Send>;

enum Message {
    /// A job whose changes are kept.
    Write(Box<dyn Job>),
    /// A job whose changes are undone (a read of a database in memory).
    Read(Box<dyn Job>),
    /// Work that brings its own transaction, such as a migration.
    Raw(Raw),
    /// What waits is done; nothing more comes in.
    Close,
}

/// The way to the thread.
pub(crate) struct Writer {
    control: Sender<Message>,
    bulk: Sender<Message>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Starts the thread. It owns the connection and the lock file to its end.
    pub(crate) fn start(
        conn: AnyConnection,
        context: Arc<Context>,
        group_size: usize,
        lock: Option<LockFile>,
        file: Option<PathBuf>,
    ) -> Result<Self, StoreError> {
        let (control, control_queue) = channel(CONTROL_QUEUE);
        let (bulk, bulk_queue) = channel(BULK_QUEUE);
        let waiting = tokio::runtime::Builder::new_current_thread().build();
        let waiting = waiting.map_err(|error| StoreError::Open(format!("no runtime: {error}")))?;
        let lanes = Lanes {
            control: control_queue,
            bulk: bulk_queue,
            waiting,
            in_a_row: 0,
            group_size,
        };
        let thread = std::thread::Builder::new()
            .name("syncline-writer".into())
            .spawn(move || {
                let _lock = lock;
                serve(conn, &context, lanes, file.map(Wal::of));
            })
            .map_err(|error| StoreError::Open(format!("no thread for the writer: {error}")))?;
        Ok(Self {
            control,
            bulk,
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Lanes that somebody else serves, without a thread.
    pub(crate) fn unattended() -> (Self, stepped::Queues) {
        let (control, control_queue) = channel(CONTROL_QUEUE);
        let (bulk, bulk_queue) = channel(BULK_QUEUE);
        let writer = Self {
            control,
            bulk,
            thread: Mutex::new(None),
        };
        (writer, stepped::Queues::new(control_queue, bulk_queue))
    }

    /// Runs `work` in a transaction.
    pub(crate) async fn write<T, E, F>(&self, lane: Lane, work: F) -> Result<T, E>
    where
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let lane = match lane {
            Lane::Control => &self.control,
            Lane::Bulk => &self.bulk,
        };
        self.submit(lane, Message::Write, work).await
    }

    /// Runs `work` and keeps none of its changes.
    pub(crate) async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.submit(&self.control, Message::Read, work).await
    }

    /// Runs `work` on the connection, outside of any transaction.
    pub(crate) async fn raw<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut AnyConnection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, result) = tokio::sync::oneshot::channel();
        let work: Raw = Box::new(move |conn| drop(reply.send(work(conn))));
        self.control
            .send(Message::Raw(work))
            .await
            .map_err(|_| closed())?;
        result.await.unwrap_or_else(|_| Err(closed()))
    }

    /// Finishes what waits, and ends the thread.
    pub(crate) async fn close(&self) {
        let _ = self.control.send(Message::Close).await;
        let thread = self.thread.lock().ok().and_then(|mut thread| thread.take());
        if let Some(thread) = thread {
            let _ = tokio::task::spawn_blocking(|| thread.join()).await;
        }
    }

    async fn submit<T, E, F>(
        &self,
        lane: &Sender<Message>,
        message: fn(Box<dyn Job>) -> Message,
        work: F,
    ) -> Result<T, E>
    where
        F: FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (task, result) = Task::new(work);
        lane.send(message(Box::new(task)))
            .await
            .map_err(|_| E::from(closed()))?;
        result.await.unwrap_or_else(|_| Err(E::from(closed())))
    }
}

/// The thread's end of the lanes.
struct Lanes {
    control: Receiver<Message>,
    bulk: Receiver<Message>,
    waiting: Runtime,
    in_a_row: usize,
    /// How many control jobs share a commit at most.
    group_size: usize,
}

impl Lanes {
    /// The next message; `None` when both lanes are closed and empty.
    fn next(&mut self) -> Option<Message> {
        if self.in_a_row >= CONTROL_IN_A_ROW {
            self.in_a_row = 0;
            if let Ok(message) = self.bulk.try_recv() {
                return Some(message);
            }
        }
        let Self {
            control,
            bulk,
            waiting,
            in_a_row,
            group_size: _,
        } = self;
        waiting.block_on(async {
            tokio::select! {
                biased;
                Some(message) = control.recv() => {
                    *in_a_row += 1;
                    Some(message)
                }
                Some(message) = bulk.recv() => {
                    *in_a_row = 0;
                    Some(message)
                }
                else => None,
            }
        })
    }
}

fn serve(mut conn: AnyConnection, context: &Context, mut lanes: Lanes, mut wal: Option<Wal>) {
    while let Some(message) = lanes.next() {
        // A control message brings those along that wait behind it.
        let mut after = None;
        match message {
            Message::Write(job) => {
                let mut jobs = vec![job];
                while lanes.in_a_row > 0 && jobs.len() < lanes.group_size {
                    match lanes.control.try_recv() {
                        Ok(Message::Write(job)) => jobs.push(job),
                        Ok(other) => {
                            after = Some(other);
                            break;
                        }
                        Err(_) => break,
                    }
                }
                commit(&mut conn, context, jobs);
            }
            other => after = Some(other),
        }
        match after {
            None => {}
            Some(Message::Write(job)) => commit(&mut conn, context, vec![job]),
            Some(Message::Read(job)) => look(&mut conn, context, job),
            Some(Message::Raw(work)) => {
                // What it holds is dropped with it; the connection is its own affair.
                let work = std::panic::AssertUnwindSafe(|| work(&mut conn));
                let _ = std::panic::catch_unwind(work);
            }
            Some(Message::Close) => {
                lanes.control.close();
                lanes.bulk.close();
            }
        }
        if let Some(wal) = &mut wal {
            wal.keep_small(&mut conn);
        }
    }
}

fn commit(conn: &mut AnyConnection, context: &Context, mut jobs: Vec<Box<dyn Job>>) {
    let done = transact(conn, context, &mut jobs);
    let lost = done.as_ref().err().cloned();
    if let Ok(changes) = done {
        context.publish(changes);
    }
    for job in jobs {
        job.finish(lost.as_deref());
    }
}

/// One transaction for all of them, a savepoint for each. Gives what they announced, or why the
/// transaction did not stand.
fn transact(
    conn: &mut AnyConnection,
    context: &Context,
    jobs: &mut [Box<dyn Job>],
) -> Result<Vec<SyncChange>, String> {
    let mut changes = Vec::new();
    let work = || -> Result<(), diesel::result::Error> {
        begin(conn)?;
        for job in jobs {
            conn.batch_execute("SAVEPOINT job")?;
            let mut tx = Tx::new(conn, context.process_time(), context);
            let is_kept = job.run(&mut tx);
            let announced = tx.into_changes();
            // Both fail when the transaction no longer stands.
            if is_kept {
                conn.batch_execute("RELEASE SAVEPOINT job")?;
                changes.extend(announced);
            } else {
                conn.batch_execute("ROLLBACK TO SAVEPOINT job; RELEASE SAVEPOINT job")?;
            }
        }
        conn.batch_execute("COMMIT")
    };
    match work() {
        Ok(()) => Ok(changes),
        Err(error) => {
            let _ = conn.batch_execute("ROLLBACK");
            Err(reason(error))
        }
    }
}

/// A read where there is one connection alone: whatever it writes is undone.
fn look(conn: &mut AnyConnection, context: &Context, mut job: Box<dyn Job>) {
    let begun = conn.batch_execute("BEGIN");
    let lost = match begun {
        Ok(()) => {
            let mut tx = Tx::new(conn, context.process_time(), context);
            job.run(&mut tx);
            conn.batch_execute("ROLLBACK").err().map(reason)
        }
        Err(error) => Some(reason(error)),
    };
    job.finish(lost.as_deref());
}

/// A transaction that was left open by a failure is closed first.
fn begin(conn: &mut AnyConnection) -> Result<(), diesel::result::Error> {
    conn.batch_execute("BEGIN IMMEDIATE").or_else(|_| {
        let _ = conn.batch_execute("ROLLBACK");
        conn.batch_execute("BEGIN IMMEDIATE")
    })
}

fn reason(error: diesel::result::Error) -> String {
    match StoreError::from(error) {
        StoreError::Unavailable { reason, .. } => reason,
        StoreError::Database(source) => {
            format!(
                "the transaction was undone: {}",
                printable(&source.to_string())
            )
        }
        other => other.to_string(),
    }
}
