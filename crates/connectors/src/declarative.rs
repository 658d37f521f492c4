//! Reads compiled streams over HTTP.
//!
//! A `source` binds a stream to a configuration (`bound`) and plans its range (`plan`). The
//! `reader` goes through the partitions that `routers` give and their `windows`, builds `requests`, and takes the records out of each
//! answer as it is parsed (`answers`, `extract`, `sink`), off the async threads. A
//! `position` says where it stands.

mod answers;
mod bound;
mod check;
mod clamp;
mod cursor;
mod decode;
mod delegate;
mod discover;
mod extract;
mod fields;
mod jobs;
mod merging;
mod normalize;
mod pick;
mod plan;
mod position;
mod properties;
mod reader;
mod requests;
mod routers;
mod schema;
mod shape;
mod sink;
mod source;
mod states;
pub(crate) mod transform;
mod windows;

pub(crate) use decode::first_body;
pub(crate) use requests::plain as plain_request;
pub(crate) use shape::import_state;
pub use shape::{StateProblem, export as export_state, stream_state};
pub use source::DeclarativeSource;

#[cfg(test)]
mod tests;
