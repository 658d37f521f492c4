//! A commit is looked at: what moved, and may it have?

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use syncline_domain::{ModelId, OrganizationId, Status, Sync, SyncId};
use syncline_store::error::StoreError;
use syncline_store::page::PageRequest;
use syncline_store::stepped::SteppedDatabase;
use syncline_store::syncs::SyncFilter;

use super::Shadow;
use crate::provider::Provider;
use crate::world::CALLERS;

/// The commit that is looked at.
#[derive(Debug, Clone)]
pub struct Moment {
    /// By the clock of who made it.
    pub now: DateTime<Utc>,
    /// It is one call's, and the one before was looked at too: no sync moved more than once.
    pub is_alone: bool,
    /// Only such ones may bring records.
    pub is_bulk: bool,
    /// It is a caller's.
    pub is_callers: bool,
    /// Everything is looked at.
    pub is_full: bool,
    /// What was announced.
    pub changed: Vec<(OrganizationId, SyncId)>,
}

impl Shadow {
    /// Compares the store with what it should be.
    pub fn observe(&mut self, db: &mut SteppedDatabase, provider: &Provider, moment: Moment) {
        let seen = match self.read_syncs(db, &moment) {
            Ok(seen) => seen,
            Err(error) => {
                let detail = format!("{error} {:?}", std::error::Error::source(&error));
                return self.break_promise("the fields of a sync agree", detail);
            }
        };
        let moved: Vec<Sync> = seen
            .into_iter()
            .filter(|sync| self.models.contains_key(&sync.model_id))
            .filter(|sync| {
                self.syncs
                    .get(&sync.id)
                    .is_none_or(|known| known.sync != *sync)
            })
            .collect();
        // Pages first: what a sync becomes depends on them.
        if moment.is_bulk {
            self.check_pages(db, provider, &moved, &moment);
        }
        let mut freed = Vec::new();
        for sync in &moved {
            self.check_move(db, provider, sync, &moment);
            let had_turn = self
                .syncs
                .get(&sync.id)
                .is_some_and(|known| known.sync.lifecycle.status().holds_turn());
            if had_turn && sync.lifecycle.status().is_final() {
                freed.push(sync.clone());
            }
        }
        let is_new = |sync: &&Sync| !self.syncs.contains_key(&sync.id);
        let made = moved.iter().filter(is_new).map(|sync| sync.model_id);
        let made: BTreeSet<ModelId> = made.collect();
        for sync in &moved {
            self.remember(sync);
        }
        if !moment.is_bulk {
            self.check_ticks(db, &made, &moment);
        }
        self.check_turns();
        for sync in freed {
            self.check_handed_on(&sync, &moment);
        }
        if moment.is_full {
            self.read_events(db);
            self.check_held_records(db);
        }
    }

    /// Those that are said to have changed, those that may have a page more; or all that is live,
    /// and what was when it was looked at last.
    fn read_syncs(
        &self,
        db: &mut SteppedDatabase,
        moment: &Moment,
    ) -> Result<Vec<Sync>, StoreError> {
        let mut organizations: Vec<OrganizationId> = self
            .models
            .values()
            .map(|model| model.organization)
            .collect();
        organizations.sort();
        organizations.dedup();
        if !moment.is_full {
            organizations.truncate(0);
        }
        let mut ids = moment.changed.clone();
        for sync in self.syncs() {
            let status = sync.lifecycle.status();
            let is_asked =
                moment.is_bulk && status == Status::Running || moment.is_full && !status.is_final();
            if is_asked && !ids.iter().any(|(_, id)| *id == sync.id) {
                ids.push((sync.organization_id, sync.id));
            }
        }
        db.look(CALLERS, move |tx| {
            let live: Vec<Status> = Status::ALL.into_iter().filter(|s| !s.is_final()).collect();
            let filter = SyncFilter {
                statuses: live,
                ..SyncFilter::default()
            };
            let page = PageRequest {
                after: None,
                limit: 1000,
            };
            let mut seen = Vec::new();
            for id in organizations {
                seen.extend(tx.list_syncs_of_organization(id, &filter, page)?.items);
            }
            for (organization, id) in ids {
                if !seen.iter().any(|sync| sync.id == id) {
                    seen.extend(tx.find_sync(organization, id)?);
                }
            }
            Ok::<_, StoreError>(seen)
        })
    }

    fn check_turns(&mut self) {
        let mut holders = BTreeMap::new();
        let mut waiters = BTreeMap::new();
        let mut running = BTreeMap::new();
        for sync in self.syncs() {
            let status = sync.lifecycle.status();
            if status.holds_turn() {
                *holders.entry(sync.model_id).or_insert(0) += 1;
            }
            if status == Status::Scheduled {
                let key = (sync.model_id, sync.scope.canonical());
                *waiters.entry(key).or_insert(0) += 1;
            }
            if status == Status::Running {
                *running.entry(sync.connection_id).or_insert(0) += 1;
            }
        }
        self.check(
            holders.values().all(|count| *count <= 1),
            "one sync of a model has the turn",
            || format!("{holders:?}"),
        );
        self.check(
            waiters.values().all(|count| *count <= 1),
            "one sync waits for each scope",
            || format!("{waiters:?}"),
        );
        if let Some(cap) = self.caps.per_connection {
            self.check(
                running.values().all(|count| *count <= cap),
                "no cap is passed",
                || format!("{running:?}"),
            );
        }
        let all: i64 = running.values().sum();
        if let Some(cap) = self.caps.per_provider {
            self.check(all <= cap, "no cap is passed", || {
                format!("{all} of a provider")
            });
        }
    }

    /// Whoever frees a turn hands it on at once.
    fn check_handed_on(&mut self, sync: &Sync, moment: &Moment) {
        if self.disabled.contains(&sync.connection_id) {
            return;
        }
        let of_model = self.syncs().filter(|other| other.model_id == sync.model_id);
        let is_taken = of_model.clone().any(|s| s.lifecycle.status().holds_turn());
        let waits = of_model
            .filter(|other| other.lifecycle.status() == Status::Scheduled)
            .find(|other| other.lifecycle.parts().due_at <= moment.now);
        if let (false, Some(waits)) = (is_taken, waits) {
            let detail = format!("{} ended, and {} waits on", sync.id, waits.id);
            self.break_promise("a turn that is free is handed on", detail);
        }
    }
}
