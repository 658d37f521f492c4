use chrono::NaiveDate;
use serde::Serialize;

use super::{
    Book, Dice, Row,
    book::{amount, date, invoice_id, time},
    invoice::Terms,
    row::pick_lasting,
};

#[derive(Debug, Serialize)]
pub(super) struct Payment {
    id: String,
    invoice_id: String,
    customer_id: u32,
    amount: f64,
    currency: &'static str,
    method: &'static str,
    status: &'static str,
    reference: String,
    received_on: NaiveDate,
    version: u32,
    created_at: String,
    updated_at: String,
}

const METHODS: [&str; 4] = ["bank_transfer", "card", "direct_debit", "cheque"];
const STATUSES: [&str; 3] = ["pending", "settled", "refunded"];

impl Payment {
    pub(super) fn of(book: &Book, row: &Row) -> Self {
        let mut dice = Dice::new(&[book.seed, 30, u64::from(row.number)]);
        let invoice = pick_lasting(&mut dice, book.invoices);
        let terms = Terms::of(book, invoice);
        let progress = dice.below(2) as usize + row.revision as usize;
        Self {
            id: format!("pay_{:09}", row.number),
            invoice_id: invoice_id(invoice),
            customer_id: terms.customer,
            amount: amount(terms.total_cents),
            currency: terms.currency,
            method: dice.pick(&METHODS),
            status: STATUSES[progress.min(STATUSES.len() - 1)],
            reference: format!("RF{:02}-{:08X}", dice.below(98) + 1, dice.below(1 << 32)),
            received_on: date(row.created_at),
            version: row.revision + 1,
            created_at: time(row.created_at),
            updated_at: time(row.updated_at),
        }
    }
}
