//! The components of a compiled stream: a file for each family. No component looks at YAML or
//! JSON of the manifest after it was compiled.

pub mod api_budget;
pub mod async_jobs;
pub mod authenticators;
pub mod check;
pub mod config_rules;
pub mod cursors;
pub mod decoders;
pub mod encodings;
pub mod error_handlers;
pub mod extractors;
pub mod globs;
pub mod interpolated;
pub mod list;
pub mod min_max_datetime;
mod node;
pub mod pagination_resets;
pub mod paginators;
pub mod partition_routers;
pub mod primary_key;
pub mod query_properties;
pub mod record_expanders;
pub mod request_bodies;
pub mod request_option;
pub mod requesters;
pub mod resolvers;
pub mod response_filters;
pub mod retrievers;
pub mod schema_loaders;
pub mod selectors;
pub mod smaller_requests;
pub mod spec;
pub mod stream;
pub mod transformations;
pub mod waits;

pub use node::{CompileError, Node};
