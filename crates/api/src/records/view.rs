//! A record on the wire.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::value::RawValue;
use syncline_domain::{ModelId, OrganizationId};
use syncline_store::records::{FeedPlace, Record};
use utoipa::ToSchema;

use crate::cursor::{self, Binding};
use crate::time;

/// One landed object of a model.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Record)]
pub struct RecordView {
    /// Its id, the same for as long as its key exists at the provider.
    #[schema(example = "rec_01h455vb4pex5vsknk084sn02q")]
    pub id: String,
    /// As the provider gave it.
    #[schema(value_type = Object, example = json!({"id": "C-17", "name": "Acme"}))]
    pub data: Box<RawValue>,
    /// When it first landed.
    #[serde(serialize_with = "time::required")]
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    #[serde(serialize_with = "time::nullable")]
    #[schema(required, example = json!(null))]
    pub modified_at: Option<DateTime<Utc>>,
    /// When it was found gone, if it is.
    #[serde(serialize_with = "time::nullable")]
    #[schema(required, example = json!(null))]
    pub deleted_at: Option<DateTime<Utc>>,
    /// The sync that wrote it last.
    #[schema(example = "sync_01h455vb4pex5vsknk084sn02q")]
    pub sync_id: String,
    /// Its place in the model's feed: what changed after it comes with `?cursor=`.
    #[schema(example = "AR0VrGaw7NfnqGVmYgAAAAAAAAAR")]
    pub cursor: String,
    /// Always `record`.
    #[schema(example = "record")]
    pub object: &'static str,
}

impl RecordView {
    /// With a cursor of its model's feed, outside of that list.
    pub fn of_feed(record: Record, organization_id: OrganizationId, model_id: ModelId) -> Self {
        let feed = format!("/v2/integrations/models/{model_id}/records");
        let binding = Binding::new(organization_id, &feed, [].into_iter());
        Self::new(record, |number| {
            cursor::encode(&binding, &FeedPlace::at(number))
        })
    }

    /// With the cursor of its place.
    pub fn new(record: Record, cursor: impl Fn(i64) -> String) -> Self {
        let Record {
            id,
            key: _,
            data,
            created_at,
            modified_at,
            deleted_at,
            sync_id,
            number,
        } = record;
        Self {
            id: id.to_string(),
            data,
            created_at,
            modified_at,
            deleted_at,
            sync_id: sync_id.to_string(),
            cursor: cursor(number),
            object: "record",
        }
    }
}
