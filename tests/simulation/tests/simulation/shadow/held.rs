//! Held deletes: what is decided about them is done to what they hold, once, and to nothing else.

use std::collections::BTreeSet;

use syncline_domain::held::HeldStatus;
use syncline_domain::{ConnectionId, HeldDeletesId, ModelId, OrganizationId, SyncId};
use syncline_store::error::StoreError;
use syncline_store::held::{HeldDeletes, HeldFilter};
use syncline_store::page::PageRequest;
use syncline_store::records::Record;
use syncline_store::stepped::SteppedDatabase;

use super::Shadow;
use super::pages::is_tombstone;
use crate::world::CALLERS;

const HELD: &str = "too many deletes are held";
const RELEASED: &str = "a release deletes what is held, once";
const UNDONE: &str = "an undo brings back what was released";

/// Held deletes as they were seen last, and what they mean.
pub(super) struct Hold {
    row: HeldDeletes,
    /// What a release would delete: what no sync has seen since, and is there.
    keys: BTreeSet<String>,
    /// What the release has deleted, and no sync has written since.
    released: BTreeSet<String>,
    /// How many it has deleted, and brought back.
    counts: (i64, i64),
}

/// Held deletes that callers know.
#[derive(Debug, Clone, Copy)]
pub struct Held {
    pub id: HeldDeletesId,
    pub organization: OrganizationId,
    pub model: ModelId,
    pub status: HeldStatus,
}

impl Shadow {
    /// All that are there.
    pub fn held(&self) -> Vec<Held> {
        let all = self.holds.values().map(|hold| Held {
            id: hold.row.id,
            organization: hold.row.organization_id,
            model: hold.row.model_id,
            status: hold.row.status,
        });
        all.collect()
    }

    /// What was released of a model of which a pass has counted what is gone, and has not deleted
    /// it yet.
    pub fn find_undo_of_sweep(&self) -> Option<Held> {
        let mut sweeping = self.syncs.values().filter(|known| {
            let is_over = known.sync.lifecycle.status().is_final();
            let verdict = known.verdict.as_ref();
            !is_over && verdict.is_some_and(|verdict| !verdict.must.is_subset(&known.swept))
        });
        let released = self.held();
        sweeping.find_map(|known| {
            let of_model = released.iter().find(|held| {
                held.model == known.sync.model_id && held.status == HeldStatus::Released
            });
            of_model.copied()
        })
    }

    /// Those that are decided, and not worked off yet.
    pub fn decided_and_open(&self) -> Vec<String> {
        let open = self.holds.values().map(|hold| &hold.row);
        open.filter(|row| matches!(row.status, HeldStatus::Releasing | HeldStatus::Undoing))
            .map(|row| format!("{} is {}", row.id, row.status))
            .collect()
    }

    /// Their connection is deleted.
    pub(super) fn forget_holds(&mut self, id: ConnectionId) {
        self.holds.retain(|_, hold| hold.row.connection_id != id);
    }

    /// Somebody has decided.
    pub fn decided(&mut self, row: &HeldDeletes) {
        let Some(hold) = self.holds.get_mut(&row.id) else {
            return self.break_promise(HELD, format!("{} was never seen", row.id));
        };
        hold.row = row.clone();
        if !matches!(row.status, HeldStatus::Held | HeldStatus::Releasing) {
            hold.keys.clear();
        }
    }

    /// A page brings records: no hold of its model has them any more, and no undo brings them back.
    pub(super) fn spare<'a>(&mut self, model: ModelId, keys: impl Iterator<Item = &'a str>) {
        let mut is_spared = false;
        for key in keys {
            for hold in self.holds.values_mut().filter(|h| h.row.model_id == model) {
                is_spared |= hold.keys.remove(key);
                hold.released.remove(key);
            }
        }
        if is_spared {
            self.count("deletes spared");
        }
    }

    /// A sweep has deleted it: a release has not.
    pub(super) fn swept(&mut self, model: ModelId, key: &str) {
        for hold in self.holds.values_mut().filter(|h| h.row.model_id == model) {
            hold.keys.remove(key);
        }
    }

    /// The held deletes of a sync.
    pub(super) fn hold_of(&self, sync: SyncId) -> Option<HeldDeletesId> {
        let mut all = self.holds.values();
        all.find(|hold| hold.row.sync_id == sync)
            .map(|hold| hold.row.id)
    }

    /// Records went, or came back, by what was decided.
    pub(super) fn check_worked_off(&mut self, id: HeldDeletesId, read: &[Record]) {
        let Some(hold) = self.holds.get_mut(&id) else {
            return;
        };
        let model_id = hold.row.model_id;
        let keys: BTreeSet<String> = read.iter().map(|record| record.key.clone()).collect();
        let count = i64::try_from(keys.len()).unwrap_or(0);
        let is_release = read.iter().all(is_tombstone);
        let (promise, is_right) = if is_release {
            hold.counts.0 += count;
            let is_held = keys.is_subset(&hold.keys);
            hold.keys.retain(|key| !keys.contains(key));
            hold.released.extend(keys.iter().cloned());
            (
                RELEASED,
                is_held && hold.row.status == HeldStatus::Releasing,
            )
        } else {
            hold.counts.1 += count;
            let was_released = keys.is_subset(&hold.released);
            hold.released.retain(|key| !keys.contains(key));
            let is_undo = !read.iter().any(is_tombstone);
            let is_decided = hold.row.status == HeldStatus::Undoing;
            (UNDONE, was_released && is_undo && is_decided)
        };
        let told = format!("{keys:?} of {:?}", hold.row);
        self.check(is_right, promise, || told);
        let mut wrong = None;
        if let Some(model) = self.models.get_mut(&model_id) {
            for record in read {
                let row = model.records.get_mut(&record.key);
                let row = row.filter(|row| row.data == record.data.get());
                match row {
                    Some(row) if row.is_deleted != is_release => row.is_deleted = is_release,
                    _ => wrong = Some(record.key.clone()),
                }
            }
        }
        self.check(wrong.is_none(), promise, || format!("{id}: {wrong:?}"));
        if is_release {
            self.forget_released(model_id, &keys);
        }
        for hold in self
            .holds
            .values_mut()
            .filter(|h| h.row.model_id == model_id)
        {
            if is_release {
                hold.keys.retain(|key| !keys.contains(key));
            }
        }
    }

    /// What is released is gone: no pass needs to delete it, and none suspects it.
    fn forget_released(&mut self, model_id: ModelId, keys: &BTreeSet<String>) {
        if let Some(model) = self.models.get_mut(&model_id) {
            model.suspects.retain(|key| !keys.contains(key));
        }
        let of_model = self.syncs.values_mut();
        for known in of_model.filter(|known| known.sync.model_id == model_id) {
            let is_over = known.sync.lifecycle.status().is_final();
            if let (false, Some(verdict)) = (is_over, &mut known.verdict) {
                verdict.must.retain(|key| !keys.contains(key));
                if let Some(suspects) = &mut verdict.suspects {
                    suspects.retain(|key| !keys.contains(key));
                }
            }
        }
    }

    /// How they stand after a commit that brought no page. `proven` came to its end in it.
    pub(super) fn look_at_holds(&mut self, db: &mut SteppedDatabase, proven: Option<SyncId>) {
        let rows = match self.read_holds(db) {
            Ok(rows) => rows,
            Err(error) => return self.break_promise("callers get true answers", error.to_string()),
        };
        let proven_model = proven
            .and_then(|id| self.syncs.get(&id))
            .map(|known| &known.sync)
            .filter(|sync| sync.scope.is_unbounded() && sync.timerange_start.is_none())
            .map(|sync| sync.model_id);
        for row in rows {
            if self.holds.contains_key(&row.id) {
                self.compare_hold(row, proven_model);
            } else {
                self.add_hold(db, row, proven);
            }
        }
        let Some(id) = proven else { return };
        let verdict = self.syncs.get(&id).and_then(|known| known.verdict.clone());
        let must = verdict.filter(|verdict| verdict.is_certain).map(|v| v.held);
        let has = self.hold_of(id).is_some();
        self.check(
            must.as_ref().is_none_or(|keys| keys.is_empty() != has),
            HELD,
            || format!("{id} holds {has}: {must:?}"),
        );
    }

    fn read_holds(&self, db: &mut SteppedDatabase) -> Result<Vec<HeldDeletes>, StoreError> {
        let mut organizations: Vec<OrganizationId> = self
            .models
            .values()
            .map(|model| model.organization)
            .collect();
        organizations.sort();
        organizations.dedup();
        let is_open = |status| {
            matches!(
                status,
                HeldStatus::Held | HeldStatus::Releasing | HeldStatus::Undoing
            )
        };
        let known: Vec<_> = self
            .holds
            .values()
            .filter(|hold| is_open(hold.row.status))
            .map(|hold| (hold.row.organization_id, hold.row.id))
            .collect();
        db.look(CALLERS, move |tx| {
            let statuses = HeldStatus::ALL.into_iter().filter(|s| is_open(*s));
            let filter = HeldFilter {
                statuses: statuses.collect(),
                ..HeldFilter::default()
            };
            let page = PageRequest {
                after: None,
                limit: 100,
            };
            let mut rows = Vec::new();
            for id in organizations {
                let page = tx.list_held_deletes_of_organization(id, &filter, page)?;
                rows.extend(page.items);
            }
            for (organization, id) in known {
                if !rows.iter().any(|row| row.id == id) {
                    rows.extend(tx.find_held_deletes(organization, id)?);
                }
            }
            Ok(rows)
        })
    }

    /// A pass holds what it has not seen.
    fn add_hold(&mut self, db: &mut SteppedDatabase, row: HeldDeletes, proven: Option<SyncId>) {
        self.count("deletes held");
        let id = row.id;
        let keys = match keys_of(db, &row) {
            Ok((_, keys)) => keys,
            Err(error) => return self.break_promise("callers get true answers", error.to_string()),
        };
        let verdict = self
            .syncs
            .get(&row.sync_id)
            .and_then(|known| known.verdict.clone())
            .unwrap_or_default();
        let is_new = proven == Some(row.sync_id) && row.status == HeldStatus::Held;
        let is_right = !verdict.is_certain || keys == verdict.held;
        let is_counted = i64::try_from(keys.len()).is_ok_and(|count| count == row.held);
        self.check(is_new && is_right && is_counted, HELD, || {
            format!("{row:?} holds {keys:?}, not {:?}", verdict.held)
        });
        let hold = Hold {
            row,
            keys,
            released: BTreeSet::new(),
            counts: (0, 0),
        };
        self.holds.insert(id, hold);
    }

    /// They stand where what was done to them has brought them.
    fn compare_hold(&mut self, row: HeldDeletes, proven_model: Option<ModelId>) {
        let Some(hold) = self.holds.get_mut(&row.id) else {
            return;
        };
        let is_over = proven_model == Some(row.model_id);
        let (promise, is_right, what) = match (hold.row.status, row.status) {
            (HeldStatus::Held, HeldStatus::Superseded) => {
                (HELD, is_over, Some("deletes superseded"))
            }
            (HeldStatus::Held, HeldStatus::Held) => (HELD, !is_over, None),
            (HeldStatus::Releasing, HeldStatus::Releasing) => (RELEASED, true, None),
            (HeldStatus::Releasing, HeldStatus::Released) => {
                (RELEASED, hold.keys.is_empty(), Some("deletes released"))
            }
            (HeldStatus::Undoing, HeldStatus::Undoing) => (UNDONE, true, None),
            (HeldStatus::Undoing, HeldStatus::Undone) => {
                (UNDONE, hold.released.is_empty(), Some("deletes undone"))
            }
            _ => (HELD, false, None),
        };
        let is_counted = (row.released, row.undone) == hold.counts;
        let told = format!(
            "{:?}, was {}, holds {:?}, has deleted {:?}",
            row, hold.row.status, hold.keys, hold.released
        );
        hold.row = row;
        if !matches!(hold.row.status, HeldStatus::Held | HeldStatus::Releasing) {
            hold.keys.clear();
        }
        self.check(is_right && is_counted, promise, || told);
        if let Some(what) = what {
            self.count(what);
        }
    }

    /// What is listed as held is what a release would delete.
    pub(super) fn check_held_records(&mut self, db: &mut SteppedDatabase) {
        let holds: Vec<(HeldDeletes, BTreeSet<String>)> = self
            .holds
            .values()
            .filter(|hold| hold.row.status == HeldStatus::Held)
            .map(|hold| (hold.row.clone(), hold.keys.clone()))
            .collect();
        for (row, expected) in holds {
            let read = keys_of(db, &row);
            // It may have been decided just now.
            let is_right = match &read {
                Ok((now, keys)) => now.status != HeldStatus::Held || *keys == expected,
                Err(_) => false,
            };
            self.check(is_right, HELD, || {
                format!("{} holds {read:?}, not {expected:?}", row.id)
            });
        }
    }
}

/// How it stands, and what is listed as held.
fn keys_of(
    db: &mut SteppedDatabase,
    row: &HeldDeletes,
) -> Result<(HeldDeletes, BTreeSet<String>), StoreError> {
    let (organization, id) = (row.organization_id, row.id);
    let page = PageRequest {
        after: None,
        limit: 1000,
    };
    let (row, page) = db.look(CALLERS, move |tx| {
        tx.list_held_records(organization, id, page)
    })?;
    let keys = page.items.into_iter().map(|record| record.key);
    Ok((row, keys.collect()))
}
