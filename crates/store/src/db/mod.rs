//! What stands between diesel and the rest of the store: one connection type for both databases,
//! column types, and who runs what on which connection.

pub(crate) mod connection;
pub(crate) mod types;

pub(crate) use connection::AnyConnection;
