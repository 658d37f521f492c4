//! All that a run consists of: the source, the database, the wire, the processes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rand::SeedableRng;
use rand::rngs::StdRng;
use syncline_demo::{
    Clock as DemoClock, Demo, DemoConfig, Fault as ProviderFault, FaultPlan, MANIFEST, When,
};
use syncline_test_support::Program;
use tempfile::TempDir;
use tokio::sync::{Mutex, watch};
use tokio::time::sleep;

use crate::client::Client;
use crate::cluster::Cluster;
use crate::disk::Disk;
use crate::fleet::Fleet;
use crate::load::Load;
use crate::outage::{Clock, Outages};
use crate::plan::{self, Fault};
use crate::proxy::Proxy;
use crate::report;
use crate::setting::{Database, Setting};
use crate::verdict;
use crate::watch::{Followed, Watch};

/// Holds PostgreSQL's files, or SQLite's, with room for what a run writes.
const DISK_MIB: usize = 700;

pub(crate) struct Site {
    pub(crate) database: Database,
    pub(crate) fleet: Arc<Mutex<Fleet>>,
    pub(crate) outages: Outages,
    pub(crate) database_clock: Clock,
    pub(crate) demo: Arc<Demo>,
    cluster: Option<Mutex<Cluster>>,
    proxy: Option<Proxy>,
    // Last, for what lies on it must have ended before it goes.
    pub(crate) disk: Disk,
    #[expect(dead_code, reason = "held for its Drop, which removes it")]
    directory: TempDir,
}

/// One run; answers how many promises were broken.
pub(crate) async fn run(database: Database, setting: &Setting) -> usize {
    // A quarter of the faults is for the single process.
    let count = match database {
        Database::Postgres => setting.faults - setting.faults / 4,
        Database::Sqlite => setting.faults / 4,
    };
    println!("{}: {count} faults, seed {}", database.name(), setting.seed);
    let begun = Instant::now();
    let (site, program) = Site::start(database, setting).await;
    // Before the processes, which all would bring the schema up to date at once.
    let token = token(&program).await;
    site.tend().await;
    let client = Client::new(site.fleet.lock().await.urls(), &token);
    let load = Load::begin(&client, Arc::clone(&site.demo)).await;
    let watch = Watch::begin(&client, &load, &site.outages);

    let faults = plan::draw(database, count, setting.seed, |fault| {
        site.is_possible(fault, setting)
    });
    let (stop, stopped) = watch::channel(false);
    let working = load.keep_asking(StdRng::seed_from_u64(setting.seed), stopped.clone());
    let tending = site.keep_tending(stopped);
    let injecting = async {
        crate::faults::inject(&site, &faults, setting.seed).await;
        stop.send_replace(true);
    };
    tokio::join!(working, tending, injecting);

    println!("  all is mended: the syncs go on to their end");
    let followed: BTreeMap<String, Followed> = watch.end_when_quiet(&load).await;
    let verdict = verdict::judge(&client, &load, &followed, watch.stuck()).await;
    let logs = {
        let fleet = site.fleet.lock().await;
        fleet
            .members
            .iter()
            .map(crate::fleet::Member::log)
            .collect()
    };
    report::print(database, &faults, begun.elapsed(), &load, &verdict, logs);
    if verdict.broken() > 0 {
        site.keep_logs().await;
    }
    verdict.broken()
}

impl Site {
    async fn start(database: Database, setting: &Setting) -> (Self, Program) {
        let directory = tempfile::tempdir().expect("a directory");
        let disk = Disk::new(DISK_MIB);
        let database_clock = Clock::new(directory.path(), "database");
        // PostgreSQL's own user reads it.
        open(directory.path());
        let (cluster, proxy, url) = match database {
            Database::Sqlite => (
                None,
                None,
                format!("sqlite://{}/chaos.db", disk.path().display()),
            ),
            Database::Postgres => {
                let cluster = Cluster::start(setting, disk.path(), database_clock.file());
                let proxy = Proxy::start(cluster.socket()).await;
                let url = format!("postgres://postgres@127.0.0.1:{}/postgres", proxy.port());
                (Some(Mutex::new(cluster)), Some(proxy), url)
            }
        };
        let providers = directory.path().join("providers");
        std::fs::create_dir(&providers).expect("a directory");
        std::fs::write(providers.join("demo.yaml"), MANIFEST).expect("a file");
        let program = Program::new(&url).providers(&providers).workers(8);
        let fleet = Fleet::new(database, setting, &program, directory.path());
        let site = Self {
            database,
            fleet: Arc::new(Mutex::new(fleet)),
            outages: Outages::default(),
            database_clock,
            demo: Arc::new(demo(setting.seed)),
            cluster,
            proxy,
            disk,
            directory,
        };
        (site, program)
    }

    fn is_possible(&self, fault: Fault, setting: &Setting) -> bool {
        match fault {
            Fault::FillDisk => self.disk.is_small(),
            Fault::SetBackClock | Fault::SetBackDatabaseClock => setting.fake_time.is_some(),
            _ => true,
        }
    }

    /// Starts what has ended.
    pub(crate) async fn tend(&self) {
        self.fleet.lock().await.tend();
    }

    async fn keep_tending(&self, mut stopped: watch::Receiver<bool>) {
        while !*stopped.borrow_and_update() {
            self.tend().await;
            sleep(Duration::from_secs(1)).await;
        }
    }

    pub(crate) fn proxy(&self) -> &Proxy {
        self.proxy.as_ref().expect("PostgreSQL is behind a proxy")
    }

    pub(crate) async fn crash_database(&self, pause: Duration) {
        if let Some(cluster) = &self.cluster {
            tokio::task::block_in_place(|| cluster.blocking_lock().crash());
            sleep(pause).await;
        }
        self.start_database().await;
    }

    /// Until it answers; on SQLite there is nothing to start.
    pub(crate) async fn start_database(&self) {
        let Some(cluster) = &self.cluster else {
            return;
        };
        for _ in 0..30 {
            if tokio::task::block_in_place(|| cluster.blocking_lock().try_start()) {
                return;
            }
            sleep(Duration::from_secs(1)).await;
        }
        panic!(
            "PostgreSQL does not come back:\n{}",
            cluster.lock().await.log()
        );
    }

    /// Everything is as it should be again.
    pub(crate) async fn mend(&self) {
        self.disk.free();
        self.database_clock.set(0);
        self.start_database().await;
        let mut fleet = self.fleet.lock().await;
        for member in &mut fleet.members {
            member.clock.set(0);
            member.resume();
        }
        fleet.tend();
        self.demo
            .set_faults(FaultPlan::default())
            .expect("a plan without faults");
    }

    /// For whoever looks for the cause.
    async fn keep_logs(&self) {
        let kept = std::env::temp_dir().join(format!("syncline-chaos-{}", std::process::id()));
        let _ = std::fs::create_dir(&kept);
        for member in &self.fleet.lock().await.members {
            let _ = std::fs::write(kept.join(&member.name), member.log());
        }
        println!("  the logs are in {}", kept.display());
    }
}

/// Slow enough that faults meet syncs in their middle, and failing now and then by itself.
fn demo(seed: u64) -> Demo {
    let rule = |fault, when| syncline_demo::FaultRule {
        fault,
        when,
        model: None,
    };
    let config = DemoConfig {
        seed,
        customers: 400,
        invoices: 3_000,
        payments: 2_000,
        // Stamped as a live system would: the overlap of a model is meant for that.
        clock: DemoClock::Wall,
        faults: FaultPlan {
            rules: vec![
                rule(
                    ProviderFault::ServerError { status: 503 },
                    When::Rate(0.004),
                ),
                rule(ProviderFault::Cut, When::Rate(0.004)),
                rule(ProviderFault::Truncate, When::Rate(0.002)),
                rule(ProviderFault::Duplicate, When::Rate(0.01)),
                rule(
                    ProviderFault::TooManyRequests { retry_after: 2 },
                    When::Rate(0.002),
                ),
                rule(ProviderFault::Slow { millis: 60 }, When::Always),
            ],
        },
        ..DemoConfig::default()
    };
    Demo::start(config, ([127, 0, 0, 1], 0).into()).expect("the demo starts")
}

async fn token(program: &Program) -> String {
    let program = program.clone();
    tokio::task::spawn_blocking(move || program.token("acme"))
        .await
        .expect("a token")
}

fn open(directory: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt;
    let everyone = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(directory, everyone).expect("permissions");
}
