//! Start time and memory of the server.

use std::time::Instant;

use syncline_test_support::Program;

use crate::process::{peak_mib, resident_mib};
use crate::report::Report;
use crate::setting::{Bench, Database, Scale, providers};

pub(crate) async fn measure(database: Database, scale: &Scale, report: &mut Report) {
    let (fresh, folder) = (database.fresh(), providers());
    let program = Program::new(fresh.url()).providers(folder.path());
    for name in [
        "start with empty database, ms",
        "start, ms (required below 1000)",
    ] {
        let begun = Instant::now();
        let mut server = program.serve().await;
        report.note(
            database,
            name,
            format!("{:.0}", begun.elapsed().as_secs_f64() * 1e3),
        );
        server.terminate();
        server.wait().await;
    }
    let server = program.serve().await;
    let api = server.api("bench");
    api.get("/v2/integrations/connections")
        .await
        .expect_status(200);
    let idle = resident_mib(server.id());
    report.note(
        database,
        "idle, MiB (required below 40)",
        format!("{idle:.1}"),
    );
    drop(server);

    let mut peaks = Vec::new();
    for count in [scale.small, scale.large] {
        let bench = Bench::start(database, count, 2).await;
        bench.sync(false).await;
        let peak = peak_mib(bench.server.id());
        report.note(
            database,
            &format!("peak at {count} records, MiB"),
            format!("{peak:.1}"),
        );
        peaks.push(peak);
    }
    let ratio = peaks[1] / peaks[0];
    report.note(
        database,
        "peak, large ÷ small (required 1.10)",
        format!("{ratio:.3}"),
    );
}
