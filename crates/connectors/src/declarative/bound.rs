//! A stream with a configuration: everything that does not change from request to request.

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use serde_json::{Map, Value, json};
use syncline_domain::state::Fingerprint;

use super::fields::Fields;
use super::routers::BoundRouter;
use super::windows::Cut;
use crate::components::cursors::DatetimeBasedCursor;
use crate::components::decoders::Decoder;
use crate::components::partition_routers::ParentStream;
use crate::components::stream::Stream;
use crate::datetime::{IsoDuration, Moment, format, parse};
use crate::template::{Context, Template, TemplateError};
use crate::text::{canonical_json, sha256_hex};

/// Raised when the meaning of stored positions and states changes.
const FORMAT_VERSION: u32 = 1;

pub(super) struct Bound {
    pub(super) stream: Arc<Stream>,
    /// The configuration, at the time of the run.
    pub(super) context: Context,
    pub(super) record_path: Vec<String>,
    pub(super) fields: Fields,
    pub(super) cursor: Option<BoundCursor>,
    pub(super) router: Option<Arc<BoundRouter>>,
    pub(super) keeps: Keeps,
    pub(super) fingerprint: Fingerprint,
    /// The query parameter that carries the credential.
    pub(super) credential: Option<String>,
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

pub(super) struct BoundCursor {
    pub(super) field: String,
    pub(super) component: DatetimeBasedCursor,
    pub(super) floor: DateTime<Utc>,
    pub(super) ceiling: Option<DateTime<Utc>>,
    pub(super) look_back: Option<IsoDuration>,
    pub(super) cut: Cut,
    pub(super) start_name: String,
    pub(super) end_name: String,
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
        let record_path = stream.retriever.selector.extractor.path(&context)?;
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
            stream: stream.clone(),
            context,
            record_path,
            cursor,
            router: router.map(Arc::new),
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
                .all(|(part, name)| part == name || name == "*")
        };
        if reads.iter().any(crosses) {
            Self::Whole
        } else {
            Self::Rest
        }
    }
}

impl BoundCursor {
    fn new(component: &DatetimeBasedCursor, context: &Context) -> Result<Self, TemplateError> {
        let duration = |template: &Option<Template>| match template {
            None => Ok(None),
            Some(template) => {
                let text = template.string(context)?;
                if text.is_empty() {
                    return Ok(None);
                }
                let duration = IsoDuration::parse(&text).ok_or_else(|| TemplateError {
                    template: template.source().to_owned(),
                    problem: "gives no ISO 8601 duration".to_owned(),
                    is_undefined: false,
                })?;
                Ok(Some(duration).filter(|duration| !duration.is_zero()))
            }
        };
        let ceiling = component
            .end
            .as_ref()
            .map(|end| end.evaluate(context))
            .transpose()?;
        Ok(Self {
            field: component.cursor_field.string(context)?,
            floor: component.start.evaluate(context)?.to_utc(),
            ceiling: ceiling.map(|end| end.to_utc()),
            look_back: duration(&component.lookback)?,
            cut: Cut {
                step: duration(&component.step)?,
                granularity: duration(&component.granularity)?,
                is_compare_strictly: component.is_compare_strictly,
            },
            start_name: component.start_name.string(context)?,
            end_name: component.end_name.string(context)?,
            component: component.clone(),
        })
    }

    /// A moment as requests and states write it.
    pub(super) fn write(&self, moment: &Moment) -> String {
        format(moment, &self.component.datetime_format)
    }

    /// A record's cursor value.
    pub(super) fn read(&self, text: &str) -> Option<DateTime<Utc>> {
        self.component
            .cursor_formats
            .iter()
            .find_map(|format| parse(text, format))
            .map(|moment| moment.to_utc())
    }

    /// How far a stored state is, if it is one of this cursor.
    pub(super) fn watermark(&self, state: &Map<String, Value>) -> Option<DateTime<Utc>> {
        let text = match state.get(&self.field)? {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => return None,
        };
        parse(&text, &self.component.datetime_format)
            .map(|moment| moment.to_utc())
            .or_else(|| self.read(&text))
    }

    /// The state in the reference's shape.
    pub(super) fn state(&self, mark: DateTime<Utc>) -> Map<String, Value> {
        Map::from_iter([(
            self.field.clone(),
            Value::from(self.write(&mark.fixed_offset())),
        )])
    }

    /// The look-back as a length of time before a moment.
    pub(super) fn look_back_before(&self, mark: DateTime<Utc>) -> Duration {
        let earlier = self
            .look_back
            .and_then(|look_back| look_back.before(mark.fixed_offset()));
        earlier.map_or(Duration::zero(), |earlier| mark - earlier.to_utc())
    }
}
