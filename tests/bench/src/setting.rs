//! What is measured: databases, sizes, and the connection that is read.

use serde_json::{Value, json};
use syncline_demo::{Demo, DemoConfig, MANIFEST, Model};
use syncline_test_support::{Api, Program, Server, TestDatabase};
use tempfile::TempDir;

/// One of the two databases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Database {
    Sqlite,
    Postgres,
}

impl Database {
    pub(crate) fn all() -> Vec<Self> {
        if std::env::var_os("SYNCLINE_TEST_POSTGRES_URL").is_some() {
            vec![Self::Sqlite, Self::Postgres]
        } else {
            eprintln!("SYNCLINE_TEST_POSTGRES_URL is not set: SQLite alone is measured");
            vec![Self::Sqlite]
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }

    pub(crate) fn fresh(self) -> TestDatabase {
        match self {
            Self::Sqlite => TestDatabase::sqlite(),
            Self::Postgres => TestDatabase::postgres(),
        }
    }
}

/// How much is measured. `BENCH_SCALE=0.1` makes everything a tenth, to try the benchmark out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scale {
    pub(crate) records: usize,
    pub(crate) small: usize,
    pub(crate) large: usize,
    pub(crate) requests: usize,
    pub(crate) lifecycles: usize,
    pub(crate) jobs: usize,
    pub(crate) connections: u64,
}

impl Scale {
    pub(crate) fn read() -> Self {
        let factor: f64 = std::env::var("BENCH_SCALE")
            .ok()
            .and_then(|text| text.parse().ok())
            .unwrap_or(1.0);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "small counts"
        )]
        let of = |count: f64| (count * factor) as usize;
        Self {
            records: of(200_000.0),
            small: of(10_000.0),
            large: of(1_000_000.0),
            requests: of(4_000.0),
            lifecycles: of(4_000.0),
            jobs: of(20_000.0),
            connections: of(100_000.0) as u64,
        }
    }
}

/// Pages of this many records.
pub(crate) const PAGE: usize = 1000;

/// A demo with its invoices rendered beforehand, a server, and a connection between the two whose
/// one enabled model is `invoices`.
pub(crate) struct Bench {
    pub(crate) demo: Demo,
    pub(crate) server: Server,
    pub(crate) api: Api,
    pub(crate) connection: Value,
    pub(crate) database: TestDatabase,
    _providers: TempDir,
}

impl Bench {
    pub(crate) async fn start(database: Database, invoices: usize, workers: usize) -> Self {
        Self::start_with(database, invoices, workers, &[]).await
    }

    /// The same, with further words of the server's command line.
    pub(crate) async fn start_with(
        database: Database,
        invoices: usize,
        workers: usize,
        words: &[&str],
    ) -> Self {
        let demo = demo(invoices);
        let providers = providers();
        let database = database.fresh();
        let program = Program::new(database.url())
            .providers(providers.path())
            .workers(workers);
        let program = words.iter().fold(program, |p, word| p.option(*word));
        let server = program.serve().await;
        let api = server.api("bench");
        let connection = connect(&api, &demo).await;
        Self {
            demo,
            server,
            api,
            connection,
            database,
            _providers: providers,
        }
    }

    pub(crate) fn connection_id(&self) -> &str {
        self.connection["id"].as_str().expect("an id")
    }

    /// Requests a sync of the invoices and waits for it; gives the Sync.
    pub(crate) async fn sync(&self, full_refresh: bool) -> Value {
        let body = json!({ "models": ["invoices"], "full_refresh": full_refresh });
        let syncs = self.api.request_sync(self.connection_id(), body).await;
        let sync = self.api.wait_for_syncs(&syncs).await.remove(0);
        assert_eq!(sync["status"], "complete", "{sync}");
        sync
    }
}

/// A demo with its invoices rendered beforehand.
pub(crate) fn demo(invoices: usize) -> Demo {
    let config = DemoConfig {
        customers: 10,
        invoices,
        payments: 0,
        ..DemoConfig::default()
    };
    let demo = Demo::start(config, ([127, 0, 0, 1], 0).into()).expect("the demo starts");
    demo.prerender(Model::Invoices, PAGE);
    demo
}

/// A folder with the demo's manifest.
pub(crate) fn providers() -> TempDir {
    let directory = tempfile::tempdir().expect("a temporary directory");
    std::fs::write(directory.path().join("demo.yaml"), MANIFEST).expect("a manifest");
    directory
}

/// Creates a connection to the demo; gives it.
pub(crate) async fn connect(api: &Api, demo: &Demo) -> Value {
    let body = json!({
        "provider_name": "demo",
        "name": "Bench",
        "config": { "base_url": demo.url(), "api_token": "demo-token", "page_size": PAGE },
    });
    api.post("/v2/integrations/connections", body)
        .await
        .expect_status(201)
        .json
}
