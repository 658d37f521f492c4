//! Throwaway databases in a PostgreSQL cluster that is already there.

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use reqwest::Url;

/// Names the cluster; its user must be allowed to create databases.
const CLUSTER: &str = "SYNCLINE_TEST_POSTGRES_URL";

/// Names a transaction pooler before that cluster: the directory of its socket.
const POOLER: &str = "SYNCLINE_TEST_POOLER";

const HELP: &str = "run `make test`, or `tests/env/with-postgres.sh cargo test …`, \
                    or skip these tests with `cargo test … -- --skip postgres`";

/// One database, dropped with all its connections when the value goes.
#[derive(Debug)]
pub(crate) struct PostgresDatabase {
    name: String,
    url: String,
    cluster: String,
}

impl PostgresDatabase {
    pub(crate) fn create() -> Self {
        let Ok(cluster) = std::env::var(CLUSTER) else {
            panic!("this test needs PostgreSQL and {CLUSTER} is not set: {HELP}");
        };
        let name = format!("syncline_test_{:016x}", rand::random::<u64>());
        let url = url_of_database(&cluster, &name);
        execute(&cluster, &format!("CREATE DATABASE {name}"));
        Self { name, url, cluster }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn pooled_url(&self) -> String {
        let Ok(directory) = std::env::var(POOLER) else {
            panic!("this test needs pgbouncer and {POOLER} is not set: {HELP}");
        };
        format!(
            "postgres://postgres@localhost:6432/{}?host={directory}",
            self.name
        )
    }
}

impl Drop for PostgresDatabase {
    fn drop(&mut self) {
        let statement = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        // A panic while another one unwinds would abort the whole test program and hide its
        // cause; the cluster is thrown away in any case.
        if let Err(error) = try_execute(&self.cluster, &statement) {
            eprintln!("{statement}: {error}");
        }
    }
}

/// The cluster's URL with another database: its user, host and parameters stay.
fn url_of_database(cluster: &str, name: &str) -> String {
    match Url::parse(cluster) {
        Ok(mut url) => {
            url.set_path(name);
            url.into()
        }
        Err(error) => panic!("{CLUSTER} is no URL ({error}): {HELP}"),
    }
}

fn execute(cluster: &str, statement: &str) {
    if let Err(error) = try_execute(cluster, statement) {
        panic!("{statement} in the cluster of {CLUSTER}: {error}; {HELP}");
    }
}

fn try_execute(cluster: &str, statement: &str) -> Result<(), String> {
    PgConnection::establish(cluster)
        .map_err(|error| error.to_string())?
        .batch_execute(statement)
        .map_err(|error| error.to_string())
}
