//! Asks the provider for the schema of the stream's records, where that is needed.

use std::sync::Arc;

use serde_json::Value;

use super::super::schema::{BoundPart, Told, Untold};
use super::Reader;
use crate::error::{SourceError, SourceErrorKind};
use crate::source::{PageReader, Step};

/// What tells a schema has no more bytes.
const MOST_BYTES: usize = 4 * 1024 * 1024;

impl Reader {
    /// Makes the schema known, before the first request of the stream itself.
    pub(super) async fn learn_schema(&mut self) -> Result<(), SourceError> {
        let bound = self.bound.clone();
        let (None, Some(schema)) = (&self.schema, &bound.schema) else {
            return Ok(());
        };
        let mut parts = Vec::new();
        for part in &schema.parts {
            parts.push(match part {
                BoundPart::Known(schema) => schema.clone(),
                BoundPart::Told(told) => self.told_schema(told).await?,
            });
        }
        self.schema = Some(Arc::new(schema.whole(parts)));
        Ok(())
    }

    async fn told_schema(&mut self, told: &Told) -> Result<Value, SourceError> {
        let record = self.first_record(told).await.map_err(|error| {
            let message = format!("the schema cannot be told: {}", error.message);
            SourceError { message, ..error }
        })?;
        told.schema(record.as_ref()).map_err(|untold| match untold {
            Untold::Template(error) => self.exchange.template(&error),
            Untold::Wrong(what) => SourceError::new(
                SourceErrorKind::Refused,
                format!("the schema that the provider tells cannot be used: {what}"),
            ),
        })
    }

    /// The first record alone counts; what comes behind it is not asked for.
    async fn first_record(&mut self, told: &Told) -> Result<Option<Value>, SourceError> {
        let mut reader = self.beside(&told.bound)?;
        loop {
            let page = match reader.next().await {
                Ok(Step::Page(page)) => page,
                Ok(Step::End(end)) => {
                    self.spent(end.cost);
                    return Ok(None);
                }
                Err(mut error) => {
                    self.spent(std::mem::take(&mut error.cost));
                    return Err(error);
                }
            };
            self.spent(page.cost);
            let Some(record) = page.records.first() else {
                continue;
            };
            let text = record.data.get();
            if text.len() > MOST_BYTES {
                let most = MOST_BYTES / (1024 * 1024);
                return Err(SourceError::new(
                    SourceErrorKind::Refused,
                    format!("the record that tells it has more than {most} MiB"),
                ));
            }
            return Ok(serde_json::from_str(text).ok());
        }
    }
}
