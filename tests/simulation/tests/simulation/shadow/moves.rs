//! One sync moved: by the table, within the budget, in time.

use chrono::{DateTime, Utc};
use syncline_domain::attempt::{Attempt, AttemptOutcome, Counters};
use syncline_domain::quota::Take;
use syncline_domain::{Status, Sync, SyncId, TransitionKind};
use syncline_store::error::StoreError;
use syncline_store::page::PageRequest;
use syncline_store::stepped::SteppedDatabase;

use super::{Known, Moment, Shadow, States};
use crate::provider::Provider;
use crate::setting::SKEW;
use crate::world::CALLERS;

/// What a failed sync may say when no provider failed for good.
const DEFECTS: [&str; 2] = ["could not be kept", "cannot open what it keeps"];

impl Shadow {
    /// A sync differs from what it was.
    pub(super) fn check_move(
        &mut self,
        db: &mut SteppedDatabase,
        provider: &Provider,
        sync: &Sync,
        moment: &Moment,
    ) {
        let id = sync.id;
        let status = sync.lifecycle.status();
        let Some(known) = self.syncs.get(&id) else {
            let is_new = matches!(status, Status::Scheduled | Status::Queued);
            self.count("sync");
            return self.check(
                is_new || !moment.is_alone,
                "a sync moves by the table",
                || format!("{id} was made as {status}"),
            );
        };
        let old = known.sync.clone();
        let was = old.lifecycle.status();
        let attempts = sync.lifecycle.attempt() - old.lifecycle.attempt();
        if was != status && moment.is_alone {
            let may = TransitionKind::ALL
                .into_iter()
                .filter_map(|kind| kind.target(was))
                .any(|target| target.statuses().contains(&status));
            self.check(may, "a sync moves by the table", || {
                format!("{id}: {was} to {status}")
            });
            let is_start = (was, status) == (Status::Queued, Status::Running);
            self.check(
                attempts == i32::from(is_start),
                "each start is an attempt",
                || format!("{id}: {was} to {status}, {attempts} attempts more"),
            );
        }
        self.check(
            !was.is_final() || was == status,
            "what is final stays",
            || format!("{id}: {was} to {status}"),
        );
        self.check(attempts >= 0, "each start is an attempt", || {
            format!("{id}: {attempts}")
        });
        let is_frozen = old.lifecycle.attempt() == 0
            || old.timerange_end.is_none()
            || (old.timerange_start, old.timerange_end)
                == (sync.timerange_start, sync.timerange_end);
        self.check(is_frozen, "a range stays as it was settled", || {
            format!("{id}")
        });
        let is_disabled = self.disabled.contains(&sync.connection_id);
        if (was, status) == (Status::Queued, Status::Running) {
            self.check(!is_disabled, "a disabled connection is left alone", || {
                format!("{id}")
            });
            if self.has_quotas && moment.is_alone {
                self.check_may_ask(db, sync);
            }
        }
        if status == Status::Queued && matches!(was, Status::Scheduled | Status::PendingRetry) {
            self.check(!is_disabled, "a disabled connection is left alone", || {
                format!("{id}")
            });
            let due = old.lifecycle.parts().due_at;
            let is_due = due <= moment.now || sync.lifecycle.parts().due_at <= moment.now;
            self.check(is_due, "nothing is queued before its time", || {
                format!("{id} was due at {due}, queued at {}", moment.now)
            });
        }
        if was == Status::Running && (status != was || attempts > 0) {
            self.check_ended(db, provider, &old, sync, moment);
        }
    }

    /// Whoever starts may ask the provider now.
    fn check_may_ask(&mut self, db: &mut SteppedDatabase, sync: &Sync) {
        let id = sync.connection_id;
        let take = db.look(CALLERS, move |tx| tx.exchange_quota(id, &[], false));
        self.count("claim beside a quota");
        let may_ask = !matches!(&take, Ok::<_, StoreError>(Take::Wait(_)) | Err(_));
        self.check(may_ask, "what may not ask now is not claimed", || {
            format!("{}: {take:?}", sync.id)
        });
    }

    /// An attempt is over.
    fn check_ended(
        &mut self,
        db: &mut SteppedDatabase,
        provider: &Provider,
        old: &Sync,
        sync: &Sync,
        moment: &Moment,
    ) {
        let (organization, id) = (old.organization_id, old.id);
        let number = old.lifecycle.attempt();
        let attempts = db.look(CALLERS, move |tx| {
            let page = PageRequest {
                after: None,
                limit: 100,
            };
            Ok::<_, StoreError>(tx.list_attempts_of_sync(organization, id, page)?.items)
        });
        let Ok(attempts) = attempts else { return };
        let attempt = attempts.iter().find(|attempt| attempt.number == number);
        let Some(outcome) = attempt.and_then(|attempt| attempt.outcome) else {
            return self.break_promise("each attempt has an outcome", format!("{id}, {number}"));
        };
        self.count(name(outcome));
        self.check_budget(provider, id, number, outcome, sync, moment);
        let error = attempt
            .and_then(|attempt| attempt.error.clone())
            .unwrap_or_default();
        self.check(
            !DEFECTS.iter().any(|defect| error.contains(defect)),
            "the store keeps what was served",
            || format!("{id}: {error}"),
        );
        if outcome == AttemptOutcome::Complete {
            self.check_complete(db, provider, sync);
        }
        if sync.lifecycle.status().is_final() {
            self.check_counters(&attempts, id);
        }
    }

    /// What failed counts, and nothing else does.
    fn check_budget(
        &mut self,
        provider: &Provider,
        id: SyncId,
        attempt: i32,
        outcome: AttemptOutcome,
        sync: &Sync,
        moment: &Moment,
    ) {
        let (is_refused, later) = provider.with(|provider| {
            let whose = (id, attempt);
            (
                provider.refused.contains(&whose),
                provider.later.get(&whose).copied(),
            )
        });
        let (retry, lease) = (self.retry.clone(), self.lease - SKEW * 2);
        let Some(known) = self.syncs.get_mut(&id) else {
            return;
        };
        let has_budget =
            known.consecutive + 1 < retry.max_consecutive && known.total < retry.max_total;
        let parked = known.parked_since.map(|since| moment.now - since);
        let is_stuck = parked.is_some_and(|parked| parked >= retry.max_parked);
        let status = sync.lifecycle.status();
        let due = sync.lifecycle.parts().due_at;
        let is_right = match outcome {
            AttemptOutcome::Retry => has_budget && later.is_none_or(|at| due >= at),
            AttemptOutcome::Rescue => has_budget == (status != Status::Failed),
            AttemptOutcome::Fail => is_refused || !has_budget || is_stuck,
            AttemptOutcome::Park => later.is_none_or(|at| due >= at),
            AttemptOutcome::Complete | AttemptOutcome::Release | AttemptOutcome::Cancel => true,
        };
        match outcome {
            AttemptOutcome::Retry | AttemptOutcome::Rescue => {
                known.consecutive += 1;
                known.total += 1;
            }
            AttemptOutcome::Park => {
                known.parked_since = known.parked_since.or(Some(moment.now));
            }
            _ => {}
        }
        let (consecutive, total) = (known.consecutive, known.total);
        let is_late = moment.now >= known.renewed + lease;
        self.check(is_right, "a sync fails when its budget is spent", || {
            format!("{id}: {outcome:?} to {status}, {consecutive} and {total} failures, due {due}")
        });
        if outcome == AttemptOutcome::Rescue && self.knows_silence {
            self.check(is_late, "only who is silent is rescued from", || {
                format!("{id}")
            });
        }
        let spent = &sync.lifecycle.parts().spent;
        self.check(
            (spent.consecutive, spent.total) == (consecutive, total),
            "progress forgives failures",
            || format!("{id}: {spent:?}, not {consecutive} and {total}"),
        );
    }

    fn check_counters(&mut self, attempts: &[Attempt], id: SyncId) {
        let Some(known) = self.syncs.get(&id) else {
            return;
        };
        let mut sum = Counters::default();
        for attempt in attempts {
            sum += attempt.counters;
        }
        let expected = (known.pages, known.added, known.changed, known.unchanged);
        let counted = (sum.pages, sum.added, sum.changed, sum.unchanged);
        let swept = i64::try_from(known.swept.len()).unwrap_or(0);
        let is_right = known.has_repeated || (counted == expected && sum.deleted == swept);
        self.check(is_right, "each page counts once", || {
            format!(
                "{id}: {counted:?} and {}, not {expected:?} and {swept}",
                sum.deleted
            )
        });
    }

    /// Keeps how it was seen.
    pub(super) fn remember(&mut self, sync: &Sync) {
        let is_synced = self
            .models
            .get(&sync.model_id)
            .is_some_and(|model| model.is_synced);
        let known = self
            .syncs
            .entry(sync.id)
            .or_insert_with(|| Known::new(sync));
        let is_started = known.sync.lifecycle.attempt() < sync.lifecycle.attempt();
        if is_started {
            known.renewed = sync.modified_at.unwrap_or(known.renewed);
            known.is_initial = known.is_initial.or(Some(!is_synced));
        }
        known.sync = sync.clone();
    }
}

impl Known {
    fn new(sync: &Sync) -> Self {
        Self {
            sync: sync.clone(),
            consecutive: 0,
            total: 0,
            furthest: Default::default(),
            parked_since: None,
            renewed: DateTime::<Utc>::UNIX_EPOCH,
            seen: Default::default(),
            swept: Default::default(),
            staged: States::new(),
            pages: 0,
            added: 0,
            changed: 0,
            unchanged: 0,
            has_repeated: false,
            verdict: None,
            is_initial: None,
        }
    }
}

fn name(outcome: AttemptOutcome) -> &'static str {
    outcome.as_str()
}
