//! Figures by name, one column for each database.

use std::fmt::Write;

use crate::setting::{Database, Scale};

/// A table that grows as things are measured.
pub(crate) struct Report {
    rows: Vec<(String, Option<String>, Option<String>)>,
    heading: String,
}

impl Report {
    pub(crate) fn begin(scale: &Scale) -> Self {
        let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
        Self {
            rows: Vec::new(),
            heading: format!("{cores} cores; {scale:?}"),
        }
    }

    /// Notes a figure, and says it at once: a run takes minutes.
    pub(crate) fn note(&mut self, database: Database, name: &str, value: String) {
        eprintln!("{:10} {name}: {value}", database.name());
        let index = self
            .rows
            .iter()
            .position(|row| row.0 == name)
            .unwrap_or_else(|| {
                self.rows.push((name.to_owned(), None, None));
                self.rows.len() - 1
            });
        match database {
            Database::Sqlite => self.rows[index].1 = Some(value),
            Database::Postgres => self.rows[index].2 = Some(value),
        }
    }

    pub(crate) fn print(&self) {
        let mut table = format!(
            "{}\n\n| figure | SQLite | PostgreSQL |\n|---|---|---|\n",
            self.heading
        );
        for (name, sqlite, postgres) in &self.rows {
            let cell = |value: &Option<String>| value.clone().unwrap_or_else(|| "–".into());
            writeln!(table, "| {name} | {} | {} |", cell(sqlite), cell(postgres)).expect("a text");
        }
        println!("{table}");
    }
}

/// 123456.7 → `123,457`.
pub(crate) fn grouped(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
