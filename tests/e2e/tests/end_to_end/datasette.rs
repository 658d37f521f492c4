//! A server that nobody here wrote: Datasette with the countries, subdivisions and languages of
//! pycountry, read through a manifest beside this test.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use syncline_test_support::{Program, TestDatabase, both_databases};

use crate::world::{models_of, providers_with, text};

const MANIFEST: &str = include_str!("../../datasette/datasette.yaml");

/// Datasette on a free port, and what it holds by table and key.
struct Datasette {
    process: Child,
    url: String,
    truth: BTreeMap<String, BTreeMap<String, Value>>,
    _directory: tempfile::TempDir,
}

impl Datasette {
    fn start() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let database = directory.path().join("world.db");
        let truth = directory.path().join("truth.json");
        let load = Path::new(env!("CARGO_MANIFEST_DIR")).join("datasette/load.py");
        let loaded = Command::new(python())
            .arg(load)
            .args([&database, &truth])
            .status();
        assert!(
            loaded.expect("Python runs").success(),
            "the data are not loaded"
        );
        // The port is free now; nobody else on the loopback is asked to take it meanwhile.
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let mut process = Command::new(python())
            .args([
                "-m",
                "datasette",
                "serve",
                "-h",
                "127.0.0.1",
                "-p",
                &port.to_string(),
            ])
            .arg(&database)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("Datasette starts");
        let stderr = process.stderr.take().expect("its log");
        let mut lines = std::io::BufRead::lines(std::io::BufReader::new(stderr));
        let ready = lines
            .by_ref()
            .map_while(Result::ok)
            .any(|line| line.contains("Uvicorn running"));
        assert!(ready, "Datasette did not start");
        // Its log is read to the end, so that it never blocks on a full pipe.
        std::thread::spawn(move || lines.for_each(drop));
        let truth = std::fs::read_to_string(truth).expect("the truth");
        Self {
            process,
            url: format!("http://127.0.0.1:{port}"),
            truth: serde_json::from_str(&truth).expect("the truth is JSON"),
            _directory: directory,
        }
    }
}

impl Drop for Datasette {
    fn drop(&mut self) {
        // Fails only when it has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The interpreter of the virtual environment that `tests/env/python.sh` makes.
fn python() -> PathBuf {
    std::env::var_os("SYNCLINE_TEST_PYTHON").map(PathBuf::from).unwrap_or_else(|| {
        panic!("this test needs Datasette and SYNCLINE_TEST_PYTHON is not set: run `make test`, or skip it with `-- --skip datasette`")
    })
}

both_databases! {
    async fn thirteen_thousand_real_records_land(db: TestDatabase) {
        let datasette = Datasette::start();
        let providers = providers_with("datasette", MANIFEST);
        let server = Program::new(db.url()).providers(providers.path()).workers(3).serve().await;
        let api = server.api("acme");
        let body = json!({
            "provider_name": "datasette", "name": "World", "config": { "base_url": datasette.url },
        });
        let connection = api.post("/v2/integrations/connections", body).await.expect_status(201).json;
        let id = text(&connection["id"]);
        let check = api.post(&format!("/v2/integrations/connections/{id}/check"), None).await;
        check.expect_status(200);

        for round in 0..2 {
            let syncs = api.request_sync(&id, None).await;
            for sync in api.wait_for_syncs(&syncs).await {
                assert_eq!(sync["status"], "complete", "{sync}");
                let path = format!("/v2/integrations/syncs/{}/attempts", text(&sync["id"]));
                let attempt = api.all(&path).await.remove(0);
                let fresh = if round == 0 { "added" } else { "unchanged" };
                assert_eq!(attempt[fresh], attempt["records"], "round {round}: {attempt}");
            }
        }
        let mut landed = 0;
        for (table, rows) in &datasette.truth {
            let model = &models_of(&connection)[table];
            let path = format!("/v2/integrations/models/{model}/records?limit=1000");
            let records = api.all(&path).await;
            assert_eq!(records.len(), rows.len(), "{table}");
            landed += records.len();
            let key = match table.as_str() {
                "countries" => "alpha_2",
                "subdivisions" => "code",
                _ => "alpha_3",
            };
            for record in &records {
                let row = &rows[record["data"][key].as_str().unwrap()];
                assert_eq!(&record["data"], row, "{table}");
            }
        }
        assert!(landed > 13_000, "{landed} records");
    }
}
