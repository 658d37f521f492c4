//! When a model is synced by itself.

pub mod read;
pub mod replace;
mod view;
