//! The end of a sync is proven: what do records mean that it did not see?

use roaring::RoaringTreemap;
use syncline_domain::attempt::{Counters, Warning};
use syncline_domain::{ModelId, SyncId};

use super::coverage::Coverage;
use super::read::check_fence;
use super::{DeleteGuard, Fence, Phase, ProvenEnd, Unseen, bitmap, seen};
use crate::bug::{self, Bug};
use crate::error::StoreError;
use crate::held::{HeldReason, NewHold};
use crate::sql::Sql;
use crate::syncs::row::RunFacts;
use crate::tx::Tx;

/// What was decided.
struct Verdict {
    coverage: Coverage,
    warning: Option<Warning>,
    /// The bitmap that the model keeps once the sync is complete.
    suspects: RoaringTreemap,
    /// What is not deleted, for it is too much.
    hold: Option<NewHold>,
}

impl Tx<'_> {
    /// Keeps the proof of the end, decides what unseen records mean, and passes to the sweep.
    /// Gives `true` when there is something to sweep.
    ///
    /// # Errors
    /// [`StoreError::Transition`] when the attempt is over; [`StoreError::Conflict`] when nothing
    /// has been settled yet, or the end is proven already.
    pub fn prove_end(
        &mut self,
        fence: Fence,
        end: &ProvenEnd,
        guard: DeleteGuard,
    ) -> Result<bool, StoreError> {
        let row = self.lock_sync(fence.sync_id)?;
        let facts = row.run_facts()?;
        let sync = row.into_sync()?;
        check_fence(&sync, fence)?;
        if facts.phase == Phase::Sweep {
            return Err(StoreError::Conflict(
                "the end of this sync is proven already".into(),
            ));
        }
        if facts.manifest_hash.is_none() {
            return Err(StoreError::Conflict(
                "this sync has not been settled".into(),
            ));
        }
        if sync.scope.is_unbounded() {
            self.stage_states(sync.id, facts.fingerprint.as_ref(), &end.states)?;
            if end.drops_partitions {
                self.stage_drop_of_partitions(sync.id)?;
            }
        }
        let covers_all = facts.is_full_pass && sync.scope.is_unbounded();
        let unseen = trusted(&end.unseen, &facts);
        let verdict = if covers_all && unseen != Unseen::Unknown {
            let seen = self.compact_seen(sync.id)?;
            let live = self.count_live_records(sync.model_id)?;
            let before = self.find_suspects(sync.model_id)?;
            let mut verdict = judge(&unseen, &seen, live, &before, guard);
            self.write_suspects(sync.id, &verdict.suspects)?;
            self.supersede_held_deletes(sync.model_id)?;
            if let Some(hold) = &verdict.hold {
                let id = self.insert_held_deletes(&sync, hold, &seen)?;
                if let Some(warning) = &mut verdict.warning {
                    let told = format!("; {} are held as {id}: release or dismiss them", hold.held);
                    warning.message.push_str(&told);
                }
            }
            verdict
        } else {
            Verdict {
                coverage: Coverage::Settled,
                warning: None,
                suspects: RoaringTreemap::new(),
                hold: None,
            }
        };
        let mut warnings = end.warnings.clone();
        warnings.extend(verdict.warning);
        let counters = Counters {
            requests: end.requests,
            bytes: end.bytes,
            ..Counters::default()
        };
        self.tally(fence, &counters, &warnings)?;
        self.write_coverage(fence, verdict.coverage)?;
        Ok(verdict.coverage != Coverage::Settled)
    }

    fn count_live_records(&mut self, model_id: ModelId) -> Result<i64, StoreError> {
        let live: Option<i64> = Sql::new("SELECT live_records FROM model_feeds WHERE model_id = ?")
            .id(model_id.uuid())
            .rows::<diesel::sql_types::BigInt>()
            .find(self)?;
        Ok(live.unwrap_or(0))
    }

    pub(super) fn find_suspects(
        &mut self,
        model_id: ModelId,
    ) -> Result<RoaringTreemap, StoreError> {
        let bytes: Option<Option<Vec<u8>>> = Sql::new("SELECT suspects FROM models WHERE id = ?")
            .id(model_id.uuid())
            .rows::<diesel::sql_types::Nullable<diesel::sql_types::Binary>>()
            .find(self)?;
        match bytes.flatten() {
            Some(bytes) => bitmap::from_bytes(&bytes),
            None => Ok(RoaringTreemap::new()),
        }
    }

    fn write_coverage(&mut self, fence: Fence, coverage: Coverage) -> Result<(), StoreError> {
        Sql::new("UPDATE syncs SET phase = ?, coverage = ?, modified_at = ? WHERE id = ?")
            .text(Phase::Sweep.as_str())
            .text(coverage.to_text()?)
            .time(self.now())
            .id(fence.sync_id.uuid())
            .run(self)?;
        Ok(())
    }

    /// Kept beside the seen rows until the sync completes.
    pub(super) fn write_suspects(
        &mut self,
        sync_id: SyncId,
        suspects: &RoaringTreemap,
    ) -> Result<(), StoreError> {
        self.write_bitmap(sync_id, seen::SUSPECTS, suspects)
    }
}

/// What was seen under one configuration proves no deletion under another, whichever attempt
/// comes to the end.
fn trusted(unseen: &Unseen, facts: &RunFacts) -> Unseen {
    match (unseen, &facts.position, &facts.fingerprint) {
        (Unseen::Gone, Some(position), Some(settled)) if position.fingerprint != *settled => {
            Unseen::Suspect {
                reason: "its configuration changed during the pass".into(),
            }
        }
        (unseen, _, _) => unseen.clone(),
    }
}

fn judge(
    unseen: &Unseen,
    seen: &RoaringTreemap,
    live: i64,
    before: &RoaringTreemap,
    guard: DeleteGuard,
) -> Verdict {
    // Those that two passes in a row have missed, should this one delete nothing.
    let twice = before - seen;
    let missing = live - i64::try_from(seen.len()).unwrap_or(i64::MAX);
    let gone = match unseen {
        Unseen::Unknown => 0,
        Unseen::Gone => missing,
        Unseen::Suspect { .. } => i64::try_from(twice.len()).unwrap_or(i64::MAX),
    };
    let held = |reason, warning| Verdict {
        coverage: Coverage::Settled,
        warning: Some(warning),
        suspects: twice.clone(),
        hold: (gone > 0).then(|| NewHold {
            reason,
            held: gone,
            live,
            among: matches!(unseen, Unseen::Suspect { .. }).then(|| twice.clone()),
        }),
    };
    if live > 0 && seen.is_empty() {
        return held(
            HeldReason::NothingSeen,
            Warning {
                code: "empty_full_pass".into(),
                message: format!(
                    "the source served no record although {live} are there: none of them was deleted"
                ),
            },
        );
    }
    if is_above(gone, live, guard) && !bug::is_on(Bug::GuardIgnored) {
        return held(
            HeldReason::TooMany,
            Warning {
                code: "deletes_held".into(),
                message: format!(
                    "{gone} of {live} records were not seen, which is too many to believe: \
                 none of them was deleted"
                ),
            },
        );
    }
    let nothing = RoaringTreemap::new();
    match unseen {
        Unseen::Gone if missing > 0 => Verdict {
            coverage: Coverage::Gone { left: missing },
            warning: None,
            suspects: nothing,
            hold: None,
        },
        Unseen::Suspect { reason } if missing > 0 => Verdict {
            coverage: Coverage::Suspect,
            warning: Some(Warning {
                code: "deletes_suspected".into(),
                message: format!(
                    "{missing} records were not seen; those that the next full pass does not see \
                     either are deleted then, because {reason}"
                ),
            }),
            suspects: nothing,
            hold: None,
        },
        Unseen::Gone | Unseen::Suspect { .. } | Unseen::Unknown => Verdict {
            coverage: Coverage::Settled,
            warning: None,
            suspects: nothing,
            hold: None,
        },
    }
}

fn is_above(gone: i64, live: i64, guard: DeleteGuard) -> bool {
    #[expect(
        clippy::cast_precision_loss,
        reason = "a share needs no more than the digits of f64"
    )]
    let share = gone as f64 / live.max(1) as f64;
    gone > guard.rows && share > guard.share
}
