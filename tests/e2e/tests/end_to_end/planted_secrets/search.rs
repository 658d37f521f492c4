//! Everything that is left behind, and the search in it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, sql_query};
use syncline_test_support::{Answer, TestDatabase};

/// How much is shown around what is found.
const AROUND: usize = 80;

/// Named heaps of bytes.
#[derive(Default)]
pub struct Haystack(Vec<(String, Vec<u8>)>);

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = diesel::sql_types::Text)]
    line: String,
}

impl Haystack {
    pub fn text(&mut self, name: &str, text: &str) {
        self.0.push((name.to_owned(), text.as_bytes().to_vec()));
    }

    /// Its headers and its body.
    pub fn answer(&mut self, answer: &Answer) {
        self.text(
            "an answer",
            &format!("{:?}\n{}", answer.headers, answer.text),
        );
    }

    /// The files of SQLite with all that is no longer in use in them; every row of PostgreSQL.
    pub fn database(&mut self, db: &TestDatabase) {
        match db.directory() {
            Some(directory) => {
                for entry in std::fs::read_dir(directory).unwrap() {
                    let path = entry.unwrap().path();
                    let bytes = std::fs::read(&path).unwrap();
                    self.0.push((path.display().to_string(), bytes));
                }
            }
            None => {
                let mut conn = PgConnection::establish(db.url()).unwrap();
                let tables =
                    "SELECT tablename::text AS line FROM pg_tables WHERE schemaname = 'public'";
                for Line { line: table } in sql_query(tables).load::<Line>(&mut conn).unwrap() {
                    let rows = format!("SELECT t::text AS line FROM \"{table}\" t");
                    let rows: Vec<Line> = sql_query(rows).load(&mut conn).unwrap();
                    let rows: Vec<String> = rows.into_iter().map(|row| row.line).collect();
                    self.text(&table, &rows.join("\n"));
                }
            }
        }
    }

    /// Where any of these marks stands: as it is, in hexadecimal digits, or inside of base64.
    pub fn find(&self, marks: &[&str]) -> Vec<String> {
        let mut found = Vec::new();
        for mark in marks {
            for form in forms(mark) {
                for (name, bytes) in &self.0 {
                    if let Some(at) = position(bytes, form.as_bytes()) {
                        let around =
                            &bytes[at.saturating_sub(AROUND)..(at + AROUND).min(bytes.len())];
                        let around = String::from_utf8_lossy(around);
                        found.push(format!("{mark} as {form} in {name}: …{around}…"));
                    }
                }
            }
        }
        found
    }
}

fn position(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|part| part == wanted)
}

fn forms(mark: &str) -> Vec<String> {
    let hex: String = mark.bytes().map(|byte| format!("{byte:02x}")).collect();
    // Nor shall the beginning be left of a secret that was cut. Digits alone are too common.
    let begun = if mark.bytes().all(|byte| byte.is_ascii_digit()) {
        mark
    } else {
        &mark[..6]
    };
    let mut forms = vec![begun.to_owned(), hex];
    // Base64 takes three bytes at a time; where its first group begins depends on what stands
    // before.
    for skipped in 0..3 {
        let whole = &mark.as_bytes()[skipped..];
        forms.push(STANDARD_NO_PAD.encode(&whole[..whole.len() / 3 * 3]));
    }
    forms
}
