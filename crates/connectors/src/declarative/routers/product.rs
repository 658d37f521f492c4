//! Every combination of the partitions of several routers. Those of the first one are gone
//! through as they come; the others', which come again and again, are kept.

use std::sync::Arc;

use async_trait::async_trait;

use super::{
    BoundRouter, Found, Next, Parents, Partitions, RouterPlace, Slice, mark_of, open, wrong,
};
use crate::error::SourceError;

/// More partitions of the routers behind the first are not kept in memory.
const MOST_KEPT: usize = 100_000;

pub(super) struct Product {
    routers: Vec<Arc<BoundRouter>>,
    parents: Arc<Parents>,
    first: Option<Box<dyn Partitions>>,
    /// The partitions of every other router, once they are known.
    rest: Option<Vec<Vec<Slice>>>,
    /// The open partition of the first router.
    outer: Option<Slice>,
    /// The next combination with it, and the last one given.
    next: Vec<usize>,
    given: Vec<usize>,
    is_exhausted: bool,
    resumed: Option<(Vec<usize>, String)>,
}

impl Product {
    pub(super) fn new(
        routers: Vec<Arc<BoundRouter>>,
        parents: Arc<Parents>,
        place: Option<RouterPlace>,
    ) -> Self {
        let (first, resumed) = match place {
            Some(RouterPlace::Product { first, rest, mark }) => (Some(*first), Some((rest, mark))),
            _ => (None, None),
        };
        let first = routers.first().map(|router| open(router, &parents, first));
        Self {
            routers,
            parents,
            first,
            rest: None,
            outer: None,
            next: Vec::new(),
            given: Vec::new(),
            is_exhausted: false,
            resumed,
        }
    }

    async fn rest(&mut self, found: &mut Found) -> Result<Vec<Vec<Slice>>, SourceError> {
        let mut rest = Vec::new();
        for router in self.routers.iter().skip(1) {
            let mut partitions = open(router, &self.parents, None);
            let mut slices = Vec::new();
            loop {
                match partitions.next(found).await? {
                    Next::Slice(slice) => slices.push(*slice),
                    Next::Passed => {}
                    Next::End => break,
                }
                if slices.len() > MOST_KEPT {
                    return Err(wrong(format!(
                        "a partition router that is combined with others gives more than \
                         {MOST_KEPT} partitions: put it first in the list"
                    )));
                }
            }
            rest.push(slices);
        }
        Ok(rest)
    }

    fn combination(&self, rest: &[Vec<Slice>], indexes: &[usize]) -> Option<Slice> {
        let inner = rest
            .iter()
            .zip(indexes)
            .map(|(slices, index)| slices.get(*index))
            .collect::<Option<Vec<_>>>()?;
        let mut whole = Slice::default();
        // The first one's fields go over those of the others.
        for slice in inner.into_iter().rev().chain(&self.outer) {
            whole.partition.extend(slice.partition.clone());
            whole.extra.extend(slice.extra.clone());
        }
        Some(whole)
    }

    fn begin(&mut self, rest: &[Vec<Slice>]) {
        self.is_exhausted = rest.iter().any(Vec::is_empty);
        self.next = vec![0; rest.len()];
        if let Some((indexes, mark)) = self.resumed.take() {
            let same = self
                .combination(rest, &indexes)
                .is_some_and(|slice| indexes.len() == rest.len() && slice.mark() == mark);
            if same {
                self.next = indexes;
            }
        }
    }

    /// The last router changes fastest.
    fn turn(&mut self, rest: &[Vec<Slice>]) {
        for (index, slices) in self.next.iter_mut().zip(rest).rev() {
            *index += 1;
            if *index < slices.len() {
                return;
            }
            *index = 0;
        }
        self.is_exhausted = true;
    }
}

#[async_trait]
impl Partitions for Product {
    async fn next(&mut self, found: &mut Found) -> Result<Next, SourceError> {
        let rest = match self.rest.take() {
            Some(rest) => rest,
            None => self.rest(found).await?,
        };
        let next = loop {
            if self.outer.is_some() && !self.is_exhausted {
                let slice = self.combination(&rest, &self.next);
                self.given.clone_from(&self.next);
                self.turn(&rest);
                match slice {
                    Some(slice) => break Next::Slice(Box::new(slice)),
                    None => continue,
                }
            }
            let Some(first) = &mut self.first else {
                break Next::End;
            };
            match first.next(found).await? {
                Next::Slice(slice) => {
                    self.outer = Some(*slice);
                    self.begin(&rest);
                }
                Next::Passed => {
                    self.outer = None;
                    break Next::Passed;
                }
                Next::End => break Next::End,
            }
        };
        found.states.clear();
        self.rest = Some(rest);
        Ok(next)
    }

    fn place(&self) -> RouterPlace {
        let first = self.first.as_ref().map(|first| first.place());
        let rest = self.rest.as_deref().unwrap_or_default();
        let slice = self
            .outer
            .as_ref()
            .and_then(|_| self.combination(rest, &self.given));
        RouterPlace::Product {
            first: Box::new(first.unwrap_or(RouterPlace::List { index: 0 })),
            rest: self.given.clone(),
            mark: slice.map(|slice| mark_of(&slice.key())).unwrap_or_default(),
        }
    }
}
