//! Reads one stream of a source without an engine or a database, for authors of manifests: the
//! messages are those of the reference's `read`.

mod message;
mod reading;
mod state;

pub use message::Message;
pub use reading::{Asked, Audience, ReadError, read};
