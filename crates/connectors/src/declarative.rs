//! Reads compiled streams over HTTP.

mod source;

pub use source::DeclarativeSource;
