//! The lines that a reading gives.

use chrono::{DateTime, Utc};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

/// What is told while a stream is read, in the shapes of the protocol that the reference speaks.
#[derive(Debug)]
pub enum Message<'a> {
    /// One record.
    Record {
        /// The stream's name.
        stream: &'a str,
        /// The object, as raw JSON; it may hold line breaks between its tokens.
        data: &'a RawValue,
        /// When it was read.
        emitted_at: DateTime<Utc>,
    },
    /// How far the stream is read.
    State {
        /// The stream's name.
        stream: &'a str,
        /// The stream's state.
        state: &'a Map<String, Value>,
        /// Records since the last state.
        records: u64,
    },
}

impl Serialize for Message<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut message = serializer.serialize_map(Some(2))?;
        match self {
            Self::Record {
                stream,
                data,
                emitted_at,
            } => {
                message.serialize_entry("type", "RECORD")?;
                message.serialize_entry(
                    "record",
                    &RecordBody {
                        stream,
                        data,
                        emitted_at: emitted_at.timestamp_millis(),
                    },
                )?;
            }
            Self::State {
                stream,
                state,
                records,
            } => {
                message.serialize_entry("type", "STATE")?;
                let state = json!({
                    "type": "STREAM",
                    "stream": {
                        "stream_descriptor": { "name": stream },
                        "stream_state": state,
                    },
                    // The reference counts in floating point.
                    "sourceStats": { "recordCount": *records as f64 },
                });
                message.serialize_entry("state", &state)?;
            }
        }
        message.end()
    }
}

#[derive(Serialize)]
struct RecordBody<'a> {
    stream: &'a str,
    data: &'a RawValue,
    emitted_at: i64,
}
