//! What PostgreSQL would do with thousands of rows. Plans that read whole tables are made
//! dear, so that one that remains has no index to go by.

use std::collections::BTreeSet;

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, sql_query};
use syncline_test_support::TestDatabase;

use super::{GROWING, SMALL_INDEXES};

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = diesel::sql_types::Text)]
    #[diesel(column_name = "QUERY PLAN")]
    text: String,
}

pub fn complaints(db: &TestDatabase, statements: &BTreeSet<String>) -> Vec<String> {
    let mut conn = PgConnection::establish(db.url()).unwrap();
    conn.batch_execute(
        "SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_hashjoin = off; \
         SET enable_mergejoin = off; SET jit = off; SET plan_cache_mode = force_generic_plan",
    )
    .unwrap();
    conn.batch_execute(include_str!("postgres_seed.sql"))
        .unwrap();
    let mut complaints = Vec::new();
    for statement in statements {
        let plan = explain(&mut conn, statement);
        let bad: Vec<&str> = reads_all(&plan);
        if !bad.is_empty() {
            complaints.push(format!(
                "{statement}\n    {}\n{}",
                bad.join("\n    "),
                plan.join("\n")
            ));
        }
    }
    complaints
}

fn explain(conn: &mut PgConnection, statement: &str) -> Vec<String> {
    if let Err(error) = conn.batch_execute(&format!("PREPARE asked AS {statement}")) {
        panic!("{statement}: {error}");
    }
    let count = (1..)
        .take_while(|number| mentions(statement, *number))
        .count();
    let nulls = vec!["NULL"; count].join(", ");
    let execute = if count == 0 {
        "asked".to_owned()
    } else {
        format!("asked ({nulls})")
    };
    let lines: Vec<Line> = sql_query(format!("EXPLAIN (COSTS OFF) EXECUTE {execute}"))
        .load(conn)
        .unwrap();
    conn.batch_execute("DEALLOCATE asked").unwrap();
    lines.into_iter().map(|line| line.text).collect()
}

fn mentions(statement: &str, number: usize) -> bool {
    let mark = format!("${number}");
    statement.match_indices(&mark).any(|(at, _)| {
        !statement[at + mark.len()..].starts_with(|next: char| next.is_ascii_digit())
    })
}

/// Sequential scans of growing tables, and scans of an index that no condition narrows.
fn reads_all(plan: &[String]) -> Vec<&str> {
    let mut bad = Vec::new();
    for (at, line) in plan.iter().enumerate() {
        let node = line.trim_start().trim_start_matches("->").trim_start();
        if let Some(table) = node.strip_prefix("Seq Scan on ") {
            let table = table.split(' ').next().unwrap_or_default();
            if GROWING.contains(&table) {
                bad.push(line.as_str());
            }
        }
        let index = [
            "Index Scan using ",
            "Index Only Scan using ",
            "Index Scan Backward using ",
        ]
        .iter()
        .find_map(|kind| node.strip_prefix(kind))
        .or_else(|| node.strip_prefix("Bitmap Index Scan on "));
        if let Some(index) = index {
            let index = index.split(' ').next().unwrap_or_default();
            let has_condition = plan[at + 1..]
                .iter()
                .take_while(|line| !line.contains("->"))
                .any(|line| line.contains("Index Cond:"));
            if !has_condition && !SMALL_INDEXES.contains(&index) {
                bad.push(line.as_str());
            }
        }
    }
    bad
}

/// The judge itself is judged.
#[test]
fn a_scan_of_a_table_is_noticed() {
    let plan = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(
        reads_all(&plan(
            "Limit\n  ->  Seq Scan on syncs s\n        Filter: (a = 1)"
        ))
        .len(),
        1
    );
    assert_eq!(
        reads_all(&plan(
            "Index Scan using syncs_pkey on syncs s\n  Filter: (a = 1)"
        ))
        .len(),
        1
    );
    let good = "Index Scan using syncs_pkey on syncs s\n  Index Cond: (id = $1)\n  Filter: (a = 1)";
    assert!(reads_all(&plan(good)).is_empty());
    assert!(reads_all(&plan("Limit\n  ->  Index Scan using syncs_due on syncs s")).is_empty());
}
