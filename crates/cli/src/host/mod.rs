//! What long-running commands are built of.

pub mod database;
pub mod demo;
pub mod engine;
pub mod incoming;
pub mod listen;
pub mod outgoing;
pub mod providers;
pub mod retention;
pub mod runtime;
mod server;
mod shutdown;

pub use listen::ListenError;
pub use server::Server;
pub use shutdown::Shutdown;
