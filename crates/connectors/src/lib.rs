//! Sources: how Syncline reads outside systems.
//!
//! A [`Source`](source::Source) is a connector with one connection's configuration. It plans what
//! a sync reads and gives pages until a proven end. The declarative HTTP source runs low-code
//! manifests. This crate knows neither the database nor the API.
//!
//! A manifest goes one way: text → [`manifest`] (YAML, `$ref`, `$parameters`) → [`components`]
//! (typed, with compiled [`template`]s) → [`declarative`] (requests, answers, pages).

pub mod components;
pub mod config;
mod datetime;
pub mod declarative;
pub mod error;
pub mod http;
pub mod manifest;
pub mod provider;
pub mod registry;
pub mod source;
pub mod template;
mod text;

pub use http::options::SourceOptions;
pub use manifest::{Manifest, ManifestError, StreamInfo};
pub use provider::Provider;
pub use registry::{Registry, RegistryError};
