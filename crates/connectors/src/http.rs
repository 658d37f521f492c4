//! HTTP: the shared client, requests, answers and what they mean.

mod addresses;
mod admission;
pub(crate) mod answer;
pub(crate) mod budget;
mod client;
pub(crate) mod exchange;
pub mod guard;
mod hop;
pub mod job_waits;
mod message;
pub mod options;
pub(crate) mod request;
mod resolve;
mod resolver;
mod send;
mod send_error;
mod take_in;
mod tokens;
pub(crate) mod verdict;
mod wire;
