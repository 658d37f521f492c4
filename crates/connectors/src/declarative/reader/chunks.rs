//! Which properties the requests of a page ask for.

use std::sync::Arc;

use serde_json::Value;

use super::super::properties::{Endpoint, MOST, MOST_BYTES, selected_by};
use super::Reader;
use crate::components::query_properties::PropertyList;
use crate::error::{SourceError, SourceErrorKind};
use crate::source::{PageReader, Step};

impl Reader {
    /// The chunks of properties; nothing for a stream that asks for none by name. The provider is
    /// asked for them before the first request, and then no more.
    pub(super) async fn chunks(&mut self) -> Result<Option<Arc<Vec<Vec<String>>>>, SourceError> {
        if self.chunks.is_some() {
            return Ok(self.chunks.clone());
        }
        let bound = self.bound.clone();
        let (Some(properties), Some(told)) =
            (&bound.properties, &bound.stream.retriever.properties)
        else {
            return Ok(None);
        };
        let all = match (&told.list, &properties.endpoint) {
            (PropertyList::Fixed(list), _) => list.clone(),
            (PropertyList::Endpoint(_), Some(endpoint)) => self.told_by(endpoint).await?,
            (PropertyList::Endpoint(_), None) => Vec::new(),
        };
        let selected = told.selector.as_deref().zip(self.schema.as_deref());
        let selected = selected
            .map(|(changes, schema)| selected_by(schema, changes, &bound.context))
            .transpose()
            .map_err(|error| self.exchange.template(&error))?;
        let is_selected = |name: &str| {
            let selected = selected.as_ref();
            selected.is_none_or(|selected| selected.contains(name))
        };
        let chunks = told.chunks(&all, is_selected);
        self.chunks = Some(Arc::new(chunks));
        Ok(self.chunks.clone())
    }

    async fn told_by(&mut self, endpoint: &Endpoint) -> Result<Vec<String>, SourceError> {
        let (mut all, mut bytes) = (Vec::new(), 0);
        let mut reader = self.beside(&endpoint.bound)?;
        loop {
            let page = match reader.next().await {
                Ok(Step::Page(page)) => page,
                Ok(Step::End(end)) => {
                    self.spent(end.cost);
                    return Ok(all);
                }
                Err(error) => {
                    let message = format!("the properties cannot be told: {}", error.message);
                    self.spent(error.cost);
                    return Err(SourceError { message, ..error });
                }
            };
            self.spent(page.cost);
            for record in page.records {
                let record: Value = serde_json::from_str(record.data.get()).unwrap_or_default();
                let Some(name) = endpoint.property(&record) else {
                    self.warn(
                        "property_absent",
                        "a record that should tell a property has no name for it; it is left out"
                            .to_owned(),
                    );
                    continue;
                };
                bytes += name.len();
                all.push(name);
            }
            if all.len() > MOST || bytes > MOST_BYTES {
                return Err(SourceError::new(
                    SourceErrorKind::Refused,
                    format!(
                        "the provider tells more than {MOST} properties, or more than 1 MiB of their names"
                    ),
                ));
            }
        }
    }
}
