//! What the pools of both databases share.

use std::sync::Arc;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use r2d2::{ManageConnection, Pool, PooledConnection};
use tokio::sync::Semaphore;

use crate::db::AnyConnection;
use crate::db::failure::unavailable;
use crate::db::postgres::statements::Prepared;
use crate::error::StoreError;

/// How long a call waits for a connection.
const PATIENCE: Duration = Duration::from_secs(5);

/// A connection in a pool, until something shows that it is broken.
pub(crate) struct Kept {
    pub(crate) conn: AnyConnection,
    pub(crate) is_broken: bool,
    /// On PostgreSQL, whether its statements stay prepared.
    pub(crate) prepared: Prepared,
}

/// Opens connections for a pool.
pub(crate) struct Manager<F>(F);

impl<F> ManageConnection for Manager<F>
where
    F: Fn() -> Result<AnyConnection, diesel::ConnectionError> + Send + Sync + 'static,
{
    type Connection = Kept;
    type Error = diesel::ConnectionError;

    fn connect(&self) -> Result<Kept, Self::Error> {
        Ok(Kept {
            conn: (self.0)()?,
            is_broken: false,
            prepared: Prepared::default(),
        })
    }

    /// Never asked: it would cost a round trip, and the first statement tells as well.
    fn is_valid(&self, _: &mut Kept) -> Result<(), Self::Error> {
        Ok(())
    }

    fn has_broken(&self, kept: &mut Kept) -> bool {
        kept.is_broken
    }
}

type Connect = Box<dyn Fn() -> Result<AnyConnection, diesel::ConnectionError> + Send + Sync>;

/// A pool, and as many permits as it has connections: whoever holds a permit finds one, so that
/// no blocking thread stands idle for want of a connection.
#[derive(Clone)]
pub(crate) struct Connections {
    pool: Pool<Manager<Connect>>,
    permits: Arc<Semaphore>,
    size: u32,
}

impl Connections {
    pub(crate) fn new(size: u32, connect: Connect) -> Self {
        let size = size.max(1);
        let pool = Pool::builder()
            .max_size(size)
            .min_idle(Some(0))
            .connection_timeout(PATIENCE)
            .test_on_check_out(false)
            .error_handler(Box::new(Quiet))
            .build_unchecked(Manager(connect));
        Self {
            pool,
            permits: Arc::new(Semaphore::new(size as usize)),
            size,
        }
    }

    /// Runs `work` with the pool on a blocking thread, when there is a connection for it.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> T + Send + 'static,
    ) -> Result<T, StoreError> {
        let permit = tokio::time::timeout(6 * PATIENCE, Arc::clone(&self.permits).acquire_owned())
            .await
            .map_err(|_| StoreError::Unavailable {
                reason: format!("all {} connections are busy", self.size),
                source: None,
            })?
            .map_err(|_| crate::db::job::closed())?;
        let this = self.clone();
        tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work(&this)
        })
        .await
        .map_err(unavailable)
    }

    /// A connection in which `begin` went through. One that turns out to be dead is dropped and
    /// the next one tried, for nothing has happened on it yet.
    pub(crate) fn begin<T>(
        &self,
        begin: impl Fn(&mut Kept) -> Result<T, diesel::result::Error>,
    ) -> Result<(PooledConnection<Manager<Connect>>, T), StoreError> {
        let mut tries = 0;
        loop {
            let mut kept = self.pool.get().map_err(unavailable)?;
            match begin(&mut kept) {
                Ok(value) => return Ok((kept, value)),
                Err(error) => {
                    let closed = kept.conn.batch_execute("ROLLBACK").is_err();
                    kept.is_broken = true;
                    tries += 1;
                    if !closed || tries > self.size {
                        return Err(match StoreError::from(error) {
                            StoreError::Database(source) => StoreError::Unavailable {
                                reason: "a transaction cannot begin".into(),
                                source: Some(source),
                            },
                            other => other,
                        });
                    }
                }
            }
        }
    }

    /// No further work begins; what runs goes on to its end, which this waits for.
    pub(crate) async fn close(&self) {
        let all = self.permits.acquire_many(self.size).await;
        drop(all);
        self.permits.close();
    }
}

/// A connection that cannot be opened is tried again by the pool, and told to those who wait.
#[derive(Debug)]
struct Quiet;

impl r2d2::HandleError<diesel::ConnectionError> for Quiet {
    fn handle_error(&self, error: diesel::ConnectionError) {
        tracing::debug!(error = %crate::db::failure::printable(&error.to_string()), "no connection");
    }
}
