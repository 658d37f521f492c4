//! Several partitions as one.

use std::collections::HashSet;

use async_trait::async_trait;
use serde_json::{Map, Value};

use super::{Found, Next, ParentState, Partitions, RouterPlace, Slice, hash_text, wrong};
use crate::error::SourceError;
use crate::text::canonical_json;

/// More values are not remembered: one that comes again far behind is read again.
const MOST_REMEMBERED: usize = 1_000_000;

pub(super) struct Grouping {
    size: usize,
    deduplicates: bool,
    partitions: Box<dyn Partitions>,
    seen: HashSet<u64>,
    /// Where the group begins that was given last.
    place: Option<RouterPlace>,
    /// Of parents whose partitions are in the group.
    held: Vec<ParentState>,
    is_over: bool,
}

impl Grouping {
    pub(super) fn new(size: usize, deduplicates: bool, partitions: Box<dyn Partitions>) -> Self {
        Self {
            size,
            deduplicates,
            partitions,
            seen: HashSet::new(),
            place: None,
            held: Vec::new(),
            is_over: false,
        }
    }

    fn is_new(&mut self, slice: &Slice) -> Result<bool, SourceError> {
        let mut values = slice
            .partition
            .iter()
            .filter(|(name, _)| *name != "parent_slice");
        let (Some((_, value)), None) = (values.next(), values.next()) else {
            return Err(wrong(format!(
                "partitions with several fields cannot be grouped: {}",
                slice.key()
            )));
        };
        if !self.deduplicates {
            return Ok(true);
        }
        if self.seen.len() >= MOST_REMEMBERED {
            self.seen.clear();
        }
        Ok(self.seen.insert(hash_text(&canonical_json(value))))
    }
}

#[async_trait]
impl Partitions for Grouping {
    async fn next(&mut self, found: &mut Found) -> Result<Next, SourceError> {
        let told = std::mem::take(&mut self.held);
        let mut group: Vec<Slice> = Vec::new();
        while group.len() < self.size && !self.is_over {
            match self.partitions.next(found).await? {
                Next::Slice(slice) => {
                    if self.is_new(&slice)? {
                        if group.is_empty() {
                            self.place = Some(self.partitions.place());
                        }
                        group.push(*slice);
                    }
                }
                Next::Passed if group.is_empty() => {
                    self.place = Some(self.partitions.place());
                    self.held = std::mem::replace(&mut found.states, told);
                    return Ok(Next::Passed);
                }
                Next::Passed => {}
                Next::End => self.is_over = true,
            }
        }
        // A parent's state may be told when its partitions are behind, and not yet.
        let fresh = std::mem::replace(&mut found.states, told);
        if group.is_empty() {
            found.states.extend(fresh);
            return Ok(Next::End);
        }
        self.held = fresh;
        Ok(Next::Slice(Box::new(grouped(&group))))
    }

    fn place(&self) -> RouterPlace {
        match &self.place {
            Some(place) => place.clone(),
            None => self.partitions.place(),
        }
    }
}

/// The lists of the fields of all.
fn grouped(group: &[Slice]) -> Slice {
    let lists = |of: fn(&Slice) -> &Map<String, Value>| {
        let mut names: Vec<&String> = Vec::new();
        for name in group.iter().flat_map(|slice| of(slice).keys()) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let list = |name: &String| {
            let values = group.iter().map(|slice| of(slice).get(name).cloned());
            Value::Array(values.map(Option::unwrap_or_default).collect())
        };
        names
            .into_iter()
            .map(|name| (name.clone(), list(name)))
            .collect()
    };
    Slice {
        partition: lists(|slice| &slice.partition),
        extra: lists(|slice| &slice.extra),
        first_answer: None,
    }
}
