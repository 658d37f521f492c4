//! The scripted provider as a source.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use syncline_connectors::error::{SourceError, SourceErrorKind};
use syncline_connectors::source::{
    Cost, Coverage, End, Page, PageReader, Plan, PlanRequest, ReadRequest, Source, SourceRecord,
    Step,
};
use syncline_domain::health::Health;
use syncline_domain::range::{RangeInputs, TimeRange};
use syncline_domain::state::{Fingerprint, ModelState, PaginationState, Position, Progress};
use syncline_engine::{Sources, SourcesError, SyncSource};
use syncline_store::runs::Run;

use super::script::{Fault, Mode, Script};

#[async_trait]
impl Sources for Script {
    async fn source(&self, run: &Run) -> Result<SyncSource, SourcesError> {
        let current = self.with(|s| s.manifest_hash.clone());
        let manifest_hash = run.manifest_hash.clone().unwrap_or(current);
        self.with(|s| s.log.push(format!("source {manifest_hash}")));
        Ok(SyncSource {
            source: Arc::new(self.clone()),
            manifest_hash,
        })
    }
}

#[async_trait]
impl Source for Script {
    async fn check(&self, now: DateTime<Utc>) -> Health {
        Health {
            healthy: Some(true),
            timestamp: Some(now),
            ..Health::default()
        }
    }

    fn plan(&self, request: PlanRequest<'_>) -> Result<Plan, SourceError> {
        let fingerprint = Fingerprint::new(self.with(|s| s.fingerprint.clone()));
        if let Some(Fault::PanicInPlan) = self.take_fault(usize::MAX) {
            panic!("as the script says");
        }
        let mode = self.with(|s| s.mode);
        let watermark = request
            .states
            .iter()
            .filter(|state| state.fingerprint == fingerprint && mode == Mode::Incremental)
            .filter(|_| !request.scope.is_full_refresh())
            .find_map(|state| state.state.get("cursor")?.as_str()?.parse().ok());
        let range = TimeRange::next(
            request.scope.start(),
            request.scope.end(),
            RangeInputs {
                watermark,
                look_back: chrono::Duration::zero(),
                overlap: request.overlap,
                floor: None,
                ceiling: None,
                now: request.now,
            },
        );
        let is_full_pass = request.scope.is_unbounded() && range.start().is_none();
        Ok(Plan {
            range,
            is_full_pass,
            fingerprint,
            warnings: Vec::new(),
        })
    }

    fn open(&self, request: ReadRequest) -> Result<Box<dyn PageReader>, SourceError> {
        let page = request.position.as_ref().map_or(0, |position| {
            let page = position.pagination_state.as_object().get("page");
            page.and_then(Value::as_u64).unwrap_or(0)
        });
        let range = request.range;
        let start = range
            .start()
            .map_or("-".to_owned(), |start| start.format("%H:%M").to_string());
        self.with(|s| {
            s.log.push(format!(
                "open {} at {page}, {start}..{}",
                request.stream,
                range.end().format("%H:%M")
            ));
        });
        let fingerprint = Fingerprint::new(self.with(|s| s.fingerprint.clone()));
        Ok(Box::new(Reader {
            script: self.clone(),
            range,
            fingerprint,
            page: page as usize,
        }))
    }
}

impl Script {
    fn take_fault(&self, page: usize) -> Option<Fault> {
        self.with(|s| s.faults.get_mut(&page)?.pop_front())
    }

    /// The fault of a plan stands where no page can.
    pub fn fault_plan(&self) {
        self.fault(usize::MAX, Fault::PanicInPlan);
    }
}

struct Reader {
    script: Script,
    range: TimeRange,
    fingerprint: Fingerprint,
    page: usize,
}

#[async_trait]
impl PageReader for Reader {
    async fn next(&mut self) -> Result<Step, SourceError> {
        let page = self.page;
        self.script.with(|s| s.pages_asked += 1);
        match self.script.take_fault(page) {
            Some(Fault::Gate(gate)) => gate.pass().await,
            Some(Fault::Panic | Fault::PanicInPlan) => panic!("as the script says"),
            Some(Fault::Transient) => {
                return Err(fault(
                    SourceErrorKind::Transient { not_before: None },
                    "the provider hung up",
                    None,
                ));
            }
            Some(Fault::Later(until)) => {
                return Err(fault(
                    SourceErrorKind::Later { until },
                    "the provider said later",
                    Some(429),
                ));
            }
            Some(Fault::Unauthorized) => {
                return Err(fault(
                    SourceErrorKind::Authentication,
                    "the key is refused",
                    Some(401),
                ));
            }
            Some(Fault::Refused) => {
                return Err(fault(
                    SourceErrorKind::Refused,
                    "there is no such thing",
                    Some(404),
                ));
            }
            None => {}
        }
        let (size, mode, doubt) = self.script.with(|s| (s.page_size, s.mode, s.doubt.clone()));
        let records: Vec<_> = self.script.with(|s| {
            let rows = s
                .rows
                .iter()
                .filter(|(_, row)| mode == Mode::FullPass || self.range.contains(row.updated_at));
            rows.skip(page * size)
                .take(size)
                .map(|(key, row)| SourceRecord {
                    key: key.clone(),
                    data: RawValue::from_string(row.json.clone()).unwrap(),
                })
                .collect()
        });
        let cost = Cost {
            requests: 1,
            bytes: 100,
        };
        if records.is_empty() {
            let coverage = match doubt {
                Some(reason) => Coverage::Doubtful { reason },
                None => Coverage::Full,
            };
            let state = json!({ "cursor": self.range.end().to_rfc3339() });
            let states = vec![ModelState {
                partition: String::new(),
                fingerprint: self.fingerprint.clone(),
                state: object(state),
            }];
            return Ok(Step::End(End {
                states,
                drops_partitions: false,
                coverage,
                cost,
                warnings: Vec::new(),
            }));
        }
        self.page += 1;
        let position = Position {
            pagination_state: PaginationState::new(object(json!({ "page": self.page }))).unwrap(),
            fingerprint: self.fingerprint.clone(),
            progress: Progress {
                slice: 0,
                request: self.page as i64,
                record: 0,
            },
        };
        Ok(Step::Page(Page {
            records,
            position,
            states: Vec::new(),
            cost,
            warnings: Vec::new(),
        }))
    }
}

fn object(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap()
}

fn fault(kind: SourceErrorKind, message: &str, status_code: Option<u16>) -> SourceError {
    let cost = Cost {
        requests: 1,
        bytes: 0,
    };
    SourceError {
        status_code,
        cost,
        ..SourceError::new(kind, message)
    }
}
