//! When nothing goes wrong any more, everything ends, and the store mirrors the provider.

use std::collections::BTreeMap;

use syncline_domain::ModelId;
use syncline_store::error::StoreError;
use syncline_store::stepped::SteppedDatabase;

use super::{Row, Shadow};
use crate::provider::{Kind, Provider, json};
use crate::world::CALLERS;

impl Shadow {
    /// Those that are not final, with what they are.
    pub fn open(&self) -> Vec<String> {
        let open = self
            .syncs()
            .filter(|sync| !sync.lifecycle.status().is_final());
        open.map(|sync| format!("{} {:?}", sync.id, sync.lifecycle.parts()))
            .collect()
    }

    /// A reader that begins anew gets what the reader got who followed.
    pub fn check_all_records(&mut self, db: &mut SteppedDatabase) {
        let models: Vec<ModelId> = self.models.keys().copied().collect();
        for id in models {
            let Some(model) = self.models.get(&id) else {
                continue;
            };
            let organization = model.organization;
            let expected = model.records.clone();
            let read = db.look(CALLERS, move |tx| {
                let feed = tx.list_records_of_model(organization, id, None, true, 1000)?;
                Ok::<_, StoreError>(feed.records)
            });
            let stored: BTreeMap<String, Row> = read
                .unwrap_or_default()
                .into_iter()
                .map(|record| {
                    let row = Row {
                        data: record.data.get().to_owned(),
                        is_deleted: record.deleted_at.is_some(),
                    };
                    (record.key, row)
                })
                .collect();
            self.check(
                stored == expected,
                "a reader of the feed misses nothing",
                || format!("{id}: {stored:?}, not {expected:?}"),
            );
        }
    }

    /// After a sync of all that nothing disturbed, the store holds what the provider has. What
    /// is gone there may be here yet, where nobody proved it gone.
    pub fn check_mirror(&mut self, provider: &Provider) {
        let models: Vec<ModelId> = self.models.keys().copied().collect();
        for id in models {
            let Some(model) = self.models.get(&id) else {
                continue;
            };
            let live: BTreeMap<&String, &String> = model
                .records
                .iter()
                .filter(|(_, row)| !row.is_deleted)
                .map(|(key, row)| (key, &row.data))
                .collect();
            let wrong = provider.with(|provider| {
                let stream = provider.streams.get(&id)?;
                let mut wrong = Vec::new();
                for (key, row) in &stream.rows {
                    if live.get(key).is_none_or(|data| **data != json(key, row)) {
                        wrong.push(key.clone());
                    }
                }
                let left = live
                    .keys()
                    .filter(|key| !stream.rows.contains_key(**key))
                    .count();
                let is_held = left as i64 > self.guard.rows || stream.rows.is_empty();
                if stream.kind == Kind::Keyset && left > 0 && !is_held {
                    wrong.push(format!("{left} are left"));
                }
                Some(wrong)
            });
            let wrong = wrong.unwrap_or_default();
            self.check(wrong.is_empty(), "the store mirrors the provider", || {
                format!("{id}: {wrong:?}")
            });
        }
    }
}
