use chrono::{Days, NaiveDate};
use serde::Serialize;

use super::{
    Book, Dice, Row,
    book::{amount, date, invoice_id, time},
    customer::currency_of,
    row::{is_deletable, pick_lasting},
};

#[derive(Debug, Serialize)]
pub(super) struct Invoice {
    id: String,
    customer_id: u32,
    status: &'static str,
    currency: &'static str,
    total: f64,
    amount_due: f64,
    issued_on: NaiveDate,
    due_on: NaiveDate,
    lines: Vec<Line>,
    version: u32,
    created_at: String,
    updated_at: String,
}

#[derive(Debug, Serialize)]
struct Line {
    description: &'static str,
    quantity: u32,
    unit_price: f64,
    #[serde(skip)]
    cents: i64,
}

/// What never changes in an invoice, and what its payments repeat.
pub(super) struct Terms {
    pub(super) customer: u32,
    pub(super) currency: &'static str,
    pub(super) total_cents: i64,
    lines: Vec<Line>,
}

const GOODS: [&str; 8] = [
    "Consulting",
    "Paper, A4",
    "Freight",
    "Licence",
    "Repair",
    "Training",
    "Steel rods",
    "Hosting",
];
const STATUSES: [&str; 4] = ["open", "partially_paid", "paid", "paid"];

impl Invoice {
    pub(super) fn of(book: &Book, row: &Row) -> Self {
        let terms = Terms::of(book, row.number);
        let progress =
            Dice::new(&[book.seed, 20, u64::from(row.number)]).below(4) + u64::from(row.revision);
        let progress = (progress as usize).min(STATUSES.len() - 1);
        let (status, due_cents) = match (is_deletable(row.number), STATUSES[progress]) {
            (true, _) => ("draft", terms.total_cents),
            (false, "open") => ("open", terms.total_cents),
            (false, "partially_paid") => ("partially_paid", terms.total_cents / 2),
            (false, other) => (other, 0),
        };
        let issued_on = date(row.created_at);
        Self {
            id: invoice_id(row.number),
            customer_id: terms.customer,
            status,
            currency: terms.currency,
            total: amount(terms.total_cents),
            amount_due: amount(due_cents),
            issued_on,
            due_on: issued_on
                .checked_add_days(Days::new(30))
                .unwrap_or(issued_on),
            lines: terms.lines,
            version: row.revision + 1,
            created_at: time(row.created_at),
            updated_at: time(row.updated_at),
        }
    }
}

impl Terms {
    pub(super) fn of(book: &Book, number: u32) -> Self {
        let mut dice = Dice::new(&[book.seed, 21, u64::from(number)]);
        let customer = pick_lasting(&mut dice, book.customers);
        let lines: Vec<Line> = (0..1 + dice.below(2))
            .map(|_| Line::roll(&mut dice))
            .collect();
        Self {
            customer,
            currency: currency_of(book, customer),
            total_cents: lines
                .iter()
                .map(|line| line.cents * i64::from(line.quantity))
                .sum(),
            lines,
        }
    }
}

impl Line {
    fn roll(dice: &mut Dice) -> Self {
        let cents = dice.below(50_000) as i64 + 100;
        Self {
            description: dice.pick(&GOODS),
            quantity: dice.below(20) as u32 + 1,
            unit_price: amount(cents),
            cents,
        }
    }
}
