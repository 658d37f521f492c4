//! Fills a store with copies of what a real connection and its first sync left in it.

use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query};

use crate::setting::{Bench, Database, Scale};

/// How much of each the full store holds.
#[derive(Debug)]
pub(super) struct Volume {
    pub(super) connections: u64,
    /// That are complete.
    pub(super) syncs: u64,
    pub(super) records: u64,
    /// That wait for a worker.
    queued: u64,
}

/// Models of each connection.
const MODELS: u64 = 2;
/// Organizations beside the one that is asked about, which owns half of everything.
const OTHERS: u64 = 1000;

impl Volume {
    /// SQLite holds a tenth.
    pub(super) fn of(scale: &Scale, database: Database) -> Self {
        let share = match database {
            Database::Sqlite => 10,
            Database::Postgres => 1,
        };
        let connections = scale.connections / share;
        Self {
            connections,
            syncs: connections * 100,
            records: connections * 200,
            queued: connections / 2,
        }
    }
}

/// Copies of one row of a table.
struct Copies<'a> {
    table: &'a str,
    /// Which row is copied.
    pattern: &'a str,
    count: u64,
    /// What differs, by column; `n` counts the copies from 1.
    columns: Vec<(&'a str, String)>,
}

pub(super) fn fill(database: Database, bench: &Bench, volume: &Volume) {
    let mut target = Target::open(database, bench.database.url());
    let id = |kind: u8, number: &str| target.id(kind, number);
    let syncs_of_a_model = volume.syncs / volume.connections / MODELS;
    let records_of_a_model = volume.records / volume.connections / MODELS;
    // Models are numbered from 0: two of each connection.
    let model_of = |each: u64| format!("((n - 1) / {each})");
    let connection_of = |model: &str| format!("({model} / {MODELS})");
    let organization_of = |connection: &str| {
        let other = id(9, &format!("({connection} % {OTHERS} + 1)"));
        format!("CASE WHEN {connection} % 2 = 0 THEN x.organization_id ELSE {other} END")
    };
    let of_model = |model: &str| {
        let connection = connection_of(model);
        vec![
            ("model_id", id(2, model)),
            ("organization_id", organization_of(&connection)),
            ("connection_id", id(1, &connection)),
        ]
    };
    let complete = "(SELECT id FROM syncs WHERE status = 'complete' LIMIT 1)";
    let model = "(SELECT model_id FROM syncs WHERE status = 'complete' LIMIT 1)";
    let all = [
        Copies {
            table: "organizations",
            pattern: "TRUE",
            count: OTHERS,
            columns: vec![("id", id(9, "n")), ("name", "'other ' || n".to_owned())],
        },
        Copies {
            table: "connections",
            pattern: "deleted_at IS NULL",
            count: volume.connections,
            columns: vec![
                ("id", id(1, "(n - 1)")),
                ("organization_id", organization_of("(n - 1)")),
            ],
        },
        Copies {
            table: "models",
            pattern: &format!("id = {model}"),
            count: volume.connections * MODELS,
            columns: of_model("(n - 1)")
                .into_iter()
                .map(|(column, value)| (if column == "model_id" { "id" } else { column }, value))
                .chain([("name", format!("'model ' || (n % {MODELS})"))])
                .collect(),
        },
        Copies {
            table: "model_feeds",
            pattern: &format!("model_id = {model}"),
            count: volume.connections * MODELS,
            columns: vec![("model_id", id(2, "(n - 1)"))],
        },
        Copies {
            table: "syncs",
            pattern: &format!("id = {complete}"),
            count: volume.syncs,
            columns: of_model(&model_of(syncs_of_a_model))
                .into_iter()
                .chain([("id", id(3, "n")), ("batch_id", "NULL".to_owned())])
                .collect(),
        },
        Copies {
            table: "attempts",
            pattern: &format!("sync_id = {complete}"),
            count: volume.syncs,
            columns: vec![("sync_id", id(3, "n"))],
        },
        Copies {
            table: "syncs",
            pattern: "status = 'queued'",
            count: volume.queued,
            columns: of_model(&format!("((n - 1) * {MODELS})"))
                .into_iter()
                .chain([("id", id(4, "n")), ("batch_id", "NULL".to_owned())])
                .collect(),
        },
        Copies {
            table: "records",
            pattern: &format!("model_id = {model}"),
            count: volume.records,
            columns: vec![
                ("model_id", id(2, &model_of(records_of_a_model))),
                ("id", id(5, "n")),
                ("key", format!("'' || (n % {records_of_a_model})")),
                ("number", format!("n % {records_of_a_model} + 1")),
                ("ordinal", format!("n % {records_of_a_model} + 1")),
            ],
        },
    ];
    for copies in all {
        target.insert(&copies);
    }
    target.settle();
}

enum Target {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    name: String,
}

impl Target {
    fn open(database: Database, url: &str) -> Self {
        match database {
            Database::Sqlite => {
                let file = url.trim_start_matches("sqlite://");
                Self::Sqlite(SqliteConnection::establish(file).expect("the database opens"))
            }
            Database::Postgres => {
                Self::Postgres(PgConnection::establish(url).expect("the database opens"))
            }
        }
    }

    /// An id that ascends with its number.
    fn id(&self, kind: u8, number: &str) -> String {
        match self {
            Self::Sqlite(_) => {
                format!("unhex('019f000{kind}000070008000' || printf('%012x', {number}))")
            }
            Self::Postgres(_) => {
                format!("('019f000{kind}000070008000' || lpad(to_hex({number}), 12, '0'))::uuid")
            }
        }
    }

    fn insert(&mut self, copies: &Copies<'_>) {
        let Copies {
            table,
            pattern,
            count,
            columns,
        } = copies;
        let names = self.columns(table);
        let values: Vec<String> = names
            .iter()
            .map(|name| {
                let known = columns.iter().find(|(column, _)| column == name);
                known.map_or_else(|| format!("x.{name}"), |(_, value)| value.clone())
            })
            .collect();
        let numbers = match self {
            Self::Sqlite(_) => format!(
                "(WITH RECURSIVE s (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM s WHERE n < {count}) SELECT n FROM s)"
            ),
            Self::Postgres(_) => format!("generate_series(1, {count}::bigint)"),
        };
        let statement = format!(
            "INSERT INTO {table} ({}) SELECT {} FROM (SELECT * FROM {table} WHERE {pattern} LIMIT 1) x, {numbers} s{}",
            names.join(", "),
            values.join(", "),
            if matches!(self, Self::Postgres(_)) {
                " (n)"
            } else {
                ""
            },
        );
        eprintln!("{count} rows into {table}");
        self.run(&statement);
    }

    fn columns(&mut self, table: &str) -> Vec<String> {
        let rows: Vec<Column> = match self {
            Self::Sqlite(conn) => {
                sql_query(format!("SELECT name FROM pragma_table_info('{table}')")).load(conn)
            }
            Self::Postgres(conn) => sql_query(format!(
                "SELECT column_name::text AS name FROM information_schema.columns \
                 WHERE table_name = '{table}' AND is_generated = 'NEVER' AND table_schema = 'public'"
            ))
            .load(conn),
        }
        .expect("the columns");
        rows.into_iter().map(|row| row.name).collect()
    }

    fn run(&mut self, statement: &str) {
        match self {
            Self::Sqlite(conn) => conn.batch_execute(statement),
            Self::Postgres(conn) => conn.batch_execute(statement),
        }
        .unwrap_or_else(|error| panic!("{statement}: {error}"));
    }

    /// As a database stands that was filled over months.
    fn settle(&mut self) {
        match self {
            Self::Sqlite(_) => self.run("ANALYZE; PRAGMA wal_checkpoint(TRUNCATE);"),
            Self::Postgres(_) => {
                self.run("VACUUM (ANALYZE)");
                self.run("CHECKPOINT");
            }
        }
    }
}
