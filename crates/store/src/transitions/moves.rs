//! One sync moves from one status to the next.

use syncline_domain::attempt::AttemptOutcome;
use syncline_domain::retry::Spent;
use syncline_domain::{
    AttemptNumber, Lifecycle, LifecycleParts, Status, Sync, SyncId, Transition, TransitionError,
    TransitionKind,
};

use super::noted::Noted;
use crate::bug::{self, Bug};
use crate::error::StoreError;
use crate::sql::{Sql, printable};
use crate::syncs::row::SyncRow;
use crate::tx::Tx;

/// A transition, and the attempt of whoever asks for it.
pub(crate) struct Move<'t> {
    /// What happens.
    pub(crate) transition: &'t Transition,
    /// The attempt that the writer holds; `None` for those who run nothing.
    pub(crate) fence: Option<AttemptNumber>,
}

impl Tx<'_> {
    /// Applies a transition to a sync that this transaction has locked: its model too, when the
    /// transition may free the turn.
    ///
    /// It ends the attempt that ran, drops what a final sync needs no longer, and hands the turn
    /// on.
    pub(crate) fn move_sync(&mut self, row: SyncRow, asked: Move<'_>) -> Result<Sync, StoreError> {
        let mut sync = row.into_sync()?;
        let from = sync.lifecycle.clone();
        let to = match asked.fence {
            Some(attempt) => from.apply_fenced(attempt, asked.transition)?,
            None => from.apply(asked.transition)?,
        };
        self.write_lifecycle(&sync, &from, &to, asked.transition)?;
        sync.modified_at = Some(self.now());
        sync.lifecycle = to;
        self.note_moves([Noted::of(&sync, asked.transition.kind(), from.status())])?;
        if let Some(outcome) = outcome_of(asked.transition.kind())
            && from.status() == Status::Running
        {
            self.end_attempt(&sync, outcome)?;
        }
        if bug::is_on(Bug::SeenForgottenByRetry) && from.status() == Status::Running {
            self.drop_scratch(sync.id)?;
        }
        if sync.lifecycle.status().is_final() {
            self.drop_scratch(sync.id)?;
            if from.status().holds_turn() && !bug::is_on(Bug::TurnNotHandedOn) {
                self.hand_turn_on(sync.model_id)?;
            }
        }
        Ok(sync)
    }

    fn write_lifecycle(
        &mut self,
        sync: &Sync,
        from: &Lifecycle,
        to: &Lifecycle,
        transition: &Transition,
    ) -> Result<(), StoreError> {
        let LifecycleParts {
            status,
            attempt,
            spent,
            error,
            due_at,
            started_at,
            completed_at,
        } = to.parts().clone();
        let spent = match transition.kind() {
            _ if bug::is_on(Bug::BudgetNeverCounted) => from.parts().spent.clone(),
            TransitionKind::Park if bug::is_on(Bug::ParkCostsBudget) => Spent {
                consecutive: spent.consecutive + 1,
                ..spent
            },
            _ => spent,
        };
        let now = self.now();
        // A lease belongs to a running sync. None of these moves leads there; `start` has its own.
        let changed = Sql::new(
            "UPDATE syncs SET status = ?, attempt = ?, error = ?, due_at = ?, started_at = ?, \
             completed_at = ?, consecutive_failures = ?, total_retries = ?, parked_since = ?, \
             modified_at = ?, worker = NULL, lease_expires_at = NULL \
             WHERE id = ? AND attempt = ? AND status = ?",
        )
        .text(status.as_str())
        .int(attempt)
        .opt_text(error.as_deref().map(printable))
        .time(due_at)
        .opt_time(started_at)
        .opt_time(completed_at)
        .int(spent.consecutive)
        .int(spent.total)
        .opt_time(spent.parked_since)
        .time(now)
        .id(sync.id.uuid())
        .int(from.attempt())
        .text(from.status().as_str())
        .run(self)?;
        if changed == 0 {
            return Err(self.moved_by_somebody_else(sync, from, transition)?);
        }
        Ok(())
    }

    /// What to answer when the row no longer stands as it was read.
    fn moved_by_somebody_else(
        &mut self,
        sync: &Sync,
        from: &Lifecycle,
        transition: &Transition,
    ) -> Result<StoreError, StoreError> {
        let current = self.lock_sync(sync.id)?.into_sync()?.lifecycle;
        Ok(StoreError::Transition(
            if current.attempt() == from.attempt() {
                TransitionError::NotAllowed {
                    from: current.status(),
                    kind: transition.kind(),
                }
            } else {
                TransitionError::Fenced {
                    held: from.attempt(),
                    current: current.attempt(),
                    status: current.status(),
                }
            },
        ))
    }

    fn end_attempt(&mut self, sync: &Sync, outcome: AttemptOutcome) -> Result<(), StoreError> {
        let now = self.now();
        Sql::new(
            "UPDATE attempts SET ended_at = ?, outcome = ?, error = ? \
             WHERE sync_id = ? AND number = ?",
        )
        .time(now)
        .text(outcome.as_str())
        .opt_text(sync.lifecycle.parts().error.as_deref().map(printable))
        .id(sync.id.uuid())
        .int(sync.lifecycle.attempt())
        .run(self)?;
        Ok(())
    }

    fn drop_scratch(&mut self, id: SyncId) -> Result<(), StoreError> {
        for statement in [
            "DELETE FROM seen_pages WHERE sync_id = ?",
            "DELETE FROM staged_states WHERE sync_id = ?",
        ] {
            Sql::new(statement).id(id.uuid()).run(self)?;
        }
        Ok(())
    }
}

/// The outcome of an attempt is named after the transition that ended it.
fn outcome_of(kind: TransitionKind) -> Option<AttemptOutcome> {
    match kind {
        TransitionKind::Complete => Some(AttemptOutcome::Complete),
        TransitionKind::Retry => Some(AttemptOutcome::Retry),
        TransitionKind::Park => Some(AttemptOutcome::Park),
        TransitionKind::Release => Some(AttemptOutcome::Release),
        TransitionKind::Rescue => Some(AttemptOutcome::Rescue),
        TransitionKind::Fail => Some(AttemptOutcome::Fail),
        TransitionKind::Cancel => Some(AttemptOutcome::Cancel),
        TransitionKind::Enqueue | TransitionKind::Start | TransitionKind::Hold => None,
    }
}
