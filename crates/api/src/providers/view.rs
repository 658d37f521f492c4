//! A provider on the wire.

use serde::Serialize;
use serde_json::Value;
use syncline_connectors::{Provider, StreamInfo};
use utoipa::ToSchema;

/// A kind of outside system.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Provider)]
pub struct ProviderView {
    /// What connections call it.
    #[schema(example = "demo")]
    pub name: String,
    /// The name for people, if its manifest has one.
    #[schema(required, example = "Demo books")]
    pub title: Option<String>,
    /// Whether connections can be made for it.
    #[schema(example = true)]
    pub is_available: bool,
    /// Why its manifest cannot be used.
    #[schema(required, example = json!(null))]
    pub error: Option<String>,
    /// SHA-256 of the manifest, in hexadecimal digits.
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    pub content_hash: String,
    /// The JSON Schema of a connection's `config`; null when the manifest cannot be used.
    #[schema(required, value_type = Option<Object>, example = json!({"type": "object", "required": ["base_url"], "properties": {"base_url": {"type": "string"}}}))]
    pub connection_specification: Option<Value>,
    /// Its streams; each becomes a model of a connection.
    pub streams: Vec<StreamView>,
    /// Always `provider`.
    #[schema(example = "provider")]
    pub object: &'static str,
}

/// One kind of object of a provider.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Stream)]
pub struct StreamView {
    /// The name of the models that are made of it.
    #[schema(example = "customers")]
    pub name: String,
    /// The name for people.
    #[schema(example = "Customers")]
    pub display_name: String,
    /// Whether it can be synced.
    #[schema(example = true)]
    pub is_supported: bool,
    /// Why it cannot be synced.
    #[schema(required, example = json!(null))]
    pub unsupported_reason: Option<String>,
    /// Whether its records have a key of their own, so that deletions can be found.
    #[schema(example = true)]
    pub has_primary_key: bool,
    /// Whether it can be asked for what changed since.
    #[schema(example = true)]
    pub is_incremental: bool,
}

/// The first call for a provider compiles all its streams: not on an async thread.
impl From<Provider> for ProviderView {
    fn from(provider: Provider) -> Self {
        let manifest = provider.manifest();
        let streams = manifest
            .map(|manifest| manifest.streams())
            .unwrap_or_default();
        Self {
            name: provider.name().to_owned(),
            title: manifest
                .ok()
                .and_then(|manifest| manifest.title())
                .map(str::to_owned),
            is_available: manifest.is_ok(),
            error: manifest.err().map(ToString::to_string),
            content_hash: provider.content_hash().to_owned(),
            connection_specification: manifest
                .ok()
                .map(|manifest| manifest.connection_specification().clone()),
            streams: streams.iter().map(StreamView::from).collect(),
            object: "provider",
        }
    }
}

impl From<&StreamInfo> for StreamView {
    fn from(stream: &StreamInfo) -> Self {
        let StreamInfo {
            name,
            display_name,
            unsupported_reason,
            has_primary_key,
            is_incremental,
            json_schema: _,
        } = stream;
        Self {
            name: name.clone(),
            display_name: display_name.clone().unwrap_or_else(|| name.clone()),
            is_supported: stream.is_supported(),
            unsupported_reason: unsupported_reason.clone(),
            has_primary_key: *has_primary_key,
            is_incremental: *is_incremental,
        }
    }
}
