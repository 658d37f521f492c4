//! A partition for each value of a list.

use std::sync::Arc;

use async_trait::async_trait;

use super::{BoundRouter, Found, Next, Partitions, RouterPlace, Slice};
use crate::error::SourceError;

pub(super) struct List {
    bound: Arc<BoundRouter>,
    next: usize,
}

impl List {
    pub(super) fn new(bound: Arc<BoundRouter>, place: Option<RouterPlace>) -> Self {
        let next = match place {
            Some(RouterPlace::List { index }) => index,
            _ => 0,
        };
        Self { bound, next }
    }
}

#[async_trait]
impl Partitions for List {
    async fn next(&mut self, _: &mut Found) -> Result<Next, SourceError> {
        let BoundRouter::List { field, values, .. } = &*self.bound else {
            return Ok(Next::End);
        };
        let Some(value) = values.get(self.next) else {
            return Ok(Next::End);
        };
        self.next += 1;
        Ok(Next::Slice(Box::new(Slice {
            partition: [(field.clone(), value.clone())].into_iter().collect(),
            ..Slice::default()
        })))
    }

    fn place(&self) -> RouterPlace {
        RouterPlace::List {
            index: self.next.saturating_sub(1),
        }
    }
}
