//! Faults that happen when asked for.

mod plan;
mod schedule;

pub use plan::{Fault, FaultPlan, FaultRule, When};

pub(crate) use schedule::FaultSchedule;
