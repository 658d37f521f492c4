//! Finds the streams that a provider tells: the records of what templates ask for.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use futures::FutureExt;
use serde_json::{Map, Value};
use syncline_domain::credential::CredentialVault;
use syncline_domain::health::Health;

use super::bound::Bound;
use super::check::unhealthy;
use super::reader::Reader;
use super::source::DeclarativeSource;
use crate::components::stream::Stream;
use crate::error::{SourceError, SourceErrorKind};
use crate::guarded::defect;
use crate::http::options::SourceOptions;
use crate::manifest::{Discovered, Found, MOST_STREAMS, Manifest, too_many};
use crate::quota::NoQuota;
use crate::source::{PageReader, Step};

/// What tells all streams of one template has no more bytes.
const MOST_BYTES: usize = 4 * 1024 * 1024;

impl Manifest {
    /// Asks the provider of a connection for the streams that it has; see
    /// [`needs_discovery`](Self::needs_discovery).
    ///
    /// # Errors
    /// Why they cannot be told, as the connection's health: the provider fails, or what it tells
    /// makes no streams.
    pub async fn discover(
        self: &Arc<Self>,
        config: Map<String, Value>,
        options: SourceOptions,
        vault: Arc<dyn CredentialVault>,
        now: DateTime<Utc>,
    ) -> Result<Discovered, Health> {
        let source = DeclarativeSource::new(
            self.clone(),
            config.clone(),
            options,
            vault,
            Arc::new(NoQuota),
        )
        .map_err(|error| unhealthy(&error, now))?;
        let redactor = source.redactor().clone();
        let found = AssertUnwindSafe(source.find_streams(now))
            .catch_unwind()
            .await;
        let found = found.unwrap_or_else(|_| Err(defect()));
        let found = found.and_then(|found| {
            let own = self.with_discovered(found.clone()).of_connection(&config);
            match own.problems().first() {
                None => Ok(found),
                Some(problem) => Err(SourceError::new(
                    SourceErrorKind::Refused,
                    problem.message.clone(),
                )),
            }
        });
        found.map_err(|error| {
            let message = redactor.clean(&error.message);
            let message = format!("the streams of the connection cannot be told: {message}");
            unhealthy(&SourceError { message, ..error }, now)
        })
    }
}

impl DeclarativeSource {
    async fn find_streams(&self, now: DateTime<Utc>) -> Result<Discovered, SourceError> {
        let mut discovered = Discovered::default();
        for template in self.manifest().templates() {
            if let Some(stream) = template.asks() {
                let found = self.records_of(stream, now).await?;
                discovered.insert(template.name(), found);
            }
        }
        Ok(discovered)
    }

    async fn records_of(
        &self,
        stream: &Arc<Stream>,
        now: DateTime<Utc>,
    ) -> Result<Vec<Found>, SourceError> {
        let refuse = |message: String| SourceError::new(SourceErrorKind::Refused, message);
        let mut reader = self.reader_of(stream, now)?;
        let (mut found, mut bytes) = (Vec::new(), 0);
        loop {
            let Step::Page(page) = reader.next().await? else {
                return Ok(found);
            };
            let slice = reader.page_slice();
            for record in page.records {
                bytes += record.data.get().len();
                if found.len() >= MOST_STREAMS {
                    return Err(refuse(too_many()));
                }
                if bytes > MOST_BYTES {
                    let most = MOST_BYTES / (1024 * 1024);
                    return Err(refuse(format!("what tells them has more than {most} MiB")));
                }
                let values = serde_json::from_str(record.data.get())
                    .map_err(|error| refuse(format!("a stream is told wrongly: {error}")))?;
                let slice = slice.clone();
                found.push(Found { values, slice });
            }
        }
    }

    /// Reads a retriever that is asked beside a stream.
    fn reader_of(&self, stream: &Arc<Stream>, now: DateTime<Utc>) -> Result<Reader, SourceError> {
        let bound = Arc::new(self.bound(stream, now)?);
        Reader::of_all(bound, self.exchange().clone(), now)
    }

    fn bound(&self, stream: &Arc<Stream>, now: DateTime<Utc>) -> Result<Bound, SourceError> {
        let config = self.manifest().normalized(self.config(), now);
        let bound = config.and_then(|config| Bound::new(stream, &config, self.public(), now));
        bound.map_err(|error| self.exchange().template(&error))
    }
}
