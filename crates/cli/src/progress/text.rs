//! Rows as text. Pure functions.

use std::time::Duration;

use syncline_domain::Status;

use super::tally::Row;

/// The parts of a row, each as wide as it is in the widest row.
pub fn line(row: &Row, model_width: usize) -> String {
    let Row {
        model,
        status,
        error,
        tally,
        rate,
    } = row;
    let mut text = format!("{model:<model_width$}  {:<13}", status.as_str());
    if tally.attempts > 0 {
        text.push_str(&format!(
            "  {:>17}  {:>12}",
            plural(tally.records, "record"),
            plural(tally.pages, "page")
        ));
    }
    if let Some(rate) = rate {
        text.push_str(&format!("  {:>9}/s", count(rate.round() as u64)));
    }
    if tally.attempts > 1 {
        text.push_str(&format!("  attempt {}", tally.attempts));
    }
    if let Some(error) = error
        .as_deref()
        .filter(|_| matches!(status, Status::Failed | Status::PendingRetry))
    {
        text.push_str(&format!("  {}", one_line(error)));
    }
    text.trim_end().to_owned()
}

/// What came of every sync: a line each, with its warnings below.
pub fn summary(rows: &[Row]) -> String {
    let width = model_width(rows);
    let lines = rows.iter().map(|row| {
        let Row {
            model,
            status,
            error,
            tally,
            rate,
        } = row;
        let mut text = format!("{model:<width$}  {}", status.as_str());
        if tally.attempts > 0 {
            let took = seconds(tally.took);
            text.push_str(&format!(
                ": {} in {}, {took} ({} added, {} changed, {} unchanged, {} deleted)",
                plural(tally.records, "record"),
                plural(tally.pages, "page"),
                count(tally.added),
                count(tally.changed),
                count(tally.unchanged),
                count(tally.deleted),
            ));
        }
        if let Some(rate) = rate.filter(|_| tally.took >= Duration::from_millis(1)) {
            text.push_str(&format!(", {}/s", count(rate.round() as u64)));
        }
        if let Some(error) = error {
            text.push_str(&format!("\n  error: {}", one_line(error)));
        }
        for warning in &tally.warnings {
            text.push_str(&format!("\n  warning: {}", one_line(warning)));
        }
        text
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The width of the longest model's name.
pub fn model_width(rows: &[Row]) -> usize {
    rows.iter()
        .map(|row| row.model.chars().count())
        .max()
        .unwrap_or(0)
}

/// A number with commas: 12,345.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn plural(number: u64, noun: &str) -> String {
    format!(
        "{} {noun}{}",
        count(number),
        if number == 1 { "" } else { "s" }
    )
}

fn seconds(time: Duration) -> String {
    match time.as_secs() {
        0..60 => format!("{:.1} s", time.as_secs_f64()),
        seconds => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

/// An error of a provider may hold anything; control characters would disturb the terminal.
fn one_line(text: &str) -> String {
    const MOST: usize = 300;
    let mut line: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(MOST + 1)
        .collect();
    if line.chars().count() > MOST {
        line.pop();
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::super::tally::Tally;
    use super::*;

    fn row(model: &str, status: Status, records: u64, took: Duration, error: Option<&str>) -> Row {
        let tally = Tally {
            attempts: usize::from(records > 0),
            pages: records.div_ceil(1_000),
            records,
            added: records,
            took,
            ..Tally::default()
        };
        let rate = tally.overall_rate();
        Row {
            model: model.to_owned(),
            status,
            error: error.map(str::to_owned),
            tally,
            rate,
        }
    }

    fn rows() -> Vec<Row> {
        let mut retried = row(
            "payments",
            Status::PendingRetry,
            1,
            Duration::from_secs(1),
            Some("503\u{1b}[31m\nlater"),
        );
        retried.tally.attempts = 2;
        retried
            .tally
            .warnings
            .push("the record path is absent".to_owned());
        vec![
            row(
                "customers",
                Status::Complete,
                200,
                Duration::from_millis(420),
                None,
            ),
            row(
                "invoices",
                Status::Running,
                1_234_567,
                Duration::from_secs(125),
                None,
            ),
            retried,
            row("notes", Status::Scheduled, 0, Duration::ZERO, None),
        ]
    }

    #[test]
    fn lines_stand_below_each_other() {
        let rows = rows();
        let lines: Vec<_> = rows
            .iter()
            .map(|row| line(row, model_width(&rows)))
            .collect();
        assert_snapshot!(lines.join("\n"));
    }

    #[test]
    fn a_summary_tells_all() {
        assert_snapshot!(summary(&rows()));
    }

    #[test]
    fn numbers_have_commas() {
        let texts = [0, 7, 999, 1_000, 12_345, 999_999, 1_000_000, u64::MAX].map(count);
        assert_eq!(
            texts,
            [
                "0",
                "7",
                "999",
                "1,000",
                "12,345",
                "999,999",
                "1,000,000",
                "18,446,744,073,709,551,615"
            ]
        );
    }

    #[test]
    fn a_long_error_is_cut() {
        assert_eq!(one_line(&"x".repeat(400)).chars().count(), 301);
        assert!(one_line(&"é".repeat(400)).ends_with('…'));
        assert_eq!(one_line(&"x".repeat(300)).chars().last(), Some('x'));
    }
}
