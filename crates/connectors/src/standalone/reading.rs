//! Reads a stream to its end, going on after failures that may pass.

use async_trait::async_trait;
use chrono::{DateTime, Duration, Utc};
use syncline_domain::scope::Scope;
use syncline_domain::state::{ModelState, Position};

use super::message::Message;
use super::state::{drop_partitions, merge, told};
use crate::error::{SourceError, SourceErrorKind};
use crate::http::exchange::Clock;
use crate::source::{Page, Plan, PlanRequest, ReadRequest, Source, Step};

/// What is to be read.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The stream's name.
    pub stream: String,
    /// The stream's state, as [`Manifest::import_state`](crate::Manifest::import_state) takes it
    /// over; without one everything is read.
    pub states: Vec<ModelState>,
    /// Stop behind so many records.
    pub limit: Option<u64>,
    /// Now, where the range ends.
    pub now: DateTime<Utc>,
}

/// Who listens to a reading.
#[async_trait]
pub trait Audience: Send {
    /// Takes a message.
    ///
    /// # Errors
    /// When it cannot be taken: the reading ends.
    fn hear(&mut self, message: &Message<'_>) -> std::io::Result<()>;

    /// Is told what was odd.
    fn warn(&mut self, message: &str);

    /// Waits before the request is tried again, after a failure that may pass. False gives up.
    /// `in_a_row` counts such failures since the last page; the first is 1.
    async fn wait(&mut self, error: &SourceError, in_a_row: u32) -> bool;
}

/// Why a reading did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The source failed.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// Nobody takes the messages.
    #[error("the messages cannot be written")]
    Audience(#[from] std::io::Error),
}

/// Reads a stream, and tells the records and states. Nothing is stored, and nothing is read
/// again beyond what the manifest asks for.
///
/// # Errors
/// [`ReadError`]; what was told before it stands.
pub async fn read(
    source: &dyn Source,
    asked: Asked,
    audience: &mut dyn Audience,
) -> Result<(), ReadError> {
    let mut reading = Reading::plan(source, asked, audience)?;
    let mut in_a_row = 0;
    loop {
        let error = match reading.attempt(source, &mut in_a_row).await {
            Err(ReadError::Source(error)) if error.may_pass() => error,
            other => return other,
        };
        in_a_row += 1;
        if !reading.audience.wait(&error, in_a_row).await {
            return Err(error.into());
        }
        reading.wake(&error);
    }
}

struct Reading<'a> {
    asked: Asked,
    audience: &'a mut dyn Audience,
    clock: Clock,
    /// When the attempt began.
    now: DateTime<Utc>,
    plan: Plan,
    states: Vec<ModelState>,
    position: Option<Position>,
    records: u64,
    records_at_last_state: u64,
}

impl<'a> Reading<'a> {
    fn plan(
        source: &dyn Source,
        asked: Asked,
        audience: &'a mut dyn Audience,
    ) -> Result<Self, SourceError> {
        let scope = Scope::plain();
        let planned = source.plan(PlanRequest {
            stream: &asked.stream,
            scope: &scope,
            states: &asked.states,
            overlap: Duration::zero(),
            now: asked.now,
        })?;
        for warning in &planned.warnings {
            audience.warn(&warning.message);
        }
        Ok(Self {
            clock: Clock::starting(asked.now),
            now: asked.now,
            audience,
            plan: planned,
            states: asked.states.clone(),
            asked,
            position: None,
            records: 0,
            records_at_last_state: 0,
        })
    }

    /// Reads on from where the last attempt left off.
    async fn attempt(&mut self, source: &dyn Source, in_a_row: &mut u32) -> Result<(), ReadError> {
        let mut reader = source.open(ReadRequest {
            stream: self.asked.stream.clone(),
            scope: Scope::plain(),
            range: self.plan.range,
            states: self.states.clone(),
            overlap: Duration::zero(),
            position: self.position.clone(),
            now: self.now,
        })?;
        while !self.is_enough() {
            match reader.next().await? {
                Step::Page(page) => {
                    *in_a_row = 0;
                    self.page(page)?;
                }
                Step::End(end) => {
                    for warning in &end.warnings {
                        self.audience.warn(&warning.message);
                    }
                    if end.drops_partitions {
                        drop_partitions(&mut self.states);
                    }
                    merge(&mut self.states, end.states);
                    return self.tell();
                }
            }
        }
        Ok(())
    }

    /// It is the moment that was waited for, also for an audience that did not wait.
    fn wake(&mut self, error: &SourceError) {
        let until = match error.kind {
            SourceErrorKind::Later { until } => until,
            SourceErrorKind::Transient { not_before } => not_before,
            SourceErrorKind::Authentication
            | SourceErrorKind::Configuration
            | SourceErrorKind::Refused => None,
        };
        let now = self.clock.now();
        self.now = until.map_or(now, |until| until.max(now));
        self.clock = Clock::starting(self.now);
    }

    fn page(&mut self, page: Page) -> Result<(), ReadError> {
        let emitted_at = self.clock.now();
        for record in &page.records {
            if self.is_enough() {
                return Ok(());
            }
            self.audience.hear(&Message::Record {
                stream: &self.asked.stream,
                data: &record.data,
                emitted_at,
            })?;
            self.records += 1;
        }
        for warning in &page.warnings {
            self.audience.warn(&warning.message);
        }
        self.position = Some(page.position);
        if !page.states.is_empty() {
            merge(&mut self.states, page.states);
            self.tell()?;
        }
        Ok(())
    }

    fn tell(&mut self) -> Result<(), ReadError> {
        let state = told(&self.states);
        self.audience.hear(&Message::State {
            stream: &self.asked.stream,
            state: &state,
            records: self.records - self.records_at_last_state,
        })?;
        self.records_at_last_state = self.records;
        Ok(())
    }

    fn is_enough(&self) -> bool {
        self.asked.limit.is_some_and(|limit| self.records >= limit)
    }
}
