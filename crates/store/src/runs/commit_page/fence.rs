//! The first statement of a page: refused when the attempt is over.

use chrono::{DateTime, Duration, Utc};
use syncline_domain::scope::Scope;
use syncline_domain::state::{Fingerprint, Position};
use syncline_domain::{Lifecycle, ModelId, Status, SyncId, TransitionError};

use crate::bug::{self, Bug};
use crate::error::StoreError;
use crate::held::HAS_HELD;
use crate::runs::{Fence, PageWrite, Phase};
use crate::sql::Sql;
use crate::syncs::row::SyncRow;
use crate::tx::Tx;

/// What the rest of the page needs to know of its sync.
pub(super) struct Landing {
    pub(super) sync_id: SyncId,
    pub(super) model_id: ModelId,
    pub(super) scope: Scope,
    pub(super) is_full_pass: bool,
    /// The fingerprint that the sync began with.
    pub(super) begun: Option<Fingerprint>,
    pub(super) now: DateTime<Utc>,
    /// Whether this page is likely to hold new records alone.
    pub(super) likely: Likely,
    /// Whether deletes of the model are held, of which this page may spare some.
    pub(super) has_held: bool,
}

/// Where a page is written first is a guess, by cheap evidence; a wrong one costs time alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Likely {
    /// The model never had a record.
    CertainlyNew,
    /// All that this attempt has written so far was new.
    New,
    /// Some of it was there.
    Known,
}

impl Tx<'_> {
    pub(super) fn land_page(
        &mut self,
        row: SyncRow,
        fence: Fence,
        lease: Duration,
        page: &PageWrite,
    ) -> Result<Landing, StoreError> {
        let PageWrite {
            records, position, ..
        } = page;
        let run = row.run_facts()?;
        let sync = row.into_sync()?;
        let landed = land(&sync.lifecycle, fence, position)?;
        if run.phase == Phase::Sweep {
            return Err(StoreError::Conflict(
                "the end of this sync is proven: no page comes after it".into(),
            ));
        }
        let position = match &run.position {
            Some(first) if bug::is_on(Bug::PageWithoutPosition) => first,
            _ => position,
        };
        let now = self.now();
        let spent = &landed.parts().spent;
        let consecutive = if bug::is_on(Bug::BudgetNeverReset) {
            sync.lifecycle.parts().spent.consecutive
        } else {
            spent.consecutive
        };
        let is_running = landed.status() == Status::Running;
        let changed = Sql::new(
            "UPDATE syncs SET lease_expires_at = ?, modified_at = ?, pagination_state = ?, \
             position_fingerprint = ?, progress_slice = ?, progress_request = ?, \
             progress_record = ?, consecutive_failures = ?, furthest_slice = ?, \
             furthest_request = ?, furthest_record = ?, parked_since = ? \
             WHERE id = ? AND attempt = ? AND status = ?",
        )
        .opt_time(is_running.then(|| now + lease))
        .time(now)
        .json(crate::sql::json_of(&position.pagination_state)?)
        .text(position.fingerprint.as_str())
        .big(position.progress.slice)
        .big(position.progress.request)
        .big(position.progress.record)
        .int(consecutive)
        .big(spent.furthest.slice)
        .big(spent.furthest.request)
        .big(spent.furthest.record)
        .opt_time(spent.parked_since)
        .id(fence.sync_id.uuid())
        .int(landed.attempt())
        .text(landed.status().as_str())
        .run(self)?;
        if changed == 0 {
            return Err(StoreError::Corrupt("a locked sync moved".into()));
        }
        // A page without records asks nothing more.
        let (likely, has_held) = match records.is_empty() {
            true => (Likely::Known, false),
            false => self.guess(fence, sync.model_id)?,
        };
        Ok(Landing {
            sync_id: sync.id,
            model_id: sync.model_id,
            scope: sync.scope,
            is_full_pass: run.is_full_pass,
            begun: run.fingerprint,
            now,
            likely,
            has_held,
        })
    }

    fn guess(&mut self, fence: Fence, model_id: ModelId) -> Result<(Likely, bool), StoreError> {
        let evidence: Option<(i64, i64, i64, bool)> = Sql::new(format!(
            "SELECT f.last_number, a.records, a.added, {HAS_HELD} FROM model_feeds f, attempts a \
             WHERE f.model_id = ? AND a.sync_id = ? AND a.number = ?",
        ))
        .id(model_id.uuid())
        .id(fence.sync_id.uuid())
        .int(fence.attempt)
        .rows::<(
            diesel::sql_types::BigInt,
            diesel::sql_types::BigInt,
            diesel::sql_types::BigInt,
            diesel::sql_types::Bool,
        )>()
        .find(self)?;
        let likely = match evidence {
            Some((0, _, _, _)) => Likely::CertainlyNew,
            Some((_, records, added, _)) if records > 0 && records == added => Likely::New,
            Some(_) | None => Likely::Known,
        };
        Ok((likely, evidence.is_some_and(|(.., has_held)| has_held)))
    }
}

/// The fence.
fn land(sync: &Lifecycle, fence: Fence, position: &Position) -> Result<Lifecycle, TransitionError> {
    let attempt = if bug::is_on(Bug::FenceWithoutAttempt) {
        sync.attempt()
    } else {
        fence.attempt
    };
    let landed = sync.land_page(attempt, position.progress);
    if bug::is_on(Bug::FenceWithoutStatus) && attempt == sync.attempt() {
        return Ok(landed.unwrap_or_else(|_| sync.clone()));
    }
    landed
}
