//! Dates and durations as manifests write them: Python's format codes, ISO 8601, and a few codes
//! of the manifest language's own.

mod duration;
mod iso;
mod strftime;
mod strptime;

pub(crate) use duration::IsoDuration;
pub(crate) use iso::parse_iso;
pub(crate) use strftime::{format, strftime};
pub(crate) use strptime::parse;

use chrono::{DateTime, FixedOffset};

/// A moment with the offset that it was written with.
pub(crate) type Moment = DateTime<FixedOffset>;

pub(crate) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
pub(crate) const WEEKDAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];

#[cfg(test)]
mod tests;
