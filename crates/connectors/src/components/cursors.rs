//! How a stream is asked for what changed since.

use super::min_max_datetime::MinMaxDatetime;
use super::request_option::RequestOption;
use super::{CompileError, Node};
use crate::template::{Names, Template};

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
    /// Windows that begin where they end are left out.
    pub is_compare_strictly: bool,
    /// One state stands for all partitions.
    pub is_global: bool,
    /// The provider answers with everything: older records are left out here.
    pub is_client_side: bool,
}

impl DatetimeBasedCursor {
    /// Compiles the cursor of a stream.
    pub(crate) fn compile(stream: &Node<'_>) -> Result<Option<Self>, CompileError> {
        let Some(node) = stream.child("incremental_sync")? else {
            return Ok(None);
        };
        if node.kind() != "DatetimeBasedCursor" {
            return Err(node.unsupported());
        }
        node.refuse_fields(&["is_data_feed", "clamping"])?;
        let datetime_format = node
            .text("datetime_format")?
            .ok_or_else(|| node.missing("datetime_format"))?;
        let mut cursor_formats: Vec<_> = node
            .templates("cursor_datetime_formats", Names::Config)?
            .iter()
            .map(|format| format.source().to_owned())
            .collect();
        cursor_formats.push(datetime_format.to_owned());
        let option = |name: &str| {
            node.child(name)?
                .map(|option| RequestOption::compile(&option))
                .transpose()
        };
        let name = |field: &str, default: &str| match node.template(field, Names::Config)? {
            Some(name) => Ok(name),
            None => node.compile(default, Names::Config),
        };
        Ok(Some(Self {
            cursor_field: node.required_template("cursor_field", Names::Config)?,
            start: MinMaxDatetime::compile(&node, "start_datetime", datetime_format)?
                .ok_or_else(|| node.missing("start_datetime"))?,
            end: MinMaxDatetime::compile(&node, "end_datetime", datetime_format)?,
            start_option: option("start_time_option")?,
            end_option: option("end_time_option")?,
            step: node.template("step", Names::Config)?,
            granularity: node.template("cursor_granularity", Names::Config)?,
            lookback: node.template("lookback_window", Names::Config)?,
            start_name: name("partition_field_start", "start_time")?,
            end_name: name("partition_field_end", "end_time")?,
            is_compare_strictly: node.flag("is_compare_strictly"),
            is_global: node.flag("global_substream_cursor"),
            is_client_side: node.flag("is_client_side_incremental"),
            datetime_format: datetime_format.to_owned(),
            cursor_formats,
        }))
    }
}
