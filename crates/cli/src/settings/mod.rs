//! Settings: a flag, else a `SYNCLINE_*` variable, else the settings file, else the default.
//!
//! [`catalog`] names every setting once; flags, variables, the file's keys and the help texts all
//! come from there. [`sections`] is what the program reads.

pub mod address;
pub mod catalog;
mod error;
pub mod flags;
mod load;
pub mod sections;

pub use error::SettingsError;
pub use load::{Layer, Loaded, Surroundings};
pub use sections::Settings;

/// The commented settings file that holds every default.
pub const DEFAULT_FILE: &str = include_str!("default.toml");
