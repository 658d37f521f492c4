//! Progress on a terminal.

use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::Display;
use super::tally::Row;
use super::text::{line, model_width};

/// A line for each sync, and below them a bar over all.
#[derive(Default)]
pub struct Bars {
    all: MultiProgress,
    total: Option<ProgressBar>,
    lines: Vec<ProgressBar>,
}

impl Bars {
    fn begin(&mut self, syncs: usize) -> ProgressBar {
        for _ in 0..syncs {
            let line = self.all.add(ProgressBar::new_spinner());
            line.set_style(style("{spinner} {msg}"));
            line.enable_steady_tick(Duration::from_millis(120));
            self.lines.push(line);
        }
        let total = self.all.add(ProgressBar::new(syncs as u64));
        total.set_style(style("  [{bar:30}] {pos}/{len} models, {msg}, {elapsed}"));
        total.enable_steady_tick(Duration::from_millis(500));
        self.total = Some(total.clone());
        total
    }
}

impl Display for Bars {
    fn show(&mut self, rows: &[Row]) {
        let total = match &self.total {
            Some(total) => total.clone(),
            None => self.begin(rows.len()),
        };
        let width = model_width(rows);
        for (bar, row) in self.lines.iter().zip(rows) {
            let text = line(row, width);
            if row.status.is_final() {
                bar.finish_with_message(text)
            } else {
                bar.set_message(text)
            }
        }
        let records: u64 = rows.iter().map(|row| row.tally.records).sum();
        total.set_message(format!("{} records", super::count(records)));
        total.set_position(rows.iter().filter(|row| row.status.is_final()).count() as u64);
    }

    fn finish(&mut self, rows: &[Row]) {
        self.show(rows);
        for bar in self.lines.iter().chain(&self.total) {
            bar.abandon();
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_spinner())
        .progress_chars("=> ")
}
