//! The partitions of a stream, one after the other, and from any of them on.

mod bound;
mod grouping;
mod list;
mod place;
mod product;
mod substream;
mod union;

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Duration, Utc};
use serde_json::{Map, Value};
use syncline_domain::attempt::Warning;
use syncline_domain::state::ModelState;

pub(super) use bound::{BoundParent, BoundRouter};
pub(super) use place::RouterPlace;

use crate::error::{SourceError, SourceErrorKind};
use crate::http::exchange::Exchange;
use crate::source::Cost;
use crate::text::{canonical_json, sha256_hex};

/// One partition.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Slice {
    /// What tells it apart, and what its state belongs to.
    pub(super) partition: Map<String, Value>,
    /// What else templates can read of it.
    pub(super) extra: Map<String, Value>,
    /// The first answer, where the parent's record holds it already.
    pub(super) first_answer: Option<Value>,
}

impl Slice {
    /// The text that is equal for equal partitions.
    pub(super) fn key(&self) -> String {
        canonical_json(&Value::Object(self.partition.clone()))
    }

    /// A short stand-in for the key.
    fn mark(&self) -> String {
        mark_of(&self.key())
    }
}

fn mark_of(text: &str) -> String {
    let mut hash = sha256_hex(text);
    hash.truncate(16);
    hash
}

/// What a router gives.
#[derive(Debug)]
pub(super) enum Next {
    Slice(Box<Slice>),
    /// A page of a parent that has no partition: worth a position, not a slice.
    Passed,
    End,
}

/// Gives partitions.
#[async_trait]
pub(super) trait Partitions: Send {
    /// The next one. That it is asked for means that the last one was read to its end.
    async fn next(&mut self, found: &mut Found) -> Result<Next, SourceError>;

    /// From where the last one is given again, first.
    fn place(&self) -> RouterPlace;
}

/// What reading parents brought beside partitions.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) cost: Cost,
    pub(super) warnings: Vec<Warning>,
    pub(super) doubt: Option<String>,
    /// States of parents, all partitions of which are behind.
    pub(super) states: Vec<ParentState>,
}

/// A state of a parent, to be kept by its child.
#[derive(Debug, Clone)]
pub(super) struct ParentState {
    pub(super) parent: String,
    pub(super) state: ModelState,
}

/// What parents are read with.
pub(super) struct Parents {
    pub(super) exchange: Arc<Exchange>,
    pub(super) now: DateTime<Utc>,
    /// Where their ranges end.
    pub(super) end: DateTime<Utc>,
    pub(super) overlap: Duration,
    /// What their child keeps for those that are read incrementally.
    pub(super) states: HashMap<String, Vec<ModelState>>,
}

/// Begins, or goes on from a place.
pub(super) fn open(
    bound: &Arc<BoundRouter>,
    parents: &Arc<Parents>,
    place: Option<RouterPlace>,
) -> Box<dyn Partitions> {
    match &**bound {
        BoundRouter::List { .. } => Box::new(list::List::new(bound.clone(), place)),
        BoundRouter::Substream(_) => Box::new(substream::Substream::new(
            bound.clone(),
            parents.clone(),
            place,
        )),
        BoundRouter::Product(routers) => Box::new(product::Product::new(
            routers.clone(),
            parents.clone(),
            place,
        )),
        BoundRouter::Grouping {
            size,
            deduplicates,
            router,
        } => Box::new(grouping::Grouping::new(
            *size,
            *deduplicates,
            open(router, parents, place),
        )),
        BoundRouter::Union { field, routers } => Box::new(union::Union::new(
            field.clone(),
            routers.clone(),
            parents.clone(),
            place,
        )),
    }
}

/// Stands for a text.
pub(super) fn hash_text(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

fn wrong(message: impl Into<String>) -> SourceError {
    SourceError::new(SourceErrorKind::Configuration, message)
}
