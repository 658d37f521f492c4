//! How far a model is, in the shape that its connector's reference writes.

pub mod read;
pub mod replace;
mod view;
