//! The gate through which everything leaves a source: texts without secrets, nothing else that
//! holds one, and no panic.

use std::panic::AssertUnwindSafe;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use futures::FutureExt;
use serde_json::Value;
use syncline_domain::attempt::Warning;
use syncline_domain::health::Health;
use syncline_domain::state::ModelState;

use crate::error::{SourceError, SourceErrorKind};
use crate::redact::Redactor;
use crate::source::{
    Coverage, End, Page, PageReader, Plan, PlanRequest, ReadRequest, Source, Step,
};

/// A source whose secrets stay in it.
pub struct GuardedSource<S> {
    source: S,
    redactor: Redactor,
}

impl<S> GuardedSource<S> {
    /// Puts the gate before a source.
    pub fn new(source: S, redactor: Redactor) -> Self {
        Self { source, redactor }
    }
}

#[async_trait]
impl<S: Source> Source for GuardedSource<S> {
    async fn check(&self, now: DateTime<Utc>) -> Health {
        let checked = AssertUnwindSafe(self.source.check(now))
            .catch_unwind()
            .await;
        let health = checked.unwrap_or_else(|_| Health {
            healthy: Some(false),
            message: Some(DEFECT.to_owned()),
            timestamp: Some(now),
            ..Health::default()
        });
        let clean = |text: Option<String>| text.map(|text| self.redactor.clean(&text));
        Health {
            message: clean(health.message),
            suggested_resolution: clean(health.suggested_resolution),
            ..health
        }
    }

    fn plan(&self, request: PlanRequest<'_>) -> Result<Plan, SourceError> {
        let plan = std::panic::catch_unwind(AssertUnwindSafe(|| self.source.plan(request)))
            .unwrap_or_else(|_| Err(defect()))
            .map_err(|error| clean_error(&self.redactor, error))?;
        Ok(Plan {
            warnings: clean_warnings(&self.redactor, plan.warnings),
            ..plan
        })
    }

    fn open(&self, request: ReadRequest) -> Result<Box<dyn PageReader>, SourceError> {
        let reader = std::panic::catch_unwind(AssertUnwindSafe(|| self.source.open(request)))
            .unwrap_or_else(|_| Err(defect()))
            .map_err(|error| clean_error(&self.redactor, error))?;
        Ok(Box::new(GuardedReader {
            reader,
            redactor: self.redactor.clone(),
        }))
    }
}

struct GuardedReader {
    reader: Box<dyn PageReader>,
    redactor: Redactor,
}

#[async_trait]
impl PageReader for GuardedReader {
    async fn next(&mut self) -> Result<Step, SourceError> {
        let read = AssertUnwindSafe(self.reader.next()).catch_unwind().await;
        let step = read
            .unwrap_or_else(|_| Err(defect()))
            .map_err(|error| clean_error(&self.redactor, error))?;
        match step {
            Step::Page(page) => self.page(page).map(Step::Page),
            Step::End(end) => self.end(end).map(Step::End),
        }
    }
}

impl GuardedReader {
    fn page(&self, page: Page) -> Result<Page, SourceError> {
        self.refuse(
            "page token",
            page.position.pagination_state.as_object().values(),
        )?;
        self.refuse_states(&page.states)?;
        Ok(Page {
            warnings: clean_warnings(&self.redactor, page.warnings),
            ..page
        })
    }

    fn end(&self, end: End) -> Result<End, SourceError> {
        self.refuse_states(&end.states)?;
        Ok(End {
            coverage: match end.coverage {
                Coverage::Doubtful { reason } => Coverage::Doubtful {
                    reason: self.redactor.clean(&reason),
                },
                coverage @ (Coverage::Full | Coverage::Partial) => coverage,
            },
            warnings: clean_warnings(&self.redactor, end.warnings),
            ..end
        })
    }

    fn refuse_states(&self, states: &[ModelState]) -> Result<(), SourceError> {
        for state in states {
            self.refuse("state", state.state.values())?;
            self.refuse("partition", [&Value::from(&*state.partition)])?;
        }
        Ok(())
    }

    /// What is stored is shown to callers, and kept in the clear.
    fn refuse<'v>(
        &self,
        what: &str,
        kept: impl IntoIterator<Item = &'v Value>,
    ) -> Result<(), SourceError> {
        if !kept
            .into_iter()
            .any(|value| self.redactor.is_surely_in(value))
        {
            return Ok(());
        }
        Err(SourceError::new(
            SourceErrorKind::Refused,
            format!(
                "the provider's {what} holds a secret of the connection, which is never stored: \
                 the stream cannot be read as its manifest says"
            ),
        ))
    }
}

const DEFECT: &str = "the connector stopped on a defect; the server's log says more";

/// The panic itself is in the log.
pub(crate) fn defect() -> SourceError {
    SourceError::new(SourceErrorKind::Transient { not_before: None }, DEFECT)
}

fn clean_error(redactor: &Redactor, error: SourceError) -> SourceError {
    SourceError {
        message: redactor.clean(&error.message),
        source: error
            .source
            .map(|source| redactor.clean(&chain(source.as_ref())).into()),
        ..error
    }
}

fn clean_warnings(redactor: &Redactor, warnings: Vec<Warning>) -> Vec<Warning> {
    warnings
        .into_iter()
        .map(|Warning { code, message }| Warning {
            code,
            message: redactor.clean(&message),
        })
        .collect()
}

/// An error and all its causes in one line.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    std::iter::successors(Some(error), |error| error.source())
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}

#[cfg(test)]
mod tests;
