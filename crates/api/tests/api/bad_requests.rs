//! Bad requests, in tables: each with its exact status, its code, and the path of every field
//! that is wrong. No refused request may have an effect.
//!
//! In targets, headers and bodies `<sync>` and the like stand for what [`world`] made.

/// Rows of a table: `"name": METHOD "target" ["Header": "value"] {body} => status code "path";`.
/// A body is sent as `application/json` unless a header says otherwise.
macro_rules! rows {
    ($($name:literal: $method:ident $target:literal $([$($header:literal: $value:expr),*])? $({ $body:expr })? => $status:literal $code:ident $($path:literal)*;)*) => {
        pub fn rows() -> Vec<crate::bad_requests::row::Row> {
            vec![$(
                crate::bad_requests::row::Row {
                    name: $name,
                    method: stringify!($method),
                    target: $target,
                    headers: vec![$($(($header, AsRef::<[u8]>::as_ref($value).to_vec())),*)?],
                    body: crate::bad_requests::row::body(&[$(AsRef::<[u8]>::as_ref($body))?]),
                    status: $status,
                    code: stringify!($code),
                    paths: vec![$($path),*],
                },
            )*]
        }
    };
}

mod row;
mod world;

mod bodies;
mod configs;
mod cursors;
mod fields;
mod headers;
mod keys;
mod media_types;
mod methods;
mod paths;
mod queries;
mod ranges;
mod tokens;
mod wire;

use syncline_test_support::{TestDatabase, both_databases};

use row::Row;
use world::World;

const TABLES: [fn() -> Vec<Row>; 12] = [
    bodies::rows,
    configs::rows,
    cursors::rows,
    fields::rows,
    headers::rows,
    keys::rows,
    media_types::rows,
    methods::rows,
    paths::rows,
    queries::rows,
    ranges::rows,
    tokens::rows,
];

both_databases! {
    async fn every_bad_request_is_refused_by_its_code_and_changes_nothing(db: TestDatabase) {
        let world = World::new(&db).await;
        let mut wrong = Vec::new();
        for row in TABLES.iter().flat_map(|rows| rows()) {
            wrong.extend(world.hold(&row).await);
        }
        assert!(wrong.is_empty(), "{} rows:\n{}", wrong.len(), wrong.join("\n"));
    }
}

#[test]
fn the_tables_are_long_and_no_row_stands_twice() {
    let rows: Vec<Row> = TABLES.iter().flat_map(|rows| rows()).collect();
    assert!(rows.len() >= 600, "{}", rows.len());
    let mut seen = std::collections::HashSet::new();
    for row in &rows {
        assert!(
            seen.insert(row.name),
            "the name `{}` stands twice",
            row.name
        );
    }
}
