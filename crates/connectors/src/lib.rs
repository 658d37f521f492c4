#![doc = include_str!("../README.md")]

pub mod error;
mod guarded;
pub mod redact;
pub mod source;

pub mod provider;
pub mod registry;

pub mod config;
pub mod manifest;

pub mod components;
pub mod template;

pub mod auth;
pub mod declarative;
pub mod http;
pub mod quota;
pub mod standalone;

mod datetime;
mod path;
mod text;

#[cfg(feature = "fuzzing")]
pub mod fuzzing;

pub use http::guard::NetworkRules;
pub use http::job_waits::JobWaits;
pub use http::options::SourceOptions;
pub use manifest::{Manifest, ManifestError, StreamInfo};
pub use provider::Provider;
pub use registry::{Registry, RegistryError};
