//! A store, a clock that stands still, a scripted source, and a view of the whole state.

mod script;
mod source;
mod view;
mod world;

pub use script::{Fault, Gate, Mode, Script};
pub use world::{World, finish_all};
