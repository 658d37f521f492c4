//! Parses an answer on a thread that may block, and gives its records in pages.

use serde_json::{Value, json};
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::bound::Keeps;
use super::decode::{Broken, decode};
use super::extract::{Extraction, Walked};
use super::sink::{Batch, Out, Reading, Sink, Skip, Why};
use crate::components::decoders::Decoder;
use crate::error::{SourceError, SourceErrorKind};
use crate::http::answer::Body;
use crate::redact::Redactor;

/// What comes out of an answer, piece by piece.
pub(super) enum Parsed {
    /// A full page; the answer goes on.
    Batch(Batch),
    /// The answer was parsed to its end.
    Finished(Box<Finished>),
    Failed(SourceError),
}

/// The end of an answer.
pub(super) struct Finished {
    /// The last page.
    pub(super) batch: Batch,
    /// The record path led nowhere.
    pub(super) is_absent: bool,
    /// For templates; null where none reads it.
    pub(super) response: Value,
    /// For templates; null where none reads it.
    pub(super) last_record: Value,
    /// Records of the answer, before any filter.
    pub(super) extracted: i64,
    /// The last record lies outside the range that is read.
    pub(super) is_past: bool,
    /// The answer was not the one that was partly read before: it was read from its beginning.
    pub(super) has_restarted: bool,
}

/// Begins to parse. Dropping the receiver stops it.
pub(super) fn parse(body: Body, reading: Reading) -> Receiver<Parsed> {
    let (sender, receiver) = channel(1);
    tokio::task::spawn_blocking(move || {
        give(reading, &sender, |reading, out| {
            walk(&body, reading, Sink::new(reading, Out::Pages(out)))
        });
    });
    receiver
}

/// Gives what `once` makes, again without skipping anything if it is not what was skipped.
pub(super) fn give(
    mut reading: Reading,
    out: &Sender<Parsed>,
    once: impl Fn(&Reading, &Sender<Parsed>) -> Result<Finished, Why>,
) {
    let skipped = reading.skip.clone();
    let result = match once(&reading, out) {
        Err(Why::Changed) => {
            reading.skip = None;
            once(&reading, out)
        }
        other => other,
    };
    let last = match result {
        Ok(finished) => {
            let has_restarted = skipped.is_some() && reading.skip.is_none();
            Parsed::Finished(Box::new(Finished {
                has_restarted,
                ..finished
            }))
        }
        Err(Why::Failed(error)) => Parsed::Failed(error),
        Err(Why::Abandoned | Why::Changed) => return,
    };
    // Nobody may listen any more, which is fine.
    let _ = out.blocking_send(last);
}

/// Parses a whole answer into a sink.
pub(super) fn walk(body: &Body, reading: &Reading, mut sink: Sink<'_>) -> Result<Finished, Why> {
    let bound = &reading.bound;
    let decoder = &bound.stream.retriever.decoder;
    let mut extraction = Extraction {
        path: &bound.record_path,
        keeps_rest: bound.keeps.needs_rest(decoder),
        only_lists: false,
        records: &mut sink,
        walked: Walked::default(),
    };
    let decoded = decode(decoder, body, reading.most_bytes, &mut extraction);
    let walked = extraction.walked;
    if let Some(why) = sink.why.take() {
        return Err(why);
    }
    decoded.map_err(|broken| broken_answer(broken, body, &reading.redactor))?;
    if let Some(kind) = walked.wrong_kind {
        return Err(Why::Failed(wrong_shape(kind, &bound.record_path)));
    }
    // Fewer records than were read before: the answer has changed.
    let is_short = |skip: &Skip| sink.taken() < skip.records;
    if reading.skip.as_ref().is_some_and(is_short) {
        return Err(Why::Changed);
    }
    let is_absent = !walked.is_present;
    let response = response(reading, body, walked)?;
    let is_past = sink.is_past;
    let last_record = sink.last_record.take();
    let last_record = last_record
        .and_then(|raw| serde_json::from_str(raw.get()).ok())
        .unwrap_or_default();
    Ok(Finished {
        extracted: sink.taken(),
        batch: sink.finish(),
        is_absent,
        response,
        last_record,
        is_past,
        has_restarted: false,
    })
}

/// What templates see of the answer: nothing where its decoder only streams.
fn response(reading: &Reading, body: &Body, walked: Walked) -> Result<Value, Why> {
    let bound = &reading.bound;
    let decoder = &bound.stream.retriever.decoder;
    match bound.keeps {
        Keeps::Nothing => Ok(Value::Null),
        _ if !decoder.tells_response() => Ok(json!({})),
        Keeps::Rest => Ok(walked.rest),
        Keeps::Whole if *decoder == Decoder::Xml => Ok(walked.rest),
        Keeps::Whole => match body.json() {
            Some(Value::Array(bodies)) => {
                Ok(bodies.into_iter().next().unwrap_or_else(|| json!({})))
            }
            Some(whole) => Ok(whole),
            None => Err(Why::Failed(SourceError::new(
                SourceErrorKind::Refused,
                "the answer is too large for a template that reads its records: ask for smaller pages",
            ))),
        },
    }
}

fn broken_answer(broken: Broken, body: &Body, redactor: &Redactor) -> Why {
    let transient = SourceErrorKind::Transient { not_before: None };
    let is_empty = body
        .bytes()
        .is_some_and(|bytes| bytes.trim_ascii().is_empty());
    Why::Failed(match broken {
        Broken::Stopped => return Why::Abandoned,
        Broken::Json(error) => not_json(&error, body, redactor),
        Broken::Read(error) => SourceError {
            source: Some(Box::new(error)),
            ..SourceError::new(
                transient,
                "the answer cannot be unpacked or read to its end",
            )
        },
        Broken::TooLarge(most) => SourceError::new(
            SourceErrorKind::Refused,
            format!("the answer unpacks to more than {most} bytes"),
        ),
        Broken::Other(_) if is_empty => SourceError::new(transient, "the answer is empty"),
        Broken::Other(what) => SourceError::new(transient, format!("the answer {what}")),
    })
}

fn not_json(error: &serde_json::Error, body: &Body, redactor: &Redactor) -> SourceError {
    let beginning = body.bytes().map(|bytes| {
        let head = bytes.get(..400).unwrap_or(bytes);
        redactor.excerpt(&String::from_utf8_lossy(head), 120)
    });
    let message = if error.is_io() {
        "the answer cannot be read from its temporary file".to_owned()
    } else if beginning.as_deref() == Some("") {
        "the answer is empty".to_owned()
    } else if error.is_eof() {
        "the answer ends in the middle of its JSON".to_owned()
    } else {
        let began = beginning
            .map(|text| format!("; it begins with {text}"))
            .unwrap_or_default();
        let (line, column) = (error.line(), error.column());
        format!("the answer is not JSON (line {line}, column {column}){began}")
    };
    SourceError::new(SourceErrorKind::Transient { not_before: None }, message)
}

fn wrong_shape(kind: &str, path: &[String]) -> SourceError {
    let place = place_of(path);
    SourceError::new(
        SourceErrorKind::Refused,
        format!("{place} should hold records, but is {kind}"),
    )
}

/// What a record path is called in messages.
pub(super) fn place_of(path: &[String]) -> String {
    match path {
        [] => "the answer".to_owned(),
        path => format!("`{}`", path.join(".")),
    }
}
