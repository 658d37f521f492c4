//! Progress as plain lines, for logs and pipes.

use std::collections::HashMap;
use std::io::Write;
use std::time::{Duration, Instant};

use syncline_domain::Status;

use super::Display;
use super::tally::Row;
use super::text::{line, model_width};

/// How often a running sync gets a line.
const STEP: Duration = Duration::from_secs(5);

/// A line when a status changes, and now and then while records land.
pub struct Lines<W> {
    out: W,
    shown: HashMap<String, Shown>,
}

struct Shown {
    status: Status,
    records: u64,
    at: Instant,
}

impl<W: Write + Send> Lines<W> {
    /// Writes to `out`.
    pub fn new(out: W) -> Self {
        Self {
            out,
            shown: HashMap::new(),
        }
    }

    fn show_at(&mut self, rows: &[Row], now: Instant) {
        let width = model_width(rows);
        for row in rows {
            let is_news = self.shown.get(&row.model).is_none_or(|last| {
                let landed =
                    row.tally.records != last.records && now.duration_since(last.at) >= STEP;
                row.status != last.status || landed
            });
            if is_news {
                // Progress that nobody can read is no reason to stop.
                let _ = writeln!(self.out, "{}", line(row, width));
                let shown = Shown {
                    status: row.status,
                    records: row.tally.records,
                    at: now,
                };
                self.shown.insert(row.model.clone(), shown);
            }
        }
    }
}

impl<W: Write + Send> Display for Lines<W> {
    fn show(&mut self, rows: &[Row]) {
        self.show_at(rows, Instant::now());
    }

    fn finish(&mut self, rows: &[Row]) {
        self.show(rows);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tally::Tally;
    use super::*;

    #[test]
    fn only_news_is_written() {
        let row = |status, records| {
            let tally = Tally {
                attempts: 1,
                pages: 1,
                records,
                ..Tally::default()
            };
            vec![Row {
                model: "m".to_owned(),
                status,
                error: None,
                tally,
                rate: None,
            }]
        };
        let start = Instant::now();
        let mut lines = Lines::new(Vec::new());
        lines.show_at(&row(Status::Running, 1), start);
        lines.show_at(&row(Status::Running, 2), start + STEP / 2);
        lines.show_at(&row(Status::Running, 3), start + STEP);
        lines.show_at(&row(Status::Running, 3), start + STEP * 3);
        lines.show_at(&row(Status::Complete, 3), start + STEP * 3);
        let written = String::from_utf8(lines.out).unwrap();
        let words: Vec<_> = written
            .lines()
            .map(|line| line.split_whitespace().take(3).collect::<Vec<_>>())
            .collect();
        assert_eq!(
            words,
            [
                ["m", "running", "1"],
                ["m", "running", "3"],
                ["m", "complete", "3"]
            ]
        );
    }
}
