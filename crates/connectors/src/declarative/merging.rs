//! Makes one record of the parts of it that the requests of a page bring.

use serde_json::value::RawValue;
use serde_json::{Map, Value};
use syncline_domain::attempt::Warning;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::answers::{Finished, Parsed, give, walk};
use super::sink::{Out, Reading, Sink, Skip, Why};
use crate::error::{SourceError, SourceErrorKind};
use crate::http::answer::Body;
use crate::template::python;

/// The parts of one page may have so many bytes: they are held until the last of them is there.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// The records of one page so far.
#[derive(Debug, Default)]
pub(super) struct Merging {
    /// The fields that tell which parts are of one record.
    keys: Vec<String>,
    /// Records without such a value, as they came.
    alone: Vec<Box<RawValue>>,
    /// By the values of their keys, in the order in which these came first.
    merged: Map<String, Value>,
    bytes: usize,
    warnings: Vec<Warning>,
    /// Some answer had nothing at the record path.
    is_absent: bool,
    /// Of the last answer.
    response: Value,
    extracted: i64,
}

impl Merging {
    pub(super) fn new(keys: &[String]) -> Self {
        Self {
            keys: keys.to_vec(),
            ..Self::default()
        }
    }

    /// With the records of one answer.
    pub(super) async fn with(self, body: Body, reading: Reading) -> Result<Self, SourceError> {
        let taken = tokio::task::spawn_blocking(move || self.take_in(&body, &reading)).await;
        taken.unwrap_or_else(|_| {
            Err(SourceError::new(
                SourceErrorKind::Transient { not_before: None },
                "the reading of the answer was broken off",
            ))
        })
    }

    fn take_in(mut self, body: &Body, reading: &Reading) -> Result<Self, SourceError> {
        let sink = Sink::new(reading, Out::Merging(&mut self));
        let finished = walk(body, reading, sink).map_err(|why| match why {
            Why::Failed(error) => error,
            // Nothing is skipped, and nobody listens who might go away.
            Why::Abandoned | Why::Changed => SourceError::new(
                SourceErrorKind::Transient { not_before: None },
                "the answer has changed while it was read",
            ),
        })?;
        self.is_absent |= finished.is_absent;
        self.response = finished.response;
        self.extracted = finished.extracted;
        for warning in finished.batch.warnings {
            if !self.warnings.iter().any(|one| one.code == warning.code) {
                self.warnings.push(warning);
            }
        }
        Ok(self)
    }

    /// One part, as it was changed.
    pub(super) fn take(&mut self, part: Box<RawValue>) -> Result<(), Why> {
        self.bytes += part.get().len();
        if self.bytes > MOST_BYTES {
            let most = MOST_BYTES / (1024 * 1024);
            return Err(failed(format!(
                "the records of a page, which several requests bring, have more than {most} MiB: ask for smaller pages"
            )));
        }
        let fields: Map<String, Value> = serde_json::from_str(part.get())
            .map_err(|error| failed(format!("a record cannot be read: {error}")))?;
        match key_of(&fields, &self.keys) {
            None => self.alone.push(part),
            Some(key) => match self.merged.get_mut(&key) {
                Some(record) => merge(record, Value::Object(fields)),
                None => {
                    self.merged.insert(key, Value::Object(fields));
                }
            },
        }
        Ok(())
    }

    /// Gives the records that came of it all, in pages.
    pub(super) fn parse(self, reading: Reading) -> Receiver<Parsed> {
        let (sender, receiver) = channel(1);
        tokio::task::spawn_blocking(move || {
            let (page, records) = self.into_records();
            give(reading, &sender, |reading, out| {
                page.finish(&records, reading, out)
            });
        });
        receiver
    }

    /// Those without a key come first, as in the reference.
    fn into_records(mut self) -> (Self, Vec<Box<RawValue>>) {
        let mut records = std::mem::take(&mut self.alone);
        let merged = std::mem::take(&mut self.merged).into_iter();
        records
            .extend(merged.filter_map(|(_, record)| serde_json::value::to_raw_value(&record).ok()));
        (self, records)
    }

    fn finish(
        &self,
        records: &[Box<RawValue>],
        reading: &Reading,
        out: &Sender<Parsed>,
    ) -> Result<Finished, Why> {
        let mut sink = Sink::of_merged(reading, Out::Pages(out));
        for record in records {
            sink.accept(record.clone())?;
        }
        // Fewer records than were read before: the answers have changed.
        let is_short = |skip: &Skip| sink.taken() < skip.records;
        if reading.skip.as_ref().is_some_and(is_short) {
            return Err(Why::Changed);
        }
        let is_past = sink.is_past;
        let last_record = sink.last_record.take();
        let last_record = last_record.and_then(|raw| serde_json::from_str(raw.get()).ok());
        let mut batch = sink.finish();
        batch.warnings.extend(self.warnings.iter().cloned());
        Ok(Finished {
            batch,
            is_absent: self.is_absent,
            response: self.response.clone(),
            last_record: last_record.unwrap_or_default(),
            is_past,
            has_restarted: false,
            extracted: self.extracted,
        })
    }
}

/// What tells whose part it is; nothing if one of its values is none.
fn key_of(fields: &Map<String, Value>, keys: &[String]) -> Option<String> {
    let value = |key: &String| fields.get(key).filter(|value| python::is_truthy(value));
    let values = keys.iter().map(value).collect::<Option<Vec<&Value>>>()?;
    serde_json::to_string(&values).ok()
}

/// Later values go over earlier ones, objects inside field by field.
fn merge(record: &mut Value, part: Value) {
    match (record, part) {
        (Value::Object(record), Value::Object(part)) => {
            for (name, value) in part {
                match record.get_mut(&name) {
                    Some(known) => merge(known, value),
                    None => {
                        record.insert(name, value);
                    }
                }
            }
        }
        (record, part) => *record = part,
    }
}

fn failed(message: String) -> Why {
    Why::Failed(SourceError::new(SourceErrorKind::Refused, message))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn parts_of_a_record_become_one() {
        let mut record = json!({"id": 1, "a": {"x": 1, "y": {"z": 1}}, "b": [1], "c": {"d": 1}});
        merge(
            &mut record,
            json!({"a": {"y": {"w": 2}}, "b": [2], "c": null, "e": 3}),
        );
        assert_eq!(
            record,
            json!({"id": 1, "a": {"x": 1, "y": {"z": 1, "w": 2}}, "b": [2], "c": null, "e": 3})
        );
    }

    #[test]
    fn a_page_that_is_too_large_is_refused() {
        let mut merging = Merging::new(&["id".to_owned()]);
        let part = |text: &str| RawValue::from_string(text.to_owned()).unwrap();
        assert!(merging.take(part(r#"{"id": 1}"#)).is_ok());
        merging.bytes = MOST_BYTES;
        match merging.take(part("{}")) {
            Err(Why::Failed(error)) => assert!(error.message.contains("64 MiB"), "{error}"),
            _ => panic!("it was taken"),
        }
    }

    #[test]
    fn a_key_is_made_of_all_its_fields() {
        let keys = ["a".to_owned(), "b".to_owned()];
        let key = |value: Value| key_of(value.as_object().unwrap(), &keys);
        assert_eq!(key(json!({"a": 1})), None);
        assert_eq!(key(json!({"a": 1, "b": 0})), None);
        assert_ne!(
            key(json!({"a": "x", "b": "y,z"})),
            key(json!({"a": "x,y", "b": "z"}))
        );
        assert_eq!(
            key(json!({"a": 1, "b": "y", "c": 2})),
            key(json!({"a": 1, "b": "y"}))
        );
    }
}
