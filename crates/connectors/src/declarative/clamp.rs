//! Rounds the ends of windows to whole days, weeks or months.

use chrono::{Datelike, Duration, NaiveTime};

use crate::datetime::{IsoDuration, Moment};

/// What is rounded to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Clamp {
    Day,
    /// Its first day, counted from Monday.
    Week(u8),
    Month,
}

impl Clamp {
    pub(super) fn parse(target: &str, weekday: Option<u8>) -> Result<Self, &'static str> {
        match (target, weekday) {
            ("DAY", _) => Ok(Self::Day),
            ("WEEK", Some(weekday)) => Ok(Self::Week(weekday)),
            ("WEEK", None) => Err("needs a `weekday` in `target_details`"),
            ("MONTH", _) => Ok(Self::Month),
            _ => Err("must give DAY, WEEK or MONTH"),
        }
    }

    /// The first beginning of a period that is not before a moment.
    pub(super) fn up(self, moment: Moment) -> Moment {
        let down = self.down(moment);
        if down == moment {
            return moment;
        }
        match self {
            // A week and a month begin with their first day, whatever the time of that day.
            Self::Week(_) | Self::Month if day(down) == day(moment) => down,
            Self::Day => down + Duration::days(1),
            Self::Week(_) => down + Duration::days(7),
            Self::Month => IsoDuration {
                months: 1,
                time: Duration::zero(),
            }
            .after(down)
            .unwrap_or(down),
        }
    }

    /// The last beginning of a period that is not after a moment.
    fn down(self, moment: Moment) -> Moment {
        let day = day(moment);
        match self {
            Self::Day => day,
            Self::Week(first) => {
                let weekday = i64::from(moment.weekday().num_days_from_monday());
                day - Duration::days((weekday - i64::from(first)).rem_euclid(7))
            }
            Self::Month => day - Duration::days(i64::from(moment.day0())),
        }
    }

    /// Where a range ends: one unit before the last period that is over.
    pub(super) fn end(self, end: Moment, granularity: Option<IsoDuration>) -> Moment {
        let unit = granularity.unwrap_or(IsoDuration {
            months: 0,
            time: match self {
                Self::Day => Duration::seconds(1),
                Self::Week(_) | Self::Month => Duration::days(1),
            },
        });
        let last = self.down(end);
        unit.before(last).unwrap_or(last)
    }
}

fn day(moment: Moment) -> Moment {
    moment.with_time(NaiveTime::MIN).single().unwrap_or(moment)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn at(text: &str) -> Moment {
        DateTime::parse_from_rfc3339(text).unwrap()
    }

    #[test]
    fn windows_begin_with_whole_periods() {
        for (clamp, moment, up) in [
            (Clamp::Day, "2024-02-10T00:00:00Z", "2024-02-10T00:00:00Z"),
            (Clamp::Day, "2024-02-10T05:00:00Z", "2024-02-11T00:00:00Z"),
            // A Saturday.
            (
                Clamp::Week(0),
                "2024-02-10T00:00:00Z",
                "2024-02-12T00:00:00Z",
            ),
            (
                Clamp::Week(5),
                "2024-02-10T05:00:00Z",
                "2024-02-10T00:00:00Z",
            ),
            (
                Clamp::Week(6),
                "2024-02-10T05:00:00Z",
                "2024-02-11T00:00:00Z",
            ),
            (Clamp::Month, "2024-02-10T00:00:00Z", "2024-03-01T00:00:00Z"),
            (Clamp::Month, "2023-12-10T00:00:00Z", "2024-01-01T00:00:00Z"),
            (Clamp::Month, "2024-03-01T05:00:00Z", "2024-03-01T00:00:00Z"),
        ] {
            assert_eq!(clamp.up(at(moment)), at(up), "{clamp:?} {moment}");
        }
    }

    #[test]
    fn a_range_ends_with_the_last_whole_period() {
        let second = IsoDuration::parse("PT1S");
        let end = at("2024-02-10T05:00:00Z");
        for (clamp, granularity, last) in [
            (Clamp::Day, second, "2024-02-09T23:59:59Z"),
            (Clamp::Week(0), second, "2024-02-04T23:59:59Z"),
            (Clamp::Month, None, "2024-01-31T00:00:00Z"),
        ] {
            assert_eq!(clamp.end(end, granularity), at(last), "{clamp:?}");
        }
    }
}
