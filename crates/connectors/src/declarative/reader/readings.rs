//! What an answer is read with.

use super::super::sink::{Reading, Skip};
use super::Reader;
use crate::components::decoders::Decoder;
use crate::template::Context;

impl Reader {
    /// The first answer of a partition, where its parent's record brought it.
    pub(super) fn first_answer(&self) -> Option<Vec<u8>> {
        let answer = self.slice.as_ref()?.first_answer.as_ref()?;
        let is_json = matches!(self.bound.stream.retriever.decoder, Decoder::Json { .. });
        let is_first = is_json && self.place.request == 0 && self.place.totals.is_lazy;
        is_first.then(|| answer.to_string().into_bytes())
    }

    pub(super) fn reading(&self, context: &Context) -> Reading {
        let cursor = self.bound.cursor.as_ref();
        // What a job makes is what it was asked for.
        let filters = self.bound.stream.retriever.jobs.is_none()
            && cursor.is_some_and(|cursor| cursor.is_client_side || cursor.is_data_feed);
        let normalizes = self.bound.stream.retriever.selector.normalizes;
        Reading {
            bound: self.bound.clone(),
            context: context.clone(),
            schema: self.schema.clone().filter(|_| normalizes),
            skip: (self.place.offset > 0).then(|| Skip {
                records: self.place.offset,
                last: self.place.last.clone(),
            }),
            wanted: filters
                .then_some((self.range_start.map(|start| start.to_utc()), self.range_end)),
            range_end: self.range_end,
            most_bytes: self.exchange.max_answer_bytes(),
            redactor: self.exchange.redactor().clone(),
        }
    }

    pub(super) fn reads_headers(&self) -> bool {
        let paginator = self.bound.stream.retriever.paginator.as_ref();
        paginator.is_some_and(|paginator| {
            paginator
                .strategy
                .templates()
                .any(|template| template.reads("headers").next().is_some())
        })
    }
}
