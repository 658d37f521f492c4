//! What is read of the API's answers. They hold more.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::value::RawValue;
use syncline_domain::Status;

/// A sync.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SyncView {
    pub id: String,
    pub model_id: String,
    #[serde(deserialize_with = "status")]
    pub status: Status,
    pub error: Option<String>,
}

/// One run of a sync.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct AttemptView {
    pub started_at: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
    pub pages: u64,
    pub records: u64,
    pub added: u64,
    pub changed: u64,
    pub unchanged: u64,
    pub deleted: u64,
    pub warnings: Vec<WarningView>,
}

/// Something odd that did not stop a sync.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct WarningView {
    pub message: String,
}

/// A connection.
#[derive(Debug, Clone, Deserialize)]
pub struct ConnectionView {
    pub id: String,
    pub name: String,
    pub models: Vec<ModelView>,
}

/// A model.
#[derive(Debug, Clone, Deserialize)]
pub struct ModelView {
    pub id: String,
    pub name: String,
}

/// The settings of a connection.
#[derive(Debug, Clone, Deserialize)]
pub struct ConfigView {
    pub config: serde_json::Map<String, serde_json::Value>,
}

/// A record.
#[derive(Debug, Deserialize)]
pub struct RecordView {
    pub data: Box<RawValue>,
}

fn status<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Status, D::Error> {
    let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
    text.parse().map_err(serde::de::Error::custom)
}
