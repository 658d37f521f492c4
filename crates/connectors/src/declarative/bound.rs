//! A stream with a configuration: everything that does not change from request to request.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use syncline_domain::state::Fingerprint;

use super::cursor::BoundCursor;
use super::fields::Fields;
use super::properties::BoundProperties;
use super::routers::BoundRouter;
use super::schema::BoundSchema;
use crate::components::decoders::Decoder;
use crate::components::partition_routers::ParentStream;
use crate::components::record_expanders::BoundExpander;
use crate::components::stream::Stream;
use crate::template::{Context, TemplateError};
use crate::text::{canonical_json, sha256_hex};

/// Raised when the meaning of stored positions and states changes.
const FORMAT_VERSION: u32 = 1;

pub(super) struct Bound {
    pub(super) stream: Arc<Stream>,
    /// The configuration, at the time of the run.
    pub(super) context: Context,
    pub(super) record_path: Vec<String>,
    pub(super) expander: Option<BoundExpander>,
    pub(super) fields: Fields,
    pub(super) cursor: Option<BoundCursor>,
    pub(super) router: Option<Arc<BoundRouter>>,
    pub(super) properties: Option<BoundProperties>,
    pub(super) schema: Option<BoundSchema>,
    pub(super) keeps: Keeps,
    /// Which half of a stream that is read by another one once it has a state.
    pub(super) half: Half,
    pub(super) fingerprint: Fingerprint,
    /// The query parameter that carries the credential.
    pub(super) credential: Option<String>,
}

/// Which half of a `StateDelegatingStream` is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Half {
    /// The stream has none.
    Whole,
    /// Everything, whatever state there is.
    First,
    /// What changed since.
    Later,
}

/// How much of an answer templates read, beside the records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keeps {
    Nothing,
    /// Only what lies outside the record path.
    Rest,
    /// The records, too.
    Whole,
}

impl Bound {
    pub(super) fn new(
        stream: &Arc<Stream>,
        config: &Map<String, Value>,
        public: &Map<String, Value>,
        now: DateTime<Utc>,
    ) -> Result<Self, TemplateError> {
        let context = Context::new(config, now);
        let bind = |parent: &ParentStream| Self::new(&parent.stream, config, public, now);
        let router = stream.retriever.router.as_ref();
        let router = router
            .map(|router| BoundRouter::new(router, &context, &bind))
            .transpose()?;
        let bind = |stream: &Arc<Stream>| Self::new(stream, config, public, now);
        let properties = stream.retriever.properties.as_ref();
        let properties = properties
            .map(|properties| BoundProperties::new(properties, &context, &bind))
            .transpose()?;
        let schema = stream.schema.as_ref();
        let schema = schema
            .map(|schema| BoundSchema::new(schema, &context, &bind))
            .transpose()?;
        let extractor = &stream.retriever.selector.extractor;
        let record_path = extractor.path(&context)?;
        let expander = extractor.expander.as_ref();
        let expander = expander
            .map(|expander| expander.bind(&context))
            .transpose()?;
        let cursor = stream
            .cursor
            .as_ref()
            .map(|cursor| BoundCursor::new(cursor, &context))
            .transpose()?;
        let identity = json!({
            "format": FORMAT_VERSION,
            "stream": stream.resolved,
            "config": public,
        });
        Ok(Self {
            fields: Fields::new(
                stream.key.clone(),
                cursor.as_ref().map(|cursor| cursor.field.clone()),
            ),
            keeps: Keeps::of(&stream.needs.response, &record_path),
            fingerprint: Fingerprint::new(sha256_hex(canonical_json(&identity))),
            credential: stream
                .retriever
                .requester
                .authenticator
                .query_parameter(&context),
            half: match &stream.delegate {
                None => Half::Whole,
                Some(_) => Half::First,
            },
            stream: stream.clone(),
            context,
            record_path,
            expander,
            cursor,
            router: router.map(Arc::new),
            properties,
            schema,
        })
    }

    /// Whether a partition can be named by one value.
    pub(super) fn has_single_partitions(&self) -> bool {
        match self.router.as_deref() {
            Some(
                BoundRouter::List { .. } | BoundRouter::Substream(_) | BoundRouter::Union { .. },
            ) => true,
            Some(BoundRouter::Product(_) | BoundRouter::Grouping { .. }) | None => false,
        }
    }

    /// Whether records pass by that a bounded request would not bring.
    pub(super) fn has_primary_key(&self) -> bool {
        self.stream.key.is_primary()
    }
}

impl Keeps {
    /// The parser itself keeps what is beside the records.
    pub(super) fn needs_rest(self, decoder: &Decoder) -> bool {
        match self {
            Self::Nothing => false,
            Self::Rest => decoder.tells_response(),
            // JSON is parsed again as a whole.
            Self::Whole => *decoder == Decoder::Xml,
        }
    }

    fn of(reads: &[String], record_path: &[String]) -> Self {
        if reads.is_empty() {
            return Self::Nothing;
        }
        let crosses = |read: &String| {
            let parts: Vec<&str> = read.split('.').skip(1).collect();
            parts
                .iter()
                .zip(record_path)
                .all(|(part, name)| crate::path::fits(name, part))
        };
        if reads.iter().any(crosses) {
            Self::Whole
        } else {
            Self::Rest
        }
    }
}
