//! Statements stay prepared as long as every transaction of a connection meets the same server
//! process.
//!
//! Behind a transaction pooler it does not: there, a name may be unknown, or be that of another
//! client's statement. So each transaction begins with a statement that tells the process it is in,
//! and that is the first that every connection prepares. Another client of this program has
//! prepared it already on a connection that the pooler handed on, which is refused before anything
//! has happened. Once a pooler is seen, nothing is kept prepared any more.

use std::sync::atomic::{AtomicBool, Ordering};

use diesel::RunQueryDsl;
use diesel::connection::{CacheSize, Connection, SimpleConnection};
use diesel::result::Error;
use diesel::sql_types::Integer;

use crate::db::AnyConnection;
use crate::db::pool::Kept;
use crate::db::types::{Instant, Time};
use crate::sql::Sql;

/// The time of the transaction, who serves it, and its limits: together below a third of a lease
/// of a minute.
const FIRST: &str = "SELECT clock_timestamp() AS now, pg_backend_pid() AS process, \
    set_config('statement_timeout', '10s', true), set_config('lock_timeout', '4s', true), \
    set_config('idle_in_transaction_session_timeout', '5s', true)";

/// Whether statements stay prepared, for all connections of a store.
#[derive(Default)]
pub(super) struct Statements {
    is_pooled: AtomicBool,
}

/// What a pooled connection does with statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Prepared {
    /// It has done nothing yet.
    #[default]
    Unknown,
    /// They stay prepared in this process of the server.
    In(i32),
    /// They are gone after use.
    Never,
}

impl Statements {
    /// Begins a transaction; gives its time.
    pub(super) fn begin(&self, kept: &mut Kept, begin: &str) -> Result<Time, Error> {
        if self.is_pooled() {
            forget(kept);
        } else if kept.prepared == Prepared::Unknown {
            kept.conn
                .set_prepared_statement_cache_size(CacheSize::Unbounded);
        }
        match first(&mut kept.conn, begin) {
            Ok((now, process)) => {
                match kept.prepared {
                    Prepared::Unknown => kept.prepared = Prepared::In(process),
                    Prepared::In(home) if home != process => self.saw_pooler(kept),
                    Prepared::In(_) | Prepared::Never => {}
                }
                Ok(now)
            }
            // Whatever the server says, it may be about the name of the statement.
            Err(Error::DatabaseError(..)) if kept.prepared != Prepared::Never => {
                kept.conn.batch_execute("ROLLBACK")?;
                forget(kept);
                let (now, _) = first(&mut kept.conn, begin)?;
                self.saw_pooler(kept);
                Ok(now)
            }
            Err(error) => Err(error),
        }
    }

    fn is_pooled(&self) -> bool {
        self.is_pooled.load(Ordering::Relaxed)
    }

    fn saw_pooler(&self, kept: &mut Kept) {
        forget(kept);
        if !self.is_pooled.swap(true, Ordering::Relaxed) {
            tracing::info!(
                "a transaction pooler stands before the database: statements are not kept prepared"
            );
        }
    }
}

fn forget(kept: &mut Kept) {
    if kept.prepared != Prepared::Never {
        kept.prepared = Prepared::Never;
        kept.conn
            .set_prepared_statement_cache_size(CacheSize::Disabled);
    }
}

fn first(conn: &mut AnyConnection, begin: &str) -> Result<(Time, i32), Error> {
    conn.batch_execute(begin)?;
    let (now, process, ..) = Sql::new(FIRST)
        .rows::<First>()
        .get_result::<(Time, i32, String, String, String)>(conn)?;
    Ok((now, process))
}

type First = (
    Instant,
    Integer,
    diesel::sql_types::Text,
    diesel::sql_types::Text,
    diesel::sql_types::Text,
);
