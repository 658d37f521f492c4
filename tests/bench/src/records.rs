//! Records from the demo to the store, first all new, then all known.

use std::time::Instant;

use crate::bare;
use crate::process::{cpu_seconds, postgres_cpu_seconds};
use crate::report::{Report, grouped};
use crate::setting::{Bench, Database, Scale};

/// Seconds on the clock and on the processors.
pub(crate) struct Spent {
    pub(crate) wall: f64,
    server: f64,
    source: f64,
    postgres: f64,
}

impl Spent {
    /// Processor seconds of the server and, with one of its own, the database.
    pub(crate) fn cpu(&self, database: Database) -> f64 {
        match database {
            Database::Sqlite => self.server,
            Database::Postgres => self.server + self.postgres,
        }
    }
}

/// Our two syncs, for those who are measured beside them.
pub(crate) struct Ours {
    pub(crate) database: Database,
    pub(crate) fresh: Spent,
    pub(crate) unchanged: Spent,
}

pub(crate) async fn measure(database: Database, scale: &Scale, report: &mut Report) -> Ours {
    let bench = Bench::start(database, scale.records, 2).await;
    #[expect(clippy::cast_precision_loss, reason = "small counts")]
    let records = scale.records as f64;

    let fresh = spend(&bench, false).await;
    let unchanged = spend(&bench, true).await;
    let prepared = bare::prepare(&bench.demo).await;
    let upsert = records / bare::upsert(database, &prepared);

    let rate = |spent: &Spent| records / spent.wall;
    report.note(database, "bare upsert, records/s", grouped(upsert));
    report.note(database, "fresh, records/s", grouped(rate(&fresh)));
    report.note(
        database,
        "fresh ÷ bare upsert (required 0.6)",
        format!("{:.2}", rate(&fresh) / upsert),
    );
    report.note(database, "unchanged, records/s", grouped(rate(&unchanged)));
    report.note(
        database,
        "unchanged ÷ fresh (required 1.5)",
        format!("{:.2}", rate(&unchanged) / rate(&fresh)),
    );
    for (name, spent) in [("fresh", &fresh), ("unchanged", &unchanged)] {
        let micros = |seconds: f64| format!("{:.2}", seconds * 1e6 / records);
        report.note(
            database,
            &format!("{name}, CPU µs/record, server"),
            micros(spent.server),
        );
        report.note(
            database,
            &format!("{name}, CPU µs/record, source"),
            micros(spent.source),
        );
        if database == Database::Postgres {
            report.note(
                database,
                &format!("{name}, CPU µs/record, PostgreSQL"),
                micros(spent.postgres),
            );
        }
    }
    Ours {
        database,
        fresh,
        unchanged,
    }
}

async fn spend(bench: &Bench, full_refresh: bool) -> Spent {
    let cpu = || {
        let server = cpu_seconds(bench.server.id());
        // The demo is served by this process, which does little else meanwhile.
        (
            server,
            cpu_seconds(std::process::id()),
            postgres_cpu_seconds(),
        )
    };
    let (before, begun) = (cpu(), Instant::now());
    bench.sync(full_refresh).await;
    let wall = begun.elapsed().as_secs_f64();
    let after = cpu();
    Spent {
        wall,
        server: after.0 - before.0,
        source: after.1 - before.1,
        postgres: after.2 - before.2,
    }
}
