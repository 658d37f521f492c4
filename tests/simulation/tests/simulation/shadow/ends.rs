//! Tombstones and completion: only what is proven.

use std::collections::BTreeSet;

use syncline_domain::{ModelId, Status, Sync, SyncId};
use syncline_store::records::Record;
use syncline_store::runs::{Fence, Phase};
use syncline_store::stepped::SteppedDatabase;

use super::{Known, Model, Shadow};
use crate::provider::{EndServed, Provider, Says};
use crate::world::CALLERS;

/// What a sync may delete, and what it must.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Verdict {
    pub(super) may: BTreeSet<String>,
    pub(super) must: BTreeSet<String>,
    /// What the model's suspects are afterwards; none when they stay.
    pub(super) suspects: Option<BTreeSet<String>>,
    /// What it holds.
    pub(super) held: BTreeSet<String>,
    /// Whether all this is known for certain.
    pub(super) is_certain: bool,
}

impl Shadow {
    /// Records went: their sync must have proven its end, and must not have seen them.
    pub(super) fn check_tombstones(
        &mut self,
        provider: &Provider,
        model_id: ModelId,
        read: &[Record],
    ) {
        let ids: BTreeSet<SyncId> = read.iter().map(|record| record.sync_id).collect();
        for id in ids {
            let keys: Vec<String> = read
                .iter()
                .filter(|record| record.sync_id == id)
                .map(|record| record.key.clone())
                .collect();
            self.count("tombstone");
            self.judge(provider, id);
            let Some(known) = self.syncs.get_mut(&id) else {
                return self.break_promise("only what is proven gone is deleted", format!("{id}"));
            };
            let may = known
                .verdict
                .clone()
                .map(|verdict| verdict.may)
                .unwrap_or_default();
            let is_running = known.sync.lifecycle.status() == Status::Running;
            known.swept.extend(keys.iter().cloned());
            if let Some(model) = self.models.get_mut(&model_id) {
                for key in &keys {
                    model.suspects.remove(key);
                    if let Some(row) = model.records.get_mut(key) {
                        row.is_deleted = true;
                    }
                }
            }
            for key in &keys {
                self.swept(model_id, key);
            }
            let is_proven = is_running && keys.iter().all(|key| may.contains(key));
            self.check(is_proven, "only what is proven gone is deleted", || {
                format!("{id} deleted {keys:?}, of {may:?}")
            });
        }
    }

    /// The sync whose end this commit has proven, if any: it is judged by what is there now.
    pub(super) fn find_proven(
        &mut self,
        db: &mut SteppedDatabase,
        provider: &Provider,
    ) -> Option<SyncId> {
        let fences: Vec<Fence> = self
            .syncs
            .values()
            .filter(|known| known.sync.lifecycle.status() == Status::Running)
            .filter(|known| known.verdict.is_none() && !ends_of(provider, known).is_empty())
            .map(|known| Fence {
                sync_id: known.sync.id,
                attempt: known.sync.lifecycle.attempt(),
            })
            .collect();
        let proven = fences.into_iter().find(|fence| {
            let fence = *fence;
            let run = db.look(CALLERS, move |tx| tx.read_run(fence));
            run.is_ok_and(|run| run.phase == Phase::Sweep)
        });
        let id = proven?.sync_id;
        self.judge(provider, id);
        Some(id)
    }

    /// Works out, once, what a sync may delete whose end was served.
    pub(super) fn judge(&mut self, provider: &Provider, id: SyncId) {
        let Some(known) = self.syncs.get(&id).filter(|known| known.verdict.is_none()) else {
            return;
        };
        let Some(model) = self.models.get(&known.sync.model_id) else {
            return;
        };
        let ends = ends_of(provider, known);
        let is_muddled =
            self.muddled.contains(&id) || provider.with(|provider| provider.muddled.contains(&id));
        let guard = |gone: usize, live: usize| {
            gone as i64 > self.guard.rows && gone as f64 / live.max(1) as f64 > self.guard.share
        };
        let mut verdicts = ends
            .iter()
            .map(|end| verdict(known, model, end.says, guard));
        let mut sum = verdicts.next().unwrap_or_default();
        let is_known = model.suspects_known || ends.iter().all(|end| end.says == Says::AllPassed);
        let mut is_certain = !is_muddled && !ends.is_empty() && is_known;
        for other in verdicts {
            is_certain &= other == sum;
            sum.may.extend(other.may);
        }
        if is_muddled {
            // Whatever was seen under the old configuration proves less.
            let doubted = verdict(known, model, Says::MayHaveSlipped, guard);
            sum.may.extend(doubted.may);
        }
        if !is_certain {
            sum.must.clear();
            sum.suspects = None;
        }
        sum.is_certain = is_certain;
        let known = self.syncs.get_mut(&id).unwrap();
        if !is_certain {
            self.models
                .get_mut(&known.sync.model_id)
                .unwrap()
                .suspects_known = false;
        }
        known.verdict = Some(sum);
    }

    /// It is complete: the end was served behind its last page, and what is gone went.
    pub(super) fn check_complete(
        &mut self,
        db: &mut SteppedDatabase,
        provider: &Provider,
        sync: &Sync,
    ) {
        let id = sync.id;
        self.judge(provider, id);
        let Some(known) = self.syncs.get(&id) else {
            return;
        };
        let ends = ends_of(provider, known);
        let swept = known.swept.clone();
        let must = known.verdict.clone().unwrap_or_default().must;
        let suspects = known.verdict.clone().unwrap_or_default().suspects;
        let is_initial = known.is_initial;
        self.check(!ends.is_empty(), "complete means complete", || {
            format!(
                "{id}: no end was served behind {:?}",
                super::pages::serial(sync)
            )
        });
        self.check(
            swept.is_superset(&must),
            "what is proven gone is deleted",
            || format!("{id} deleted {swept:?}, not {must:?}"),
        );
        self.check(
            is_initial == Some(sync.is_initial_sync),
            "the first sync of a model is its initial one",
            || format!("{id}: {}", sync.is_initial_sync),
        );
        if let Some(model) = self.models.get_mut(&sync.model_id) {
            model.is_synced |= sync.scope.is_unbounded();
            if let Some(suspects) = suspects {
                model.suspects = suspects;
                model.suspects_known = true;
            }
        }
        if let Some(end) = ends.last() {
            self.end_closes(sync, &end.states);
            self.check_states(db, sync.model_id);
        }
    }
}

/// Ends that were served behind the last page that landed.
fn ends_of(provider: &Provider, known: &Known) -> Vec<EndServed> {
    let last = super::pages::serial(&known.sync);
    provider.with(|provider| {
        let ends = provider.ends.iter().filter(|end| end.sync == known.sync.id);
        ends.filter(|end| end.before == last).cloned().collect()
    })
}

fn verdict(
    known: &Known,
    model: &Model,
    says: Says,
    is_too_many: impl Fn(usize, usize) -> bool,
) -> Verdict {
    let sync = &known.sync;
    let covers_all = sync.scope.is_unbounded() && sync.timerange_start.is_none();
    if !covers_all || says == Says::Nothing {
        return Verdict::default();
    }
    let live: BTreeSet<String> = model
        .records
        .iter()
        .filter(|(_, row)| !row.is_deleted)
        .map(|(key, _)| key.clone())
        .collect();
    let missing: BTreeSet<String> = live.difference(&known.seen).cloned().collect();
    let twice: BTreeSet<String> = model.suspects.difference(&known.seen).cloned().collect();
    let gone = match says {
        Says::AllPassed => missing.len(),
        Says::MayHaveSlipped | Says::Nothing => twice.len(),
    };
    let held = Verdict {
        suspects: model.suspects_known.then(|| twice.clone()),
        held: match says {
            Says::AllPassed => missing.clone(),
            Says::MayHaveSlipped | Says::Nothing => twice.clone(),
        },
        ..Verdict::default()
    };
    let is_guessed = says != Says::AllPassed && !model.suspects_known;
    let is_held = is_too_many(gone, live.len()) && !is_guessed;
    if is_held || (!live.is_empty() && known.seen.is_empty()) {
        return held;
    }
    let deleted = match says {
        Says::AllPassed => missing.clone(),
        _ => missing.intersection(&twice).cloned().collect(),
    };
    let suspects = match says {
        Says::AllPassed => BTreeSet::new(),
        _ => missing.difference(&deleted).cloned().collect(),
    };
    // A model whose suspects are not known for certain may lose any that were missed.
    let may = match (says, model.suspects_known) {
        (Says::AllPassed, _) | (_, true) => deleted.clone(),
        (_, false) => missing.clone(),
    };
    let must = if model.suspects_known || says == Says::AllPassed {
        deleted
    } else {
        BTreeSet::new()
    };
    Verdict {
        may,
        must,
        held: BTreeSet::new(),
        is_certain: false,
        suspects: (model.suspects_known || says == Says::AllPassed).then_some(suspects),
    }
}
