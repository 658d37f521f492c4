//! At the times of a cron expression, in a time zone.

use chrono::{DateTime, Utc};
use croner::parser::{CronParser, Seconds, Year};

use super::ScheduleError;

/// How many fields an expression has.
const FIELDS: usize = 5;

/// A cron expression of five fields in a time zone.
///
/// Where clocks are put forward, a line that names one minute and one hour (`30 2 * * *`) fires
/// at the first moment after the gap; any other skips what lies in the gap. Where they are put
/// back, such a line fires at the first of the two times, any other at both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cron {
    expression: String,
    zone: chrono_tz::Tz,
    pattern: croner::Cron,
}

impl Cron {
    /// Reads an expression (minute, hour, day of the month, month, day of the week) and the name
    /// of a time zone.
    ///
    /// # Errors
    /// [`ScheduleError::Expression`] or [`ScheduleError::TimeZone`], with the reason;
    /// [`ScheduleError::Never`] when there is no such time.
    pub fn new(expression: &str, zone: &str) -> Result<Self, ScheduleError> {
        let refuse = |reason: String| ScheduleError::Expression {
            expression: expression.to_owned(),
            reason,
        };
        let fields = expression.split_whitespace().count();
        if fields != FIELDS {
            return Err(refuse(format!("it has {fields}")));
        }
        let pattern = CronParser::builder()
            .seconds(Seconds::Disallowed)
            .year(Year::Disallowed)
            .build()
            .parse(expression)
            .map_err(|error| refuse(error.to_string()))?;
        let zone = zone
            .parse()
            .map_err(|_| ScheduleError::TimeZone(zone.to_owned()))?;
        let cron = Self {
            expression: expression.to_owned(),
            zone,
            pattern,
        };
        // A year that begins a cycle of 400: what does not fire from then on never does.
        match DateTime::from_timestamp(946_684_800, 0).and_then(|from| cron.next_after(from)) {
            Some(_) => Ok(cron),
            None => Err(ScheduleError::Never(cron.expression)),
        }
    }

    /// The expression as it was given.
    pub fn expression(&self) -> &str {
        &self.expression
    }

    /// The name of its time zone.
    pub fn zone(&self) -> &str {
        self.zone.name()
    }

    pub(super) fn next_after(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.pattern
            .find_next_occurrence(&now.with_timezone(&self.zone), false)
            .ok()
            .map(|time| time.with_timezone(&Utc))
    }
}
