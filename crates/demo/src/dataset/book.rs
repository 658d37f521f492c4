use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};

use super::{Model, Row, customer::Customer, invoice::Invoice, payment::Payment};

/// What the contents of a record depend on besides its row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Book {
    pub(crate) seed: u64,
    /// The populations at the start, which references point into.
    pub(crate) customers: u32,
    pub(crate) invoices: u32,
}

impl Book {
    /// Appends the record as JSON.
    pub(crate) fn write(&self, model: Model, row: &Row, out: &mut Vec<u8>) {
        let written = match model {
            Model::Customers => serde_json::to_writer(out, &Customer::of(self, row)),
            Model::Invoices => serde_json::to_writer(out, &Invoice::of(self, row)),
            Model::Payments => serde_json::to_writer(out, &Payment::of(self, row)),
        };
        debug_assert!(
            written.is_ok(),
            "plain structs always serialize into memory"
        );
    }

    /// The record's id as text, as it stands in JSON but without quotes.
    pub(crate) fn id(&self, model: Model, row: &Row) -> String {
        match model {
            Model::Customers => row.number.to_string(),
            Model::Invoices => invoice_id(row.number),
            Model::Payments => format!("pay_{:09}", row.number),
        }
    }
}

pub(super) fn invoice_id(number: u32) -> String {
    format!("inv_{number:09}")
}

pub(super) fn time(seconds: i64) -> String {
    DateTime::<Utc>::from_timestamp(seconds, 0)
        .unwrap_or_default()
        .to_rfc3339_opts(SecondsFormat::Secs, true)
}

pub(super) fn date(seconds: i64) -> NaiveDate {
    DateTime::<Utc>::from_timestamp(seconds, 0)
        .unwrap_or_default()
        .date_naive()
}

/// An amount of money as a JSON number with at most two decimals.
pub(super) fn amount(cents: i64) -> f64 {
    cents as f64 / 100.0
}
