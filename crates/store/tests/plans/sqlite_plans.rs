//! What SQLite would do.

use std::collections::BTreeSet;

use diesel::{Connection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query};
use syncline_test_support::TestDatabase;

use super::SMALL_INDEXES;

#[derive(QueryableByName)]
struct Step {
    #[diesel(sql_type = diesel::sql_types::Text)]
    detail: String,
}

pub fn complaints(db: &TestDatabase, statements: &BTreeSet<String>) -> Vec<String> {
    let file = db.file().unwrap();
    let mut conn = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    sql_query("PRAGMA busy_timeout = 10000")
        .execute(&mut conn)
        .unwrap();
    let mut complaints = Vec::new();
    for statement in statements {
        let steps: Vec<Step> = sql_query(format!("EXPLAIN QUERY PLAN {statement}"))
            .load(&mut conn)
            .unwrap();
        let bad: Vec<String> = steps
            .into_iter()
            .map(|step| step.detail)
            .filter(|step| reads_all(step))
            .collect();
        if !bad.is_empty() {
            complaints.push(format!("{statement}\n    {}", bad.join("\n    ")));
        }
    }
    complaints
}

/// `SCAN` reads all of something: harmless for values, for what a step before it found, and for
/// the small indexes.
fn reads_all(step: &str) -> bool {
    let Some(scanned) = step.strip_prefix("SCAN ") else {
        return false;
    };
    let name = scanned.split(' ').next().unwrap_or_default();
    let is_derived = ["u", "v", "waiting", "first"].contains(&name)
        || name
            .strip_prefix('b')
            .is_some_and(|number| number.parse::<u8>().is_ok())
        || name.starts_with('(')
        || scanned.contains("VIRTUAL TABLE")
        || scanned.contains("CONSTANT ROW")
        || scanned.contains("VALUES CLAUSE");
    let is_small = SMALL_INDEXES
        .iter()
        .any(|index| scanned.ends_with(&format!("INDEX {index}")));
    !is_derived && !is_small
}

/// What is judged here, without values, is what will be done with any: `.cargo/config.toml`.
#[test]
fn a_plan_does_not_depend_on_the_values_that_are_bound() {
    #[derive(QueryableByName)]
    struct Flag {
        #[diesel(sql_type = diesel::sql_types::Text)]
        compile_options: String,
    }
    let mut conn = SqliteConnection::establish(":memory:").unwrap();
    let flags: Vec<Flag> = sql_query("PRAGMA compile_options").load(&mut conn).unwrap();
    let has = |wanted: &str| flags.iter().any(|flag| flag.compile_options == wanted);
    assert!(has("ENABLE_QPSG"));
    assert!(has("DEFAULT_MEMSTATUS=0"));
}

/// The judge itself is judged.
#[test]
fn a_scan_of_a_table_is_noticed() {
    assert!(reads_all("SCAN records"));
    assert!(reads_all("SCAN s USING COVERING INDEX syncs_of_model"));
    assert!(!reads_all(
        "SEARCH s USING INDEX syncs_of_model (model_id=?)"
    ));
    assert!(!reads_all("SCAN s USING INDEX syncs_leases"));
    assert!(!reads_all("SCAN j VIRTUAL TABLE INDEX 1:"));
}
