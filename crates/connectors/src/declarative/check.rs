//! Whether a connection works: the first page of the streams that the manifest names.

use chrono::{DateTime, Duration, Utc};
use syncline_domain::health::Health;
use syncline_domain::scope::Scope;

use super::position::Place;
use super::source::DeclarativeSource;
use crate::error::{SourceError, SourceErrorKind};
use crate::source::{PlanRequest, ReadRequest, Source, Step};

/// A stream without records in its first pages is taken to work.
const PAGES: usize = 5;

pub(super) async fn check(source: &DeclarativeSource, now: DateTime<Utc>) -> Health {
    let streams = source.streams_to_check();
    if streams.is_empty() {
        return Health {
            healthy: None,
            message: Some(
                "the manifest has no stream that can be read, so nothing was checked".to_owned(),
            ),
            timestamp: Some(now),
            ..Health::default()
        };
    }
    for stream in streams {
        if let Err(error) = first_page(source, &stream, now).await {
            return unhealthy(&error, now);
        }
    }
    Health {
        healthy: Some(true),
        timestamp: Some(now),
        ..Health::default()
    }
}

async fn first_page(
    source: &DeclarativeSource,
    stream: &str,
    now: DateTime<Utc>,
) -> Result<(), SourceError> {
    let scope = Scope::plain();
    let request = PlanRequest {
        stream,
        scope: &scope,
        states: &[],
        overlap: Duration::zero(),
        now,
    };
    let plan = source.plan(request)?;
    let mut reader = source.open(ReadRequest {
        stream: stream.to_owned(),
        scope,
        range: plan.range,
        states: Vec::new(),
        overlap: Duration::zero(),
        position: None,
        now,
    })?;
    // The pages of a parent that has no record yet tell little of the stream itself.
    for _ in 0..PAGES {
        match reader.next().await? {
            // A job was made: what it will bring is not waited for.
            Step::Page(page) if Place::has_job(&page.position) => break,
            Step::Page(page) if page.records.is_empty() => {}
            Step::Page(_) | Step::End(_) => break,
        }
    }
    Ok(())
}

pub(super) fn unhealthy(error: &SourceError, now: DateTime<Utc>) -> Health {
    let (authentication_required, suggestion) = match error.kind {
        SourceErrorKind::Authentication => (
            true,
            "Enter a valid credential, with the permissions that these models need.",
        ),
        SourceErrorKind::Configuration => (false, "Correct the connection's configuration."),
        SourceErrorKind::Refused => (
            false,
            "Check that the configuration names what exists at the provider.",
        ),
        SourceErrorKind::Later { .. } => (
            false,
            "Wait: the provider limits how often it may be asked.",
        ),
        SourceErrorKind::Transient { .. } => (
            false,
            "Check that the provider can be reached from here, and try again.",
        ),
    };
    Health {
        healthy: Some(false),
        authentication_required,
        message: Some(error.message.clone()),
        status_code: error.status_code.map(i32::from),
        suggested_resolution: Some(suggestion.to_owned()),
        timestamp: Some(now),
    }
}
