//! A cursor with a configuration: how moments are read, written and kept.
//!
//! A counting cursor's numbers are taken as moments of as many microseconds, so that everything
//! else need not know of them.

use chrono::{DateTime, Duration, Offset, Utc};
use serde_json::{Map, Value};

use super::clamp::Clamp;
use super::windows::Cut;
use crate::components::cursors::{Cursor, DatetimeBasedCursor, IncrementingCountCursor};
use crate::components::request_option::RequestOption;
use crate::datetime::{IsoDuration, Moment, format, parse};
use crate::template::{Context, Template, TemplateError, python};

pub(super) struct BoundCursor {
    pub(super) field: String,
    form: Form,
    pub(super) floor: Moment,
    pub(super) ceiling: Option<Moment>,
    look_back: Option<IsoDuration>,
    pub(super) cut: Cut,
    pub(super) start_name: String,
    pub(super) end_name: String,
    pub(super) start_option: Option<RequestOption>,
    pub(super) end_option: Option<RequestOption>,
    pub(super) is_client_side: bool,
    pub(super) is_data_feed: bool,
    pub(super) is_global: bool,
}

enum Form {
    Datetime {
        /// How times are sent, and stored in the state.
        format: String,
        /// How the field is read: the first that fits.
        formats: Vec<String>,
    },
    Count,
}

impl BoundCursor {
    pub(super) fn new(component: &Cursor, context: &Context) -> Result<Self, TemplateError> {
        match component {
            Cursor::Datetime(cursor) => Self::datetime(cursor, context),
            Cursor::Count(cursor) => Self::count(cursor, context),
        }
    }

    fn datetime(component: &DatetimeBasedCursor, context: &Context) -> Result<Self, TemplateError> {
        let ceiling = component
            .end
            .as_ref()
            .map(|end| end.evaluate(context))
            .transpose()?;
        let clamp = match &component.clamping {
            None => None,
            Some(clamping) => {
                let target = clamping.target.string(context)?;
                let clamp = Clamp::parse(&target, clamping.weekday);
                Some(clamp.map_err(|problem| wrong(&clamping.target, problem))?)
            }
        };
        Ok(Self {
            field: component.cursor_field.string(context)?,
            form: Form::Datetime {
                format: component.datetime_format.clone(),
                formats: component.cursor_formats.clone(),
            },
            floor: component.start.evaluate(context)?,
            ceiling,
            look_back: duration(component.lookback.as_ref(), context)?,
            cut: Cut {
                step: duration(component.step.as_ref(), context)?,
                granularity: duration(component.granularity.as_ref(), context)?,
                is_compare_strictly: component.is_compare_strictly,
                clamp,
            },
            start_name: component.start_name.string(context)?,
            end_name: component.end_name.string(context)?,
            start_option: component.start_option.clone(),
            end_option: component.end_option.clone(),
            is_client_side: component.is_client_side,
            is_data_feed: component.is_data_feed,
            is_global: component.is_global,
        })
    }

    fn count(
        component: &IncrementingCountCursor,
        context: &Context,
    ) -> Result<Self, TemplateError> {
        let floor = match &component.start {
            None => Some(counted(0)),
            Some(start) => count_of(&start.string_value(context)?).map(counted),
        };
        Ok(Self {
            field: component.cursor_field.string(context)?,
            form: Form::Count,
            floor: floor.ok_or_else(|| match &component.start {
                Some(start) => wrong(start, "gives no whole number"),
                None => wrong(&component.cursor_field, "has no start"),
            })?,
            ceiling: None,
            look_back: None,
            cut: Cut::default(),
            start_name: "start".to_owned(),
            end_name: "end".to_owned(),
            start_option: component.start_option.clone(),
            end_option: None,
            is_client_side: false,
            is_data_feed: false,
            is_global: false,
        })
    }

    /// Whether its field holds numbers, not times.
    pub(super) fn counts(&self) -> bool {
        matches!(self.form, Form::Count)
    }

    /// A moment as requests and states write it.
    pub(super) fn write(&self, moment: &Moment) -> Value {
        match &self.form {
            Form::Datetime { format: form, .. } => Value::from(format(moment, form)),
            Form::Count => Value::from(moment.timestamp_micros()),
        }
    }

    /// A record's cursor value.
    pub(super) fn read(&self, text: &str) -> Option<Moment> {
        match &self.form {
            Form::Datetime { formats, .. } => formats.iter().find_map(|format| parse(text, format)),
            Form::Count => text.trim().parse().ok().map(counted),
        }
    }

    /// How far a stored state is, if it is one of this cursor.
    pub(super) fn watermark(&self, state: &Map<String, Value>) -> Option<Moment> {
        let value = state.get(&self.field)?;
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        match &self.form {
            Form::Datetime { format, .. } => parse(&text, format).or_else(|| self.read(&text)),
            Form::Count => count_of(value).map(counted),
        }
    }

    /// What a value of the cursor looks like, for people.
    pub(super) fn shown_format(&self) -> &str {
        match &self.form {
            Form::Datetime { format, .. } => format,
            Form::Count => "of a whole number",
        }
    }

    /// The state in the reference's shape: in the record's zone, unless that would be ahead of it.
    pub(super) fn state(&self, mark: Moment) -> Map<String, Value> {
        Map::from_iter([(self.field.clone(), self.write(&self.not_ahead(mark)))])
    }

    /// A moment in the zone in which it can be written.
    ///
    /// A format without a zone is read in UTC. What is written east of it would be read as a later
    /// moment, behind records that nobody has seen: it is written in UTC.
    pub(super) fn not_ahead(&self, moment: Moment) -> Moment {
        let Form::Datetime { format: form, .. } = &self.form else {
            return moment;
        };
        let is_east = moment.offset().local_minus_utc() > 0;
        let is_ahead =
            is_east && parse(&format(&moment, form), form).is_some_and(|written| written > moment);
        match is_ahead {
            true => moment.to_utc().fixed_offset(),
            false => moment,
        }
    }

    /// A moment as a provider reads it that is sent it.
    pub(super) fn as_sent(&self, moment: Moment) -> Moment {
        match &self.form {
            Form::Datetime { format: form, .. } => {
                parse(&format(&moment, form), form).unwrap_or(moment)
            }
            Form::Count => moment,
        }
    }

    /// The start of a range, in the zone that requests write it in: that of the state that it
    /// begins from, or of the manifest's own beginning.
    pub(super) fn start_of(&self, start: DateTime<Utc>, mark: Option<Moment>) -> Moment {
        let begins_at_floor = start == self.floor;
        match mark.filter(|mark| start <= *mark) {
            Some(mark) if !begins_at_floor || mark == self.floor => {
                self.not_ahead(start.with_timezone(mark.offset()))
            }
            _ if begins_at_floor => self.floor,
            _ => start.fixed_offset(),
        }
    }

    /// The end of a range, in the zone of the manifest's own end.
    pub(super) fn end_of(&self, end: DateTime<Utc>) -> Moment {
        let zone = self.ceiling.map_or(Utc.fix(), |end| *end.offset());
        end.with_timezone(&zone)
    }

    /// The look-back as a length of time before a moment.
    pub(super) fn look_back_before(&self, mark: Moment) -> Duration {
        let earlier = self.look_back.and_then(|look_back| look_back.before(mark));
        earlier.map_or(Duration::zero(), |earlier| mark - earlier)
    }
}

fn counted(number: i64) -> Moment {
    let counted = DateTime::from_timestamp_micros(number).unwrap_or(DateTime::<Utc>::MAX_UTC);
    counted.fixed_offset()
}

fn count_of(value: &Value) -> Option<i64> {
    match value {
        Value::Number(_) => value.as_i64(),
        value => python::str(value).trim().parse().ok(),
    }
}

fn duration(
    template: Option<&Template>,
    context: &Context,
) -> Result<Option<IsoDuration>, TemplateError> {
    let Some(template) = template else {
        return Ok(None);
    };
    let text = template.string(context)?;
    if text.is_empty() {
        return Ok(None);
    }
    let duration =
        IsoDuration::parse(&text).ok_or_else(|| wrong(template, "gives no ISO 8601 duration"))?;
    Ok(Some(duration).filter(|duration| !duration.is_zero()))
}

fn wrong(template: &Template, problem: &str) -> TemplateError {
    TemplateError {
        template: template.source().to_owned(),
        problem: problem.to_owned(),
        is_undefined: false,
    }
}
