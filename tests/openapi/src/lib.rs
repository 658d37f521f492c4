//! Holds the program to what `openapi/` says.
//!
//! - [`Spec`] is a document; [`Spec::check`] says how an answer breaks it. Whatever a test of this
//!   repository is answered goes through it.
//! - [`breaking::changes`] lists what would break a client between two documents.

mod answer;
pub mod breaking;
mod problem;
mod route;
mod schemas;
mod spec;

pub use answer::Seen;
pub use schemas::Schemas;
pub use spec::Spec;
