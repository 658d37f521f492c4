//! The partitions of several routers, each value once.

use std::collections::HashSet;
use std::sync::Arc;

use async_trait::async_trait;
use serde_json::Value;

use super::{
    BoundRouter, Found, Next, Parents, Partitions, RouterPlace, Slice, hash_text, open, wrong,
};
use crate::error::SourceError;

pub(super) struct Union {
    field: String,
    routers: Vec<Arc<BoundRouter>>,
    parents: Arc<Parents>,
    /// Which of them.
    router: usize,
    open: Option<Box<dyn Partitions>>,
    /// What parents gave in an earlier attempt is not known any more, and read again if it comes
    /// again.
    seen: HashSet<u64>,
}

impl Union {
    pub(super) fn new(
        field: String,
        routers: Vec<Arc<BoundRouter>>,
        parents: Arc<Parents>,
        place: Option<RouterPlace>,
    ) -> Self {
        let (router, at) = match place {
            Some(RouterPlace::Union { router, at }) => (router, Some(*at)),
            _ => (0, None),
        };
        let place = at.as_ref();
        let seen = place
            .into_iter()
            .flat_map(|at| behind(&routers, router, at));
        let seen = seen.map(|value| hash_text(&key(&field, value))).collect();
        let open = routers.get(router).map(|router| open(router, &parents, at));
        Self {
            field,
            routers,
            parents,
            router,
            open,
            seen,
        }
    }

    /// One field stays; the others can be read as extra fields.
    fn normalized(&self, mut slice: Slice) -> Result<Slice, SourceError> {
        let key = slice.key();
        let Some(value) = slice.partition.shift_remove(&self.field) else {
            return Err(wrong(format!(
                "the partition {key} lacks the field `{}` that a UnionPartitionRouter is by",
                self.field
            )));
        };
        if value.is_array() || value.is_object() {
            return Err(wrong(format!(
                "`{}` must be a single value, but is {value}",
                self.field
            )));
        }
        let others = std::mem::take(&mut slice.partition);
        slice.extra.extend(others);
        slice.partition.insert(self.field.clone(), value);
        Ok(slice)
    }
}

#[async_trait]
impl Partitions for Union {
    async fn next(&mut self, found: &mut Found) -> Result<Next, SourceError> {
        loop {
            let Some(partitions) = &mut self.open else {
                return Ok(Next::End);
            };
            match partitions.next(found).await? {
                Next::Slice(slice) => {
                    let slice = self.normalized(*slice)?;
                    if self.seen.insert(hash_text(&slice.key())) {
                        return Ok(Next::Slice(Box::new(slice)));
                    }
                }
                Next::Passed => return Ok(Next::Passed),
                Next::End => {
                    self.router += 1;
                    let router = self.routers.get(self.router);
                    self.open = router.map(|router| open(router, &self.parents, None));
                }
            }
        }
    }

    fn place(&self) -> RouterPlace {
        let at = self.open.as_ref().map(|partitions| partitions.place());
        RouterPlace::Union {
            router: self.router,
            at: Box::new(at.unwrap_or(RouterPlace::List { index: 0 })),
        }
    }
}

/// The values of lists that are behind a place.
fn behind<'r>(routers: &'r [Arc<BoundRouter>], router: usize, at: &RouterPlace) -> Vec<&'r Value> {
    let values = |router: &'r Arc<BoundRouter>| match &**router {
        BoundRouter::List { values, .. } => values.as_slice(),
        _ => &[],
    };
    let before = routers.iter().take(router).flat_map(values);
    let within = match at {
        RouterPlace::List { index } => *index,
        _ => 0,
    };
    let open = routers.get(router).into_iter().flat_map(values);
    before.chain(open.take(within)).collect()
}

fn key(field: &str, value: &Value) -> String {
    Slice {
        partition: [(field.to_owned(), value.clone())].into_iter().collect(),
        ..Slice::default()
    }
    .key()
}
