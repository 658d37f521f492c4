//! HTTP: the shared client, requests, answers and what they mean.

pub mod options;
pub(crate) mod request;
