//! What is too old to be asked for goes: one table of rules, each of them applied in small steps.
//!
//! No rule removes a model's state or a live record. Several processes may apply the same rule at
//! once: what one of them has locked, the others pass over.

mod batches;
mod events;
mod leftovers;
mod syncs;
mod tombstones;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use crate::db::connection::MultiBackend;
use crate::error::StoreError;
use crate::sql::Sql;
use crate::tx::Tx;

/// How long things are kept that are over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    /// Syncs from their end on, with their attempts; and batches.
    pub syncs: TimeDelta,
    /// Deleted records. Cursors of the feed that are older expire.
    pub deletions: TimeDelta,
    /// The audit trail.
    pub audit_events: TimeDelta,
    /// Events. Cursors of their feed that are older expire.
    pub events: TimeDelta,
}

impl Default for Keep {
    fn default() -> Self {
        Self {
            syncs: TimeDelta::days(90),
            deletions: TimeDelta::days(90),
            audit_events: TimeDelta::days(365),
            events: TimeDelta::days(30),
        }
    }
}

/// What becomes too old.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Final syncs with their attempts, places in batches, and what their runs left; but for those
    /// that something still needs.
    Syncs,
    /// Batches without a sync.
    Batches,
    /// Deleted records.
    Deletions,
    /// Answers that are given again for 24 hours.
    IdempotencyKeys,
    /// Rows of the audit trail.
    AuditEvents,
    /// Events.
    Events,
    /// Held deletes that were decided.
    HeldDeletes,
    /// Workers that have been silent for a day.
    Workers,
    /// Rights to renew a credential that ran out, for their holder died.
    CredentialLeases,
}

/// What a step did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Removed {
    /// So many went.
    pub count: usize,
    /// Where the next step begins; none when the rule has no more to do.
    pub next: Option<Place>,
}

/// How far a rule has looked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Place(Uuid);

impl Rule {
    /// All of them: syncs go before the batches that they leave empty.
    pub const ALL: [Rule; 9] = [
        Rule::Syncs,
        Rule::Batches,
        Rule::Deletions,
        Rule::IdempotencyKeys,
        Rule::AuditEvents,
        Rule::Events,
        Rule::HeldDeletes,
        Rule::Workers,
        Rule::CredentialLeases,
    ];

    /// For the log.
    pub const fn name(self) -> &'static str {
        match self {
            Rule::Syncs => "syncs",
            Rule::Batches => "batches",
            Rule::Deletions => "deletions",
            Rule::IdempotencyKeys => "idempotency_keys",
            Rule::AuditEvents => "audit_events",
            Rule::Events => "events",
            Rule::HeldDeletes => "held_deletes",
            Rule::Workers => "workers",
            Rule::CredentialLeases => "credential_leases",
        }
    }
}

impl Tx<'_> {
    /// One step of a rule, which looks at no more than some `limit` rows. It begins at
    /// `Place::default()`.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub fn apply_rule(
        &mut self,
        rule: Rule,
        keep: &Keep,
        from: Place,
        limit: i64,
    ) -> Result<Removed, StoreError> {
        let Keep {
            syncs,
            deletions,
            audit_events,
            events,
        } = *keep;
        let kept = match rule {
            Rule::Syncs | Rule::Batches => syncs,
            // A release can be undone for as long as its tombstones are there.
            Rule::Deletions | Rule::HeldDeletes => deletions,
            Rule::AuditEvents => audit_events,
            Rule::Events => events,
            Rule::IdempotencyKeys => crate::idempotency::KEPT,
            Rule::Workers => crate::workers::FORGOTTEN_AFTER,
            Rule::CredentialLeases => TimeDelta::zero(),
        };
        // What is kept for longer than there is time is kept.
        let Some(before) = self.now().checked_sub_signed(kept) else {
            return Ok(Removed::of(0, limit));
        };
        match rule {
            Rule::Syncs => self.purge_syncs(before, from, limit),
            Rule::Batches => self.purge_batches(before, from, limit),
            Rule::Deletions => Ok(Removed::of(self.purge_deletions(before, limit)?, limit)),
            Rule::AuditEvents => Ok(Removed::of(self.purge_audit_events(before, limit)?, limit)),
            Rule::Events => Ok(Removed::of(self.purge_events(before, limit)?, limit)),
            Rule::HeldDeletes => Ok(Removed::of(self.purge_held_deletes(before, limit)?, limit)),
            Rule::IdempotencyKeys => Ok(Removed::of(self.purge_answers(before, limit)?, limit)),
            Rule::Workers => Ok(Removed::of(self.purge_workers(before)?, limit)),
            Rule::CredentialLeases => Ok(Removed::of(self.purge_leases(before, limit)?, limit)),
        }
    }

    /// Deletes the rows that `chosen` finds: a condition, an order and a limit, whose values are
    /// still to be bound. PostgreSQL goes to them by their place: by their key it may read the whole
    /// table to find a few.
    pub(crate) fn delete_chosen(
        &self,
        table: &str,
        key: &str,
        chosen: &str,
    ) -> Sql<'static, MultiBackend> {
        Sql::new(if self.is_postgres() {
            format!(
                "DELETE FROM {table} WHERE ctid = ANY (ARRAY \
                 (SELECT ctid FROM {table} WHERE {chosen} FOR UPDATE SKIP LOCKED))",
            )
        } else {
            format!(
                "DELETE FROM {table} WHERE ({key}) IN (SELECT {key} FROM {table} WHERE {chosen})"
            )
        })
    }

    /// Locks what is to be removed, and passes over what others have locked.
    fn skip_locked(&self) -> &'static str {
        if self.is_postgres() {
            "FOR UPDATE SKIP LOCKED"
        } else {
            ""
        }
    }
}

impl Removed {
    /// By a rule that finds the oldest first: what is left over stands at the beginning.
    fn of(count: usize, limit: i64) -> Self {
        let is_full = i64::try_from(count).is_ok_and(|count| count > 0 && count >= limit);
        Self {
            count,
            next: is_full.then(Place::default),
        }
    }

    /// By a rule that walks over ids, behind the last that it looked at.
    fn walked(count: usize, looked_at: &[(Uuid, bool)], limit: i64) -> Self {
        let is_full = i64::try_from(looked_at.len()).is_ok_and(|count| count >= limit);
        Self {
            count,
            next: looked_at
                .last()
                .filter(|_| is_full)
                .map(|(id, _)| Place(*id)),
        }
    }
}

/// The first id of this millisecond: ids begin with the time of their making, so that the primary
/// key finds what is old, and no index by age has to be written with every row.
fn first_id(at: DateTime<Utc>) -> Uuid {
    use chrono::SubsecRound;
    syncline_domain::SyncId::from_parts(at.trunc_subsecs(3), [0; 10]).uuid()
}
