//! The system's books: three tables whose every value follows from the seed.

mod advance;
mod book;
mod customer;
mod dice;
mod invoice;
mod ledger;
mod model;
mod payment;
mod row;
mod table;

pub use advance::{Advanced, Changes};
pub use model::{Model, UnknownModel};

pub(crate) use book::Book;
pub(crate) use dice::Dice;
pub(crate) use ledger::Ledger;
pub(crate) use row::Row;
pub(crate) use table::Table;
