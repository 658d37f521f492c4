//! Sources: how Syncline reads outside systems.
//!
//! A [`Source`](source::Source) is a connector with one connection's configuration. It plans what
//! a sync reads and gives pages until a proven end. The declarative HTTP source runs low-code
//! manifests. This crate knows neither the database nor the API.

pub mod source;
pub mod error;
