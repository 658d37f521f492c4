//! The end of a sync is proven: what do records mean that it did not see?

use diesel::sql_types::{BigInt, Binary, Bool, Nullable};
use roaring::RoaringTreemap;
use syncline_domain::attempt::Counters;
use syncline_domain::{ModelId, Sync, SyncId};

use super::coverage::Coverage;
use super::read::check_fence;
use super::verdict::{Verdict, judge, trusted};
use super::{DeleteGuard, Fence, Phase, ProvenEnd, Unseen, bitmap, seen};
use crate::error::StoreError;
use crate::held::HAS_HELD;
use crate::sql::Sql;
use crate::syncs::row::RunFacts;
use crate::tx::Tx;

/// What a full pass saw, and what follows from it.
pub(super) struct FullPass {
    seen: RoaringTreemap,
    /// The suspects of the pass before.
    before: RoaringTreemap,
    pub(super) suspects: RoaringTreemap,
}

/// What was decided about the end of a sync.
pub(super) struct Decision {
    pub(super) coverage: Coverage,
    /// `None` where it proves nothing about records that were not seen.
    pub(super) full_pass: Option<FullPass>,
}

impl FullPass {
    /// Whether the model gets other suspects than it has.
    pub(super) fn changes_suspects(&self) -> bool {
        self.suspects != self.before
    }
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
        let decision = self.decide(fence, &sync, &facts, end, guard)?;
        self.stage_end(&sync, &facts, end)?;
        self.keep_proof(fence, &decision)?;
        Ok(decision.coverage != Coverage::Settled)
    }

    /// Decides what unseen records mean, with the sync locked. What is held is held from here on.
    pub(super) fn decide(
        &mut self,
        fence: Fence,
        sync: &Sync,
        facts: &RunFacts,
        end: &ProvenEnd,
        guard: DeleteGuard,
    ) -> Result<Decision, StoreError> {
        if facts.manifest_hash.is_none() {
            return Err(StoreError::Conflict(
                "this sync has not been settled".into(),
            ));
        }
        let covers_all = facts.is_full_pass && sync.scope.is_unbounded();
        let unseen = trusted(&end.unseen, facts);
        let mut warnings = end.warnings.clone();
        let mut decision = Decision {
            coverage: Coverage::Settled,
            full_pass: None,
        };
        if covers_all && unseen != Unseen::Unknown {
            let seen = self.read_seen(sync.id)?;
            let (live, before, has_held) = self.find_live(sync.model_id)?;
            let Verdict {
                coverage,
                mut warning,
                suspects,
                hold,
            } = judge(&unseen, &seen, live, &before, guard);
            if has_held {
                self.supersede_held_deletes(sync.model_id)?;
            }
            if let Some(hold) = &hold {
                let id = self.insert_held_deletes(sync, hold, &seen)?;
                if let Some(warning) = &mut warning {
                    let told = format!("; {} are held as {id}: release or dismiss them", hold.held);
                    warning.message.push_str(&told);
                }
            }
            warnings.extend(warning);
            decision = Decision {
                coverage,
                full_pass: Some(FullPass {
                    seen,
                    before,
                    suspects,
                }),
            };
        }
        let counters = Counters {
            requests: end.requests,
            bytes: end.bytes,
            ..Counters::default()
        };
        self.tally(fence, &counters, &warnings)?;
        Ok(decision)
    }

    /// Keeps the states of the end for the completion.
    pub(super) fn stage_end(
        &mut self,
        sync: &Sync,
        facts: &RunFacts,
        end: &ProvenEnd,
    ) -> Result<(), StoreError> {
        if sync.scope.is_unbounded() {
            self.stage_states(sync.id, facts.fingerprint.as_ref(), &end.states)?;
            if end.drops_partitions {
                self.stage_drop_of_partitions(sync.id)?;
            }
        }
        Ok(())
    }

    /// Keeps for the sweep, and for any later attempt, what was decided.
    pub(super) fn keep_proof(
        &mut self,
        fence: Fence,
        decision: &Decision,
    ) -> Result<(), StoreError> {
        if let Some(pass) = &decision.full_pass {
            self.keep_seen(fence.sync_id, &pass.seen)?;
            self.write_suspects(fence.sync_id, &pass.suspects)?;
        }
        Sql::new("UPDATE syncs SET phase = ?, coverage = ?, modified_at = ? WHERE id = ?")
            .text(Phase::Sweep.as_str())
            .text(decision.coverage.to_text()?)
            .time(self.now())
            .id(fence.sync_id.uuid())
            .run(self)?;
        Ok(())
    }

    /// How many records are live, which of them are suspects, and whether deletes are held.
    fn find_live(&mut self, model_id: ModelId) -> Result<(i64, RoaringTreemap, bool), StoreError> {
        let found: Option<(i64, Option<Vec<u8>>, bool)> = Sql::new(format!(
            "SELECT f.live_records, m.suspects, {HAS_HELD} FROM model_feeds f \
             JOIN models m ON m.id = f.model_id WHERE f.model_id = ?"
        ))
        .id(model_id.uuid())
        .rows::<(BigInt, Nullable<Binary>, Bool)>()
        .find(self)?;
        let (live, suspects, has_held) = found.unwrap_or_default();
        let suspects = suspects.as_deref().map(bitmap::from_bytes).transpose()?;
        Ok((live, suspects.unwrap_or_default(), has_held))
    }

    pub(super) fn find_suspects(
        &mut self,
        model_id: ModelId,
    ) -> Result<RoaringTreemap, StoreError> {
        let bytes: Option<Option<Vec<u8>>> = Sql::new("SELECT suspects FROM models WHERE id = ?")
            .id(model_id.uuid())
            .rows::<Nullable<Binary>>()
            .find(self)?;
        match bytes.flatten() {
            Some(bytes) => bitmap::from_bytes(&bytes),
            None => Ok(RoaringTreemap::new()),
        }
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
