//! How a request is answered: by a page, an end, or a fault.

use std::ops::Bound;
use std::sync::PoisonError;

use chrono::{DateTime, Duration, Utc};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use syncline_connectors::error::{SourceError, SourceErrorKind};
use syncline_connectors::source::{Cost, Coverage, End, Page, SourceRecord, Step};
use syncline_domain::state::{ModelState, PaginationState, Position, Progress};

use super::served::Says;
use super::{Ask, EndServed, Inner, Kind, PageServed, Provider, Reader, Row, Stream};

/// What goes wrong with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// 503, or a connection that breaks, or half a page.
    Passes,
    /// The same, with a time before which there is no use in asking.
    PassesAfter(DateTime<Utc>),
    /// 429 without a time.
    Later,
    /// 429 with one.
    LaterAt(DateTime<Utc>),
    /// 401.
    Unauthorized,
    /// 404, or an answer of the wrong shape.
    Refused,
    /// The token of the position has expired: the open window starts again.
    TokenExpired,
    /// The page before comes once more.
    SamePage,
    /// The connector has a defect.
    Panic,
    /// At the end: a record may have slipped.
    Doubt,
}

const WINDOW: Duration = Duration::seconds(30);

impl Provider {
    /// Answers the request at `index` as of `now`, and tells how.
    pub fn answer(&self, index: usize, fault: Option<Fault>, now: DateTime<Utc>) -> String {
        self.with(|inner| {
            let Ask { reader, reply, .. } = inner.asks.remove(index);
            let mut reader = reader.lock().unwrap_or_else(PoisonError::into_inner);
            let whose = (reader.fence.sync_id, reader.fence.attempt);
            let kind = match fault {
                Some(Fault::Passes) => SourceErrorKind::Transient { not_before: None },
                Some(Fault::PassesAfter(at)) => SourceErrorKind::Transient {
                    not_before: Some(at),
                },
                Some(Fault::Later) => SourceErrorKind::Later { until: None },
                Some(Fault::LaterAt(at)) => SourceErrorKind::Later { until: Some(at) },
                Some(Fault::Unauthorized) => SourceErrorKind::Authentication,
                Some(Fault::Refused) => SourceErrorKind::Refused,
                Some(Fault::Panic) => {
                    drop(reply);
                    return "a panic".to_owned();
                }
                Some(Fault::TokenExpired | Fault::SamePage | Fault::Doubt) | None => {
                    let step = inner.step(&mut reader, fault, now);
                    let told = tell(&step);
                    let _ = reply.send(Ok(step));
                    return told;
                }
            };
            match fault {
                Some(Fault::Unauthorized | Fault::Refused) => {
                    inner.refused.insert(whose);
                }
                Some(Fault::LaterAt(at) | Fault::PassesAfter(at)) => {
                    inner.later.insert(whose, at);
                }
                _ => {}
            }
            let _ = reply.send(Err(SourceError::new(kind, "scripted: no answer")));
            format!("{kind:?}")
        })
    }
}

fn tell(step: &Step) -> String {
    match step {
        Step::Page(page) => {
            let keys: Vec<&str> = page.records.iter().map(|record| &*record.key).collect();
            let at = serde_json::to_string(&page.position.pagination_state).unwrap_or_default();
            format!("a page {keys:?} {at} {} states", page.states.len())
        }
        Step::End(end) => format!("the end, {:?}", end.coverage),
    }
}

impl Inner {
    fn step(&mut self, reader: &mut Reader, fault: Option<Fault>, now: DateTime<Utc>) -> Step {
        let Some(stream) = self.streams.get(&reader.model) else {
            return Step::End(End {
                states: Vec::new(),
                drops_partitions: false,
                coverage: Coverage::Partial,
                cost: Cost::default(),
                warnings: Vec::new(),
            });
        };
        match fault {
            Some(Fault::TokenExpired) => {
                reader.request = 0;
                reader.after = None;
                reader.offset = 0;
            }
            Some(Fault::SamePage) => {
                if let Some((slice, request, after, offset)) = reader.last_began.clone() {
                    (reader.slice, reader.request) = (slice, request);
                    (reader.after, reader.offset) = (after, offset);
                }
            }
            _ => {}
        }
        let began = (
            reader.slice,
            reader.request,
            reader.after.clone(),
            reader.offset,
        );
        let (records, states) = match stream.kind {
            Kind::Keyset => (stream.behind(reader), Vec::new()),
            Kind::Numbered => (stream.numbered(reader), Vec::new()),
            Kind::Windows => stream.windows(reader),
        };
        if records.is_empty() {
            return Step::End(self.end(reader, fault, now));
        }
        reader.last_began = Some(began);
        let progress = Progress {
            slice: reader.slice,
            request: reader.request,
            record: 0,
        };
        let before = reader.before.and_then(|serial| self.pages.get(&serial));
        let is_repeated = before.is_some_and(|page| page.progress == progress);
        self.serial += 1;
        let served = PageServed {
            sync: reader.fence.sync_id,
            attempt: reader.fence.attempt,
            before: reader.before,
            is_anew: std::mem::take(&mut reader.is_anew),
            records: records.clone(),
            states: states.clone(),
            progress,
            is_repeated,
        };
        self.pages.insert(self.serial, served);
        reader.before = Some(self.serial);
        Step::Page(page(reader, self.serial, records, states, progress))
    }

    fn end(&mut self, reader: &Reader, fault: Option<Fault>, _: DateTime<Utc>) -> End {
        let kind = self.streams.get(&reader.model).map(|stream| stream.kind);
        let is_all = reader.scope.is_unbounded() && reader.range.start().is_none();
        let may_slip = match kind {
            Some(Kind::Numbered) => reader.is_resumed,
            Some(Kind::Windows) => true,
            Some(Kind::Keyset) | None => false,
        };
        let says = if !is_all {
            Says::Nothing
        } else if may_slip || fault == Some(Fault::Doubt) {
            Says::MayHaveSlipped
        } else {
            Says::AllPassed
        };
        let states = match kind {
            Some(Kind::Windows) => vec![state(reader, reader.range.end())],
            _ => Vec::new(),
        };
        self.ends.push(EndServed {
            sync: reader.fence.sync_id,
            before: reader.before,
            states: states.clone(),
            says,
        });
        End {
            states,
            drops_partitions: false,
            coverage: match says {
                Says::Nothing => Coverage::Partial,
                Says::AllPassed => Coverage::Full,
                Says::MayHaveSlipped => Coverage::Doubtful {
                    reason: "as the script says".to_owned(),
                },
            },
            cost: Cost::default(),
            warnings: Vec::new(),
        }
    }
}

type Records = Vec<(String, String)>;

impl Stream {
    fn is_asked(&self, reader: &Reader, key: &str) -> bool {
        reader.scope.entity_id().is_none_or(|entity| entity == key)
    }

    fn behind(&self, reader: &mut Reader) -> Records {
        let after = reader.after.as_ref().map(|(_, key)| key.clone());
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let page: Records = self
            .rows
            .range((from, Bound::Unbounded))
            .filter(|(key, _)| self.is_asked(reader, key))
            .take(self.page_size)
            .map(text)
            .collect();
        if let Some((key, _)) = page.last() {
            reader.after = Some((0, key.clone()));
            reader.request += 1;
        }
        page
    }

    fn numbered(&self, reader: &mut Reader) -> Records {
        let page: Records = self
            .rows
            .iter()
            .filter(|(key, _)| self.is_asked(reader, key))
            .skip(reader.offset)
            .take(self.page_size)
            .map(text)
            .collect();
        reader.offset += page.len();
        reader.request += 1;
        page
    }

    /// The next page of the open window, or of the first behind it that holds anything, with the
    /// state of the window that it closes.
    fn windows(&self, reader: &mut Reader) -> (Records, Vec<ModelState>) {
        let end = reader.range.end();
        loop {
            let Some((from, to)) = window(reader) else {
                return (Vec::new(), Vec::new());
            };
            let mut rows: Vec<(i64, &String, &Row)> = self
                .rows
                .iter()
                .filter(|(key, _)| self.is_asked(reader, key))
                .filter(|(_, row)| {
                    from.is_none_or(|from| row.updated_at >= from) && row.updated_at < to
                })
                .map(|(key, row)| (row.updated_at.timestamp_micros(), key, row))
                .filter(|(time, key, _)| {
                    let place = Some((*time, (*key).clone()));
                    reader.after.is_none() || place > reader.after
                })
                .collect();
            rows.sort_by_key(|(time, key, _)| (*time, (*key).clone()));
            let page: Records = rows
                .iter()
                .take(self.page_size)
                .map(|(_, key, row)| text((key, row)))
                .collect();
            let is_closed = rows.len() <= self.page_size;
            let last = rows.get(page.len().wrapping_sub(1));
            reader.after = last.map(|(time, key, _)| (*time, (*key).clone()));
            reader.request += 1;
            let mut states = Vec::new();
            if is_closed {
                reader.slice += 1;
                reader.request = 0;
                reader.after = None;
                if to < end {
                    states.push(state(reader, to));
                }
            }
            if !page.is_empty() {
                return (page, states);
            }
        }
    }
}

/// The open window; none behind the last.
fn window(reader: &Reader) -> Option<(Option<DateTime<Utc>>, DateTime<Utc>)> {
    let end = reader.range.end();
    let slice = i32::try_from(reader.slice).ok()?;
    let first = reader.range.start().unwrap_or(end - WINDOW * 6);
    // Without a beginning, the first window reaches back to it.
    let from = first + WINDOW * slice;
    let to = (from + WINDOW).min(end);
    if from >= end {
        return None;
    }
    let is_open = slice == 0 && reader.range.start().is_none();
    Some(((!is_open).then_some(from), to))
}

fn state(reader: &Reader, cursor: DateTime<Utc>) -> ModelState {
    ModelState {
        partition: String::new(),
        fingerprint: reader.fingerprint.clone(),
        state: object(json!({ "cursor": cursor.to_rfc3339() })),
    }
}

fn page(
    reader: &Reader,
    serial: u64,
    records: Records,
    states: Vec<ModelState>,
    progress: Progress,
) -> Page {
    let after = reader.after.clone();
    let state = json!({
        "serial": serial,
        "time": after.as_ref().map(|(time, _)| time),
        "key": after.as_ref().map(|(_, key)| key),
        "offset": reader.offset,
    });
    Page {
        records: records
            .into_iter()
            .map(|(key, data)| SourceRecord {
                key,
                data: RawValue::from_string(data).unwrap(),
            })
            .collect(),
        position: Position {
            pagination_state: PaginationState::new(object(state)).unwrap(),
            fingerprint: reader.fingerprint.clone(),
            progress,
        },
        states,
        cost: Cost {
            requests: 1,
            bytes: 10,
        },
        warnings: Vec::new(),
    }
}

fn text((key, row): (&String, &Row)) -> (String, String) {
    (key.clone(), super::json(key, row))
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}
