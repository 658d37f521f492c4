//! Makes records of an answer's objects, and pages of the records, while the answer is parsed.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::Value;
use serde_json::value::RawValue;
use syncline_domain::attempt::Warning;
use tokio::sync::mpsc::Sender;

use super::answers::{Parsed, place_of};
use super::bound::Bound;
use super::extract::{Records, Stop};
use super::merging::Merging;
use super::normalize::normalize;
use super::transform::Transform;
use super::transform::shallow::{Failure, Shallow};
use crate::components::record_expanders::BoundExpander;
use crate::datetime::Moment;
use crate::error::{SourceError, SourceErrorKind};
use crate::redact::Redactor;
use crate::source::{Page, SourceRecord};
use crate::template::{Context, TemplateError};
use crate::text::sha256_hex;

/// Records of an answer that were taken before.
#[derive(Debug, Clone)]
pub(super) struct Skip {
    pub(super) records: i64,
    /// The hash of the last of them.
    pub(super) last: Option<String>,
}

/// What one answer is read with.
pub(super) struct Reading {
    pub(super) bound: Arc<Bound>,
    /// For the templates of records.
    pub(super) context: Context,
    /// What the values of records are made to fit.
    pub(super) schema: Option<Arc<Value>>,
    pub(super) skip: Option<Skip>,
    /// Records that changed before or after are left out, where the provider does not do so
    /// itself.
    pub(super) wanted: Option<(Option<DateTime<Utc>>, DateTime<Utc>)>,
    /// The state is never carried past it.
    pub(super) range_end: DateTime<Utc>,
    /// Archives that hold more are refused.
    pub(super) most_bytes: u64,
    /// For what errors show of the answer.
    pub(super) redactor: Redactor,
}

/// Records that make a page.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) records: Vec<SourceRecord>,
    /// Records of the answer so far, those left out included.
    pub(super) taken: i64,
    /// The hash of the last of them, where the answer goes on behind it.
    pub(super) last: Option<String>,
    /// The latest cursor value of this answer so far.
    pub(super) max: Option<Moment>,
    pub(super) warnings: Vec<Warning>,
    /// Records were left out that changed after the range's end.
    pub(super) has_later: bool,
}

/// Why the parser was stopped.
pub(super) enum Why {
    /// Nobody listens any more.
    Abandoned,
    /// The answer is not the one that was partly read before.
    Changed,
    Failed(SourceError),
}

/// What comes of one record.
struct Made {
    /// As it came, where it had to be changed.
    before: Option<Box<RawValue>>,
    /// What lands; nothing when it is left out.
    record: Option<Box<RawValue>>,
}

/// Where the records go.
pub(super) enum Out<'r> {
    Pages(&'r Sender<Parsed>),
    /// They are parts of records.
    Merging(&'r mut Merging),
}

pub(super) struct Sink<'r> {
    reading: &'r Reading,
    transform: Option<Transform<'r>>,
    /// The transformation need not parse the whole record.
    shallow: Option<Shallow>,
    out: Out<'r>,
    batch: Batch,
    bytes: usize,
    /// The hash of the last raw record is only made where a page is cut.
    previous: Option<Box<RawValue>>,
    pub(super) last_record: Option<Box<RawValue>>,
    /// The last record did not change in the range that is read.
    pub(super) is_past: bool,
    pub(super) why: Option<Why>,
}

impl<'r> Sink<'r> {
    pub(super) fn new(reading: &'r Reading, out: Out<'r>) -> Self {
        let stream = &reading.bound.stream;
        let selector = &stream.retriever.selector;
        let transform = stream.needs.records.then(|| Transform {
            transformations: &stream.transformations,
            filter: selector.filter.as_ref(),
            transform_before_filtering: selector.transform_before_filtering,
        });
        let shallow = transform
            .as_ref()
            .filter(|_| reading.schema.is_none())
            .and_then(Shallow::of);
        Self {
            reading,
            transform,
            shallow,
            out,
            batch: Batch::default(),
            bytes: 0,
            previous: None,
            last_record: None,
            is_past: false,
            why: None,
        }
    }

    /// For records that were changed before they were merged.
    pub(super) fn of_merged(reading: &'r Reading, out: Out<'r>) -> Self {
        Self {
            transform: None,
            shallow: None,
            ..Self::new(reading, out)
        }
    }

    /// Records of the answer so far, those left out included.
    pub(super) fn taken(&self) -> i64 {
        self.batch.taken
    }

    /// What is left for the answer's last page.
    pub(super) fn finish(self) -> Batch {
        self.batch
    }

    pub(super) fn accept(&mut self, raw: Box<RawValue>) -> Result<(), Why> {
        if !raw.get().starts_with('{') {
            return Err(Why::Failed(self.not_an_object(&raw)));
        }
        let taken = self.batch.taken + 1;
        if matches!(self.out, Out::Merging(_)) {
            self.batch.taken = taken;
            let made = self.made(raw)?;
            return match (&mut self.out, made.record) {
                (Out::Merging(merging), Some(part)) => merging.take(part),
                _ => Ok(()),
            };
        }
        let is_old = self
            .reading
            .skip
            .as_ref()
            .is_some_and(|skip| taken <= skip.records);
        if is_old {
            self.check_skipped(&raw, taken)?;
            self.batch.taken = taken;
            if self.reading.bound.stream.needs.last_record
                && let Some(record) = self.made(raw)?.record
            {
                self.last_record = Some(record);
            }
            return Ok(());
        }
        // The page that is full goes out only when there is more: the answer's last page says
        // where the next request begins.
        if self.is_full(raw.get().len()) {
            self.flush()?;
        }
        self.batch.taken = taken;
        // The hash is of the record as it came; without a change that is the stored one.
        let made = self.made(raw)?;
        self.previous = made.before;
        made.record.map_or(Ok(()), |record| self.push(record))
    }

    fn expand(&mut self, expander: &BoundExpander, record: &RawValue) -> Result<(), Why> {
        let failed = |error| Why::Failed(unreadable(&error));
        let record = serde_json::from_str(record.get()).map_err(failed)?;
        let expanded = expander.expand(record).map_err(|message| {
            Why::Failed(SourceError::new(SourceErrorKind::Configuration, message))
        })?;
        if expanded.is_truncated {
            self.warn("list_truncated", || {
                "lists in records are not whole, as the records say themselves; the manifest does not say how to get the rest".to_owned()
            });
        }
        for item in expanded.items {
            self.accept(serde_json::value::to_raw_value(&item).map_err(failed)?)?;
        }
        Ok(())
    }

    fn made(&self, raw: Box<RawValue>) -> Result<Made, Why> {
        let Some(transform) = &self.transform else {
            return Ok(Made {
                before: None,
                record: Some(raw),
            });
        };
        let changed = match &self.shallow {
            Some(shallow) => shallow.apply(&raw, transform, &self.reading.context),
            None => self.parsed(&raw, transform),
        };
        match changed {
            Ok(record) => Ok(Made {
                before: Some(raw),
                record,
            }),
            Err(Failure::Json(error)) => Err(Why::Failed(unreadable(&error))),
            Err(Failure::Template(error)) => Err(Why::Failed(template(&error))),
        }
    }

    fn parsed(
        &self,
        raw: &RawValue,
        transform: &Transform<'_>,
    ) -> Result<Option<Box<RawValue>>, Failure> {
        let record = serde_json::from_str::<Value>(raw.get())?;
        let Some(mut changed) = transform.apply(record, &self.reading.context)? else {
            return Ok(None);
        };
        if let Some(schema) = &self.reading.schema {
            normalize(&mut changed, schema);
        }
        Ok(Some(serde_json::value::to_raw_value(&changed)?))
    }

    fn push(&mut self, data: Box<RawValue>) -> Result<(), Why> {
        let bound = &self.reading.bound;
        let found = bound
            .fields
            .find(&data)
            .map_err(|error| Why::Failed(unreadable(&error)))?;
        self.is_past = false;
        if let Some(cursor) = &bound.cursor {
            match found.cursor.as_deref().map(|text| cursor.read(text)) {
                Some(Some(changed)) => {
                    self.is_past = self.reading.wanted.is_some_and(|(oldest, newest)| {
                        oldest.is_some_and(|oldest| changed < oldest) || changed > newest
                    });
                    if self.is_past {
                        let newest = self.reading.wanted.map(|(_, newest)| newest);
                        self.batch.has_later |= newest.is_some_and(|newest| changed > newest);
                        // A feed goes on by its last record, whether it is wanted or not.
                        if cursor.is_data_feed && bound.stream.needs.last_record {
                            self.last_record = Some(data);
                        }
                        return Ok(());
                    }
                    // What changed after the range's end belongs to the next sync.
                    let end = self.reading.range_end.with_timezone(changed.offset());
                    let changed = changed.min(end);
                    // Of those at the same moment the first counts, in its zone.
                    if self.batch.max.is_none_or(|max| max < changed) {
                        self.batch.max = Some(changed);
                    }
                }
                Some(None) => self.warn("cursor_value_unreadable", || {
                    format!("records have a value in `{}` that is none of the manifest's formats; they were kept", cursor.field)
                }),
                None => self.warn("cursor_value_absent", || {
                    format!("records lack the cursor field `{}`; they were kept", cursor.field)
                }),
            }
        }
        if found.lacks_key {
            self.warn("primary_key_absent", || {
                "records lack their primary key; the hash of the whole record stands in".to_owned()
            });
        }
        if bound.stream.needs.last_record {
            self.last_record = Some(data.clone());
        }
        self.bytes += data.get().len();
        self.batch.records.push(SourceRecord {
            key: found.key,
            data,
        });
        Ok(())
    }

    fn is_full(&self, more: usize) -> bool {
        let count = self.batch.records.len();
        count >= Page::MAX_RECORDS || (count > 0 && self.bytes + more > Page::MAX_BYTES)
    }

    fn flush(&mut self) -> Result<(), Why> {
        let raw =
            self.previous
                .as_deref()
                .or(self.batch.records.last().map(|record| &*record.data));
        let last = raw.map(|raw| sha256_hex(raw.get()));
        let next = Batch {
            taken: self.batch.taken,
            max: self.batch.max,
            ..Batch::default()
        };
        let batch = std::mem::replace(&mut self.batch, next);
        self.bytes = 0;
        match &self.out {
            Out::Pages(out) => out
                .blocking_send(Parsed::Batch(Batch { last, ..batch }))
                .map_err(|_| Why::Abandoned),
            Out::Merging(_) => Ok(()),
        }
    }

    /// An answer that was partly read is only gone on with while it is the same.
    fn check_skipped(&self, raw: &RawValue, taken: i64) -> Result<(), Why> {
        let Some(skip) = self
            .reading
            .skip
            .as_ref()
            .filter(|skip| skip.records == taken)
        else {
            return Ok(());
        };
        match &skip.last {
            Some(last) if *last != sha256_hex(raw.get()) => Err(Why::Changed),
            _ => Ok(()),
        }
    }

    fn warn(&mut self, code: &str, message: impl FnOnce() -> String) {
        if !self
            .batch
            .warnings
            .iter()
            .any(|warning| warning.code == code)
        {
            self.batch.warnings.push(Warning {
                code: code.to_owned(),
                message: message(),
            });
        }
    }

    fn not_an_object(&self, raw: &RawValue) -> SourceError {
        let place = place_of(&self.reading.bound.record_path);
        SourceError::new(
            SourceErrorKind::Refused,
            format!(
                "record {} of {place} is not an object: {}",
                self.batch.taken + 1,
                self.reading.redactor.excerpt(raw.get(), 200)
            ),
        )
    }
}

impl Records for Sink<'_> {
    fn take(&mut self, record: Box<RawValue>) -> Result<(), Stop> {
        let taken = match &self.reading.bound.expander {
            None => self.accept(record),
            Some(expander) => self.expand(expander, &record),
        };
        taken.map_err(|why| {
            self.why = Some(why);
            Stop
        })
    }

    fn odd(&mut self, code: &'static str, message: String) {
        self.warn(code, || message);
    }
}

fn unreadable(error: &serde_json::Error) -> SourceError {
    SourceError::new(
        SourceErrorKind::Refused,
        format!("a record cannot be read: {error}"),
    )
}

fn template(error: &TemplateError) -> SourceError {
    SourceError::new(SourceErrorKind::Configuration, error.to_string())
}
