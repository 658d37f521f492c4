//! A store, a clock that stands still, a scripted source, and a view of the whole state.

mod proxy;
mod script;
mod source;
mod view;
mod world;

pub use proxy::Proxy;
pub use script::{Fault, Gate, Mode};
pub use world::{World, finish_all};
