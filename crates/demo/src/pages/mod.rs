//! One page of a list: which rows, in which order, and how it is rendered and kept.

mod cache;
mod cursor;
mod order;
mod page;
mod render;
mod request;
mod window;

pub(crate) use cache::Cache;
pub(crate) use cursor::Cursor;
pub(crate) use page::{Page, page_of, prerender};
pub(crate) use request::{PageRequest, Position};
pub(crate) use window::Window;
