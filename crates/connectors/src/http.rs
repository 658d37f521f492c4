//! HTTP: the shared client, requests, answers and what they mean.

pub(crate) mod answer;
mod client;
pub(crate) mod exchange;
mod message;
pub mod options;
pub(crate) mod redact;
pub(crate) mod request;
mod resolve;
mod send;
mod verdict;
