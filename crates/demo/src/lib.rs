#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod config;
mod dataset;
mod demo;
mod error;
mod faults;
mod gate;
mod http;
mod pages;
mod served;
mod service;

pub use config::{Clock, DemoConfig, Pace};
pub use dataset::{Advanced, Changes, Model, UnknownModel};
pub use demo::Demo;
pub use error::DemoError;
pub use faults::{Fault, FaultPlan, FaultRule, When};
pub use gate::GateState;
pub use served::{Served, ServedLog};

/// The Airbyte low-code manifest of this provider (`demo.yaml` in a providers folder).
pub const MANIFEST: &str = include_str!("manifest.yaml");
