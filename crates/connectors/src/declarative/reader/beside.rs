//! Reads what is asked beside a stream: once, from its beginning.

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use syncline_domain::scope::Scope;

use super::super::bound::Bound;
use super::super::plan::plan;
use super::Reader;
use crate::error::SourceError;
use crate::http::exchange::Exchange;
use crate::source::{Cost, PlanRequest, ReadRequest};

impl Reader {
    /// Reads all of a stream, whatever is known of it.
    pub(in crate::declarative) fn of_all(
        bound: Arc<Bound>,
        exchange: Arc<Exchange>,
        now: DateTime<Utc>,
    ) -> Result<Self, SourceError> {
        let scope = Scope::plain();
        let stream = bound.stream.name.clone();
        let request = PlanRequest {
            stream: &stream,
            scope: &scope,
            states: &[],
            overlap: Duration::zero(),
            now,
        };
        let plan = plan(&bound, request)?;
        let request = ReadRequest {
            stream,
            scope,
            range: plan.range,
            states: Vec::new(),
            overlap: Duration::zero(),
            position: None,
            now,
        };
        Ok(Self::new(bound, exchange, &request))
    }

    /// Asks the same provider, in the same run.
    pub(super) fn beside(&self, bound: &Arc<Bound>) -> Result<Box<Self>, SourceError> {
        Self::of_all(bound.clone(), self.exchange.clone(), self.clock.now).map(Box::new)
    }

    pub(super) fn spent(&mut self, cost: Cost) {
        self.cost.requests += cost.requests;
        self.cost.bytes += cost.bytes;
    }
}
