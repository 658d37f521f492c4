//! A page landed: the right one, whole, and nothing beside it.

use syncline_domain::{ModelId, Status, Sync, SyncId};
use syncline_store::error::StoreError;
use syncline_store::records::{FeedPlace, Record};
use syncline_store::stepped::SteppedDatabase;

use super::{Moment, Row, Shadow};
use crate::provider::{PageServed, Provider};
use crate::world::CALLERS;

/// What should have been written: key, data, whether it is a deletion.
type Change = (String, String, bool);

impl Shadow {
    /// Looks at what a commit of the bulk lane brought to each model.
    pub(super) fn check_pages(
        &mut self,
        db: &mut SteppedDatabase,
        provider: &Provider,
        moved: &[Sync],
        moment: &Moment,
    ) {
        let models: Vec<ModelId> = self.models.keys().copied().collect();
        let has_page = moved.iter().any(|sync| self.landed(sync).is_some());
        // The proof may come with the completion, and both with the page before them.
        let ended = moved.iter().find(|sync| self.ends_unproven(sync));
        let mut proven = match has_page || ended.is_some() {
            true => None,
            false => self.find_proven(db, provider),
        };
        for model in models {
            let landed: Vec<(u64, &Sync)> = moved
                .iter()
                .filter(|sync| sync.model_id == model)
                .filter_map(|sync| self.landed(sync).map(|serial| (serial, sync)))
                .collect();
            let mut expected = Vec::new();
            let mut by = None;
            for (serial, sync) in &landed {
                by = Some(sync.id);
                expected = self.land(provider, *serial, sync, moment);
            }
            let Some(read) = self.read_feed(db, model) else {
                continue;
            };
            let by_hold = read.first().filter(|_| landed.is_empty());
            let hold = by_hold.and_then(|record| self.hold_of(record.sync_id));
            let is_sweep = landed.is_empty() && !read.is_empty() && read.iter().all(is_tombstone);
            if let Some(hold) = hold {
                self.check_numbers(model, &read);
                self.check_worked_off(hold, &read);
            } else if is_sweep {
                self.check_numbers(model, &read);
                self.check_tombstones(provider, model, &read);
            } else {
                self.check_landed(model, by, &expected, &read);
            }
            let is_ended = ended.is_some_and(|sync| sync.model_id == model);
            if !is_ended && moved.iter().any(|sync| sync.model_id == model) {
                self.check_states(db, model);
            }
        }
        if let Some(sync) = ended {
            self.judge(provider, sync.id);
            proven = Some(sync.id);
        }
        if has_page && ended.is_none() {
            self.check_held_records(db);
        } else {
            self.look_at_holds(db, proven);
        }
    }

    /// Whether this commit completed a sync whose end was not proven before.
    fn ends_unproven(&self, sync: &Sync) -> bool {
        let known = self.syncs.get(&sync.id);
        sync.lifecycle.status() == Status::Complete
            && known.is_some_and(|known| {
                known.sync.lifecycle.status() == Status::Running && known.verdict.is_none()
            })
    }

    /// The page that the sync stands behind since this commit.
    fn landed(&self, sync: &Sync) -> Option<u64> {
        let now = serial(sync)?;
        let before = self
            .syncs
            .get(&sync.id)
            .and_then(|known| serial(&known.sync));
        (before != Some(now)).then_some(now)
    }

    /// What this page should change.
    fn land(
        &mut self,
        provider: &Provider,
        serial: u64,
        sync: &Sync,
        moment: &Moment,
    ) -> Vec<Change> {
        let id = sync.id;
        let Some(page) = provider.with(|provider| provider.pages.get(&serial).cloned()) else {
            self.break_promise("what lands was served", format!("{id}: page {serial}"));
            return Vec::new();
        };
        self.check_place(&page, serial, sync);
        let Some(known) = self.syncs.get_mut(&id) else {
            return Vec::new();
        };
        known.sync.pagination_state = sync.pagination_state.clone();
        known.renewed = moment.now;
        known.pages += 1;
        known.parked_since = None;
        known.has_repeated |= page.is_repeated;
        if page.progress > known.furthest {
            known.furthest = page.progress;
            known.consecutive = 0;
        }
        let mut last: Vec<&(String, String)> = Vec::new();
        for record in page.records.iter().rev() {
            if !last.iter().any(|(key, _)| *key == record.0) {
                last.push(record);
            }
        }
        last.reverse();
        let Some(model) = self.models.get_mut(&sync.model_id) else {
            return Vec::new();
        };
        let mut changes = Vec::new();
        for (key, data) in &last {
            known.seen.insert(key.clone());
            let row = Row {
                data: data.clone(),
                is_deleted: false,
            };
            let old = model.records.insert(key.clone(), row.clone());
            match old {
                Some(old) if old == row => {
                    known.unchanged += 1;
                    continue;
                }
                Some(_) => known.changed += 1,
                None => known.added += 1,
            }
            changes.push((key.clone(), data.clone(), false));
        }
        let keys = last.into_iter().map(|(key, _)| key.as_str());
        self.spare(sync.model_id, keys);
        self.page_closes(sync, &page.states);
        changes
    }

    /// Its attempt runs, and it goes on where the last page left off.
    fn check_place(&mut self, page: &PageServed, serial: u64, sync: &Sync) {
        let id = sync.id;
        let Some(old) = self.syncs.get(&id).map(|known| known.sync.clone()) else {
            return self.break_promise("what lands was served", format!("{id} was never seen"));
        };
        let (status, attempt) = (old.lifecycle.status(), old.lifecycle.attempt());
        self.check(
            page.sync == id && page.attempt == attempt && status == Status::Running,
            "only the attempt that runs writes",
            || {
                format!(
                    "page {serial} of attempt {} landed in {id}, {status}, attempt {attempt}",
                    page.attempt
                )
            },
        );
        let before = self::serial(&old);
        self.check(
            page.before == before || page.is_anew,
            "each page goes on where the last left off",
            || {
                format!(
                    "{id}: page {serial} follows {:?}, not {before:?}",
                    page.before
                )
            },
        );
    }

    /// What the feed tells is what the page should change, in its order and without a gap.
    fn check_landed(
        &mut self,
        model: ModelId,
        by: Option<SyncId>,
        expected: &[Change],
        read: &[Record],
    ) {
        let told: Vec<Change> = read
            .iter()
            .map(|record| {
                let data = record.data.get().to_owned();
                (record.key.clone(), data, is_tombstone(record))
            })
            .collect();
        self.check(
            told == expected && read.iter().all(|record| Some(record.sync_id) == by),
            "a page lands whole, and nothing beside it",
            || format!("{model}: {told:?}, not {expected:?}"),
        );
        self.check_numbers(model, read);
    }

    /// The feed counts without a gap, in the order of commits.
    pub(super) fn check_numbers(&mut self, model: ModelId, read: &[Record]) {
        let Some(known) = self.models.get_mut(&model) else {
            return;
        };
        let before = known.number;
        let numbers: Vec<i64> = read.iter().map(|record| record.number).collect();
        known.number += i64::try_from(read.len()).unwrap_or(0);
        let is_right = numbers.iter().copied().eq(before + 1..=known.number);
        self.check(
            is_right,
            "the feed is in the order of commits, without a gap",
            || format!("{model}: {numbers:?} behind {before}"),
        );
    }

    /// What a reader of the feed gets since it read last.
    fn read_feed(&mut self, db: &mut SteppedDatabase, id: ModelId) -> Option<Vec<Record>> {
        let model = self.models.get(&id)?;
        let (organization, after) = (model.organization, model.number);
        let feed = db.look(CALLERS, move |tx| {
            tx.list_records_of_model(organization, id, Some(FeedPlace::at(after)), true, 1000)
        });
        match feed {
            Ok(feed) => {
                let last = after + i64::try_from(feed.records.len()).unwrap_or(0);
                self.check(
                    feed.cursor.number == last,
                    "the feed is in the order of commits, without a gap",
                    || format!("{id}: the cursor is {}, not {last}", feed.cursor.number),
                );
                Some(feed.records)
            }
            Err(error) => {
                let error: StoreError = error;
                self.break_promise("callers get true answers", format!("{id}: {error}"));
                None
            }
        }
    }
}

pub(super) fn is_tombstone(record: &Record) -> bool {
    record.deleted_at.is_some()
}

/// The page that a sync stands behind.
pub(super) fn serial(sync: &Sync) -> Option<u64> {
    sync.pagination_state.as_object().get("serial")?.as_u64()
}
