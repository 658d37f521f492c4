//! How a stream is asked for what changed since.

use serde_json::Value;

use super::min_max_datetime::MinMaxDatetime;
use super::request_option::RequestOption;
use super::{CompileError, Node};
use crate::template::{Names, Template};

/// What the field of a record that says when it changed is like.
#[derive(Debug, Clone)]
pub enum Cursor {
    /// A time.
    Datetime(Box<DatetimeBasedCursor>),
    /// A number that only grows.
    Count(IncrementingCountCursor),
}

/// `DatetimeBasedCursor`.
#[derive(Debug, Clone)]
pub struct DatetimeBasedCursor {
    /// The field of the record that says when it changed.
    pub cursor_field: Template,
    /// How times are sent, and stored in the state.
    pub datetime_format: String,
    /// How the field is read: the first that fits.
    pub cursor_formats: Vec<String>,
    /// Nothing before it is read.
    pub start: MinMaxDatetime,
    /// Nothing after it is read.
    pub end: Option<MinMaxDatetime>,
    /// Where the window's start goes.
    pub start_option: Option<RequestOption>,
    /// Where the window's end goes.
    pub end_option: Option<RequestOption>,
    /// The length of a window; one window for all when it is not given.
    pub step: Option<Template>,
    /// The smallest difference between two times that the provider knows.
    pub granularity: Option<Template>,
    /// How far back to read again.
    pub lookback: Option<Template>,
    /// The name of the window's start in `stream_interval`.
    pub start_name: Template,
    /// The name of the window's end in `stream_interval`.
    pub end_name: Template,
    /// A range that ends where it begins is left out.
    pub is_compare_strictly: bool,
    /// One state stands for all partitions.
    pub is_global: bool,
    /// The provider answers with everything: older records are left out here.
    pub is_client_side: bool,
    /// The provider answers with the newest first: reading ends at the first older record.
    pub is_data_feed: bool,
    /// Windows begin and end with days, weeks or months.
    pub clamping: Option<Clamping>,
}

/// What windows are rounded to.
#[derive(Debug, Clone)]
pub struct Clamping {
    /// `DAY`, `WEEK` or `MONTH`.
    pub target: Template,
    /// The first day of a week, 0 for Monday.
    pub weekday: Option<u8>,
}

/// `IncrementingCountCursor`.
#[derive(Debug, Clone)]
pub struct IncrementingCountCursor {
    /// The field of the record that holds the number.
    pub cursor_field: Template,
    /// Nothing below it is read.
    pub start: Option<Template>,
    /// Where the start goes.
    pub start_option: Option<RequestOption>,
}

impl Cursor {
    /// Compiles the cursor of a stream.
    pub(crate) fn compile(stream: &Node<'_>) -> Result<Option<Self>, CompileError> {
        let Some(node) = stream.child("incremental_sync")? else {
            return Ok(None);
        };
        match node.kind() {
            "DatetimeBasedCursor" => DatetimeBasedCursor::compile(&node)
                .map(|cursor| Some(Self::Datetime(Box::new(cursor)))),
            "IncrementingCountCursor" => Ok(Some(Self::Count(IncrementingCountCursor {
                cursor_field: node.required_template("cursor_field", Names::Config)?,
                start: node.template("start_value", Names::Config)?,
                start_option: option(&node, "start_value_option")?,
            }))),
            _ => Err(node.unsupported()),
        }
    }
}

impl DatetimeBasedCursor {
    fn compile(node: &Node<'_>) -> Result<Self, CompileError> {
        let datetime_format = node
            .text("datetime_format")?
            .ok_or_else(|| node.missing("datetime_format"))?;
        let mut cursor_formats: Vec<_> = node
            .templates("cursor_datetime_formats", Names::Config)?
            .iter()
            .map(|format| format.source().to_owned())
            .collect();
        cursor_formats.push(datetime_format.to_owned());
        let name = |field: &str, default: &str| match node.template(field, Names::Config)? {
            Some(name) => Ok(name),
            None => node.compile(default, Names::Config),
        };
        Ok(Self {
            cursor_field: node.required_template("cursor_field", Names::Config)?,
            start: MinMaxDatetime::compile(node, "start_datetime", datetime_format)?
                .ok_or_else(|| node.missing("start_datetime"))?,
            end: MinMaxDatetime::compile(node, "end_datetime", datetime_format)?,
            start_option: option(node, "start_time_option")?,
            end_option: option(node, "end_time_option")?,
            step: node.template("step", Names::Config)?,
            granularity: node.template("cursor_granularity", Names::Config)?,
            lookback: node.template("lookback_window", Names::Config)?,
            start_name: name("partition_field_start", "start_time")?,
            end_name: name("partition_field_end", "end_time")?,
            is_compare_strictly: node.flag("is_compare_strictly"),
            is_global: node.flag("global_substream_cursor"),
            is_client_side: node.flag("is_client_side_incremental"),
            is_data_feed: node.flag("is_data_feed"),
            clamping: Clamping::compile(node)?,
            datetime_format: datetime_format.to_owned(),
            cursor_formats,
        })
    }
}

impl Clamping {
    fn compile(cursor: &Node<'_>) -> Result<Option<Self>, CompileError> {
        const WEEKDAYS: [&str; 7] = [
            "MONDAY",
            "TUESDAY",
            "WEDNESDAY",
            "THURSDAY",
            "FRIDAY",
            "SATURDAY",
            "SUNDAY",
        ];
        let Some(node) = cursor.child("clamping")? else {
            return Ok(None);
        };
        let weekday = node.field("target_details").and_then(|details| {
            let name = details.get("weekday").and_then(Value::as_str)?;
            WEEKDAYS.iter().position(|weekday| *weekday == name)
        });
        Ok(Some(Self {
            target: node.required_template("target", Names::Config)?,
            weekday: weekday.and_then(|weekday| u8::try_from(weekday).ok()),
        }))
    }
}

fn option(node: &Node<'_>, name: &str) -> Result<Option<RequestOption>, CompileError> {
    node.child(name)?
        .map(|option| RequestOption::compile(&option))
        .transpose()
}
