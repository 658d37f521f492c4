//! dlt, from PyPI: the invoices of the demo into PostgreSQL by `peers/dlt-records.py`.

use std::path::PathBuf;
use std::process::Command;

use diesel::sql_types::BigInt;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, sql_query};
use serde_json::Value;
use syncline_demo::Demo;
use syncline_test_support::TestDatabase;
use tempfile::TempDir;

use crate::peers::{folder, output};
use crate::process::postgres_cpu_seconds;

/// Names a Python that has dlt; `make bench` sets it.
const VARIABLE: &str = "SYNCLINE_BENCH_DLT";

/// What dlt does with a record that it has.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Disposition {
    /// Finds it by its primary key and writes over it, as Syncline does.
    Merge,
    /// Does not look: a second run would write every record again.
    Append,
}

/// A database of its own, and what dlt keeps of its runs.
pub(crate) struct Dlt {
    python: PathBuf,
    database: TestDatabase,
    directory: TempDir,
}

/// What a run took.
pub(crate) struct Run {
    pub(crate) seconds: f64,
    pub(crate) cpu: f64,
    pub(crate) postgres_cpu: f64,
}

impl Dlt {
    /// `None`, and a word of it, when it is not there.
    pub(crate) fn find() -> Option<Self> {
        let python = std::env::var_os(VARIABLE).map(PathBuf::from);
        if python.is_none() {
            eprintln!("{VARIABLE} is not set: dlt is not measured");
        }
        Some(Self::new(python?))
    }

    /// The same with another database, of which this one knows nothing.
    pub(crate) fn another(&self) -> Self {
        Self::new(self.python.clone())
    }

    fn new(python: PathBuf) -> Self {
        Self {
            python,
            database: TestDatabase::postgres(),
            directory: tempfile::tempdir().expect("a temporary directory"),
        }
    }

    /// Loads all invoices; all must be there afterwards.
    pub(crate) fn run(&self, demo: &Demo, records: usize, disposition: Disposition) -> Run {
        let directory = self.directory.path();
        let mut command = Command::new(&self.python);
        command.arg(folder().join("dlt-records.py")).arg(demo.url());
        command.arg(self.database.url()).arg(directory);
        command.arg(records.to_string()).arg(match disposition {
            Disposition::Merge => "merge",
            Disposition::Append => "append",
        });
        // No settings of whoever runs this, and none left behind.
        command
            .current_dir(directory)
            .env("DLT_DATA_DIR", directory);
        let postgres_before = postgres_cpu_seconds();
        let said = output(command);
        let postgres_cpu = postgres_cpu_seconds() - postgres_before;
        let last = said.lines().last().unwrap_or_default();
        let run: Value = serde_json::from_str(last)
            .unwrap_or_else(|error| panic!("dlt should say what it did ({error}): {said}"));
        self.check(records);
        let seconds = |name: &str| run[name].as_f64().expect("seconds");
        Run {
            seconds: seconds("seconds"),
            cpu: seconds("cpu_seconds"),
            postgres_cpu,
        }
    }

    /// Counts what landed, whatever dlt says of it.
    fn check(&self, records: usize) {
        let mut conn = PgConnection::establish(self.database.url()).expect("a connection");
        let landed: Landed =
            sql_query("SELECT count(*) AS rows, count(DISTINCT id) AS keys FROM bench.invoices")
                .get_result(&mut conn)
                .expect("the rows of dlt");
        let expected = i64::try_from(records).expect("a small count");
        assert_eq!(
            (landed.rows, landed.keys),
            (expected, expected),
            "dlt: rows, keys"
        );
    }
}

#[derive(QueryableByName)]
struct Landed {
    #[diesel(sql_type = BigInt)]
    rows: i64,
    #[diesel(sql_type = BigInt)]
    keys: i64,
}
