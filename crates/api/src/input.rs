//! What requests bring: parsed strictly, every wrong field named, no value of a config repeated.

mod body;
mod call;
mod fields;
mod json;
mod list;
mod path;
mod query;
mod values;

pub use body::{Body, Nothing, Write};
pub use call::{Call, NoQuery};
pub use fields::{Fields, FromFields};
pub use list::{List, PagingParams};
pub use path::{Id, Name};
pub use query::{FromQuery, Query};
pub use values::{Wrong, boolean, id, integer, object, text, texts, time};
#[cfg(feature = "fuzzing")]
pub use {body::FromBody, json::read_json, list::Paged};
