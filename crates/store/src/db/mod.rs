//! What stands between diesel and the rest of the store: one connection type for both databases,
//! column types, and who runs what on which connection.

pub(crate) mod connection;
pub(crate) mod failure;
pub(crate) mod types;

pub(crate) mod lock_file;
pub(crate) mod master_key;
pub(crate) mod migrations;
pub(crate) mod url;

pub(crate) mod job;
pub(crate) mod pool;
pub(crate) mod postgres;
pub(crate) mod sqlite;
pub(crate) mod wal;
pub(crate) mod writer;

pub(crate) use connection::AnyConnection;
