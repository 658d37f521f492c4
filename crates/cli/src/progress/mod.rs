//! Watching syncs until they are final, and showing how they go.

mod bar;
mod follow;
mod lines;
mod tally;
mod text;

pub use follow::{Ended, follow};
pub use tally::Row;
pub use text::{count, summary};

use bar::Bars;
use lines::Lines;

/// Shows how syncs go.
pub trait Display: Send {
    /// The rows as they are now.
    fn show(&mut self, rows: &[Row]);
    /// Nothing more will be shown.
    fn finish(&mut self, rows: &[Row]);
}

/// On a terminal bars that move, else plain lines; on standard error, so that standard output
/// stays clean.
pub fn display() -> Box<dyn Display> {
    use std::io::IsTerminal;
    if std::io::stderr().is_terminal() {
        Box::new(Bars::default())
    } else {
        Box::new(Lines::new(std::io::stderr()))
    }
}
