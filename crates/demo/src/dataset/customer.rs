use serde::Serialize;

use super::{
    Book, Dice, Row,
    book::{amount, time},
    row::is_deletable,
};

#[derive(Debug, Serialize)]
pub(super) struct Customer {
    id: u32,
    name: String,
    email: String,
    phone: String,
    currency: &'static str,
    credit_limit: f64,
    payment_terms_days: u32,
    tax_id: Option<String>,
    address: Address,
    status: &'static str,
    version: u32,
    created_at: String,
    updated_at: String,
}

#[derive(Debug, Serialize)]
struct Address {
    street: String,
    city: &'static str,
    postal_code: String,
    country: &'static str,
}

struct Place {
    city: &'static str,
    country: &'static str,
    currency: &'static str,
    street: &'static str,
    suffix: &'static str,
}

const PLACES: [Place; 8] = [
    Place {
        city: "Hamburg",
        country: "DE",
        currency: "EUR",
        street: "Speicherstraße",
        suffix: "GmbH",
    },
    Place {
        city: "Lyon",
        country: "FR",
        currency: "EUR",
        street: "Rue Mercière",
        suffix: "SARL",
    },
    Place {
        city: "Kraków",
        country: "PL",
        currency: "PLN",
        street: "ulica Długa",
        suffix: "Sp. z o.o.",
    },
    Place {
        city: "Bristol",
        country: "GB",
        currency: "GBP",
        street: "Queen Charlotte Street",
        suffix: "Ltd",
    },
    Place {
        city: "Portland",
        country: "US",
        currency: "USD",
        street: "Alder Street",
        suffix: "LLC",
    },
    Place {
        city: "São Paulo",
        country: "BR",
        currency: "BRL",
        street: "Rua Augusta",
        suffix: "Ltda.",
    },
    Place {
        city: "大阪市",
        country: "JP",
        currency: "JPY",
        street: "御堂筋",
        suffix: "株式会社",
    },
    Place {
        city: "Zürich",
        country: "CH",
        currency: "CHF",
        street: "Limmatquai",
        suffix: "AG",
    },
];
const FIRST: [&str; 12] = [
    "North", "Harbour", "Copper", "Linden", "Granite", "Falcon", "Amber", "Willow", "Summit",
    "Orchard", "Silver", "Meadow",
];
const SECOND: [&str; 10] = [
    "Trading",
    "Logistics",
    "Foods",
    "Instruments",
    "Textiles",
    "Paper",
    "Optics",
    "Tools",
    "Energy",
    "Books",
];
const TERMS: [u32; 4] = [14, 30, 45, 60];

impl Customer {
    pub(super) fn of(book: &Book, row: &Row) -> Self {
        let mut fixed = dice(book, row.number);
        let place = place(&mut fixed);
        let (first, second) = (fixed.pick(&FIRST), fixed.pick(&SECOND));
        let (house, postal_code) = (fixed.below(200) + 1, fixed.below(90_000) + 10_000);
        let tax_id = (fixed.below(4) > 0)
            .then(|| format!("{}{:09}", place.country, fixed.below(1_000_000_000)));
        let mut current = Dice::new(&[
            book.seed,
            10,
            u64::from(row.number),
            u64::from(row.revision),
        ]);
        Self {
            id: row.number,
            name: format!("{first} {second} {}", place.suffix),
            email: format!(
                "accounts{}@{}-{}.example",
                row.revision,
                first.to_lowercase(),
                row.number
            ),
            phone: format!(
                "+00 {:03} {:06}",
                current.below(1_000),
                current.below(1_000_000)
            ),
            currency: place.currency,
            credit_limit: amount(current.below(200) as i64 * 50_000),
            payment_terms_days: current.pick(&TERMS),
            tax_id,
            address: Address {
                street: format!("{} {house}", place.street),
                city: place.city,
                postal_code: postal_code.to_string(),
                country: place.country,
            },
            status: match (is_deletable(row.number), current.below(10)) {
                (true, _) => "prospect",
                (false, 0) => "on_hold",
                (false, _) => "active",
            },
            version: row.revision + 1,
            created_at: time(row.created_at),
            updated_at: time(row.updated_at),
        }
    }
}

/// The currency in which this customer is billed.
pub(super) fn currency_of(book: &Book, number: u32) -> &'static str {
    place(&mut dice(book, number)).currency
}

fn dice(book: &Book, number: u32) -> Dice {
    Dice::new(&[book.seed, 11, u64::from(number)])
}

fn place(dice: &mut Dice) -> &'static Place {
    &PLACES[dice.below(PLACES.len() as u64) as usize]
}
