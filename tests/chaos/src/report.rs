//! Prints what a run was, and what it showed.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::load::Load;
use crate::plan::Fault;
use crate::setting::Database;
use crate::verdict::Verdict;

/// How many broken promises are told in full.
const SHOWN: usize = 20;

pub(crate) fn print(
    database: Database,
    faults: &[Fault],
    took: Duration,
    load: &Load,
    verdict: &Verdict,
    logs: Vec<String>,
) {
    let mut kinds: BTreeMap<Fault, usize> = BTreeMap::new();
    for fault in faults {
        *kinds.entry(*fault).or_default() += 1;
    }
    println!("{}, in {} s:", database.name(), took.as_secs());
    println!("  faults: {} {kinds:?}", faults.len());
    println!("  syncs accepted, by how they ended: {:?}", verdict.ended);
    println!("  attempts, by outcome: {:?}", verdict.attempts);
    println!(
        "  records served: {}; changes told: {}; records compared with the source: {}",
        load.served(),
        verdict.changes,
        verdict.compared
    );
    let panics = logs
        .iter()
        .filter(|log| log.contains("panicked at"))
        .count();
    println!("  processes whose last life panicked: {panics}");
    println!("  promises broken: {}", verdict.broken());
    for broken in verdict.broken.iter().take(SHOWN) {
        println!("    {broken}");
    }
}
