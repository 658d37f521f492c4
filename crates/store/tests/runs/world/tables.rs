//! The tables themselves, past the store: what a test compares and breaks.

use diesel::{
    Connection as _, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query,
};
use syncline_test_support::DatabaseKind;

use super::World;

impl World {
    /// A number that the database answers, for what has no method.
    pub fn db_number(&self, query: &str) -> i64 {
        #[derive(QueryableByName)]
        struct Number {
            #[diesel(sql_type = diesel::sql_types::BigInt)]
            n: i64,
        }
        let query = sql_query(format!("SELECT CAST(({query}) AS BIGINT) AS n"));
        let rows: Vec<Number> = match self.kind {
            DatabaseKind::Sqlite => query.load(&mut self.db_sqlite()),
            DatabaseKind::Postgres => query.load(&mut self.db_postgres()),
        }
        .unwrap();
        rows[0].n
    }

    /// Where the database is, for connections of a test's own.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Enables the connection as if nobody had noticed yet: nothing is queued by it.
    pub fn enable_quietly(&self) {
        self.db_execute("UPDATE connections SET is_sync_disabled = FALSE");
    }

    /// Changes what has no method.
    pub fn db_execute(&self, statement: &str) {
        match self.kind {
            DatabaseKind::Sqlite => sql_query(statement).execute(&mut self.db_sqlite()),
            DatabaseKind::Postgres => sql_query(statement).execute(&mut self.db_postgres()),
        }
        .unwrap();
    }

    /// An id out of a number, in this database's words.
    pub fn db_id(&self, number: &str) -> String {
        match self.kind {
            DatabaseKind::Sqlite => format!("CAST(printf('%016d', {number}) AS BLOB)"),
            DatabaseKind::Postgres => format!("CAST(lpad(to_hex({number}), 32, '0') AS UUID)"),
        }
    }

    /// Every row of every table that a run writes, as text.
    pub fn db_dump(&self) -> String {
        [
            "syncs",
            "attempts",
            "records",
            "model_feeds",
            "model_states",
            "staged_states",
            "seen_pages",
            "models",
            "batches",
            "batch_members",
            "events",
            "held_deletes",
        ]
        .iter()
        .map(|table| {
            format!(
                "{table}\n{}\n",
                self.db_lines(&self.db_row_text(table)).join("\n")
            )
        })
        .collect()
    }

    fn db_row_text(&self, table: &str) -> String {
        match self.kind {
            DatabaseKind::Sqlite => {
                let names = format!(
                    "SELECT 'quote(' || name || ')' AS line FROM pragma_table_info('{table}')"
                );
                let columns = self.db_lines(&names).join(" || '|' || ");
                format!("SELECT {columns} AS line FROM {table} ORDER BY line")
            }
            DatabaseKind::Postgres => {
                format!("SELECT t::text AS line FROM {table} t ORDER BY line")
            }
        }
    }

    /// The column `line` of a query.
    pub fn db_lines(&self, query: &str) -> Vec<String> {
        #[derive(QueryableByName)]
        struct Line {
            #[diesel(sql_type = diesel::sql_types::Text)]
            line: String,
        }
        let rows: Vec<Line> = match self.kind {
            DatabaseKind::Sqlite => sql_query(query).load(&mut self.db_sqlite()),
            DatabaseKind::Postgres => sql_query(query).load(&mut self.db_postgres()),
        }
        .unwrap();
        rows.into_iter().map(|row| row.line).collect()
    }

    fn db_sqlite(&self) -> SqliteConnection {
        let path = self.url.strip_prefix("sqlite://").unwrap();
        let mut conn = SqliteConnection::establish(path).unwrap();
        sql_query("PRAGMA busy_timeout = 10000")
            .execute(&mut conn)
            .unwrap();
        conn
    }

    fn db_postgres(&self) -> PgConnection {
        PgConnection::establish(&self.url).unwrap()
    }
}
