//! Why a sync stands where it stands: what it waits for, and until when.
//!
//! The rule is here, so that the API and the log say the same words.

use chrono::{DateTime, Duration, Utc};

use crate::attempt::AttemptOutcome;
use crate::quota::Held;
use crate::{AttemptNumber, Lifecycle, Status, SyncId};

/// What has to be known to explain a sync.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The sync.
    pub lifecycle: Lifecycle,
    /// The time of the question.
    pub now: DateTime<Utc>,
    /// Who runs it, and until when the lease lasts.
    pub lease: Option<(String, DateTime<Utc>)>,
    /// How its last attempt ended, if it has ended.
    pub last_outcome: Option<AttemptOutcome>,
    /// Whether its connection is disabled.
    pub is_disabled: bool,
    /// Whether a caller asked for it, so that it may take any slot.
    pub is_asked_for: bool,
    /// Another sync that has its model's turn.
    pub turn_holder: Option<TurnHolder>,
    /// How long syncs of its model took, on average; `None` when none has completed.
    pub usual_duration: Option<Duration>,
    /// Why its account at the provider is not to be asked now.
    pub quota: Option<Held>,
    /// The workers that are alive.
    pub fleet: Fleet,
    /// The limits that hold it, each with what runs under it.
    pub caps: Vec<Cap>,
    /// Failures without progress after which it fails.
    pub max_failures: i32,
}

/// The sync that has the turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TurnHolder {
    /// Which.
    pub id: SyncId,
    /// Where it stands.
    pub status: Status,
    /// When its first attempt began.
    pub started_at: Option<DateTime<Utc>>,
}

/// All workers together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Fleet {
    /// How many there are.
    pub workers: i64,
    /// How many syncs they run at once.
    pub slots: i64,
    /// How many they run now.
    pub running: i64,
    /// How many of the slots syncs may take that no caller asked for.
    pub slots_for_scheduled: i64,
    /// How many of these run now.
    pub running_scheduled: i64,
}

/// A limit on how many syncs run at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cap {
    /// What it counts.
    pub kind: CapKind,
    /// How many may run.
    pub limit: i64,
    /// How many do.
    pub running: i64,
}

/// What a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CapKind {
    /// The syncs of one organization.
    Organization,
    /// Those of one connection.
    Connection,
    /// Those of one provider, over all organizations.
    Provider,
}

/// Why a sync stands where it stands. [`code`](Reason::code) is for programs, the text for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// It has ended.
    Final(Status),
    /// A worker runs it.
    Running {
        /// Who.
        worker: String,
        /// Which run it is.
        attempt: AttemptNumber,
    },
    /// Its worker has fallen silent; it will be rescued.
    WorkerSilent {
        /// Who.
        worker: String,
        /// Since when its lease is over.
        since: DateTime<Utc>,
    },
    /// Its time has not come.
    NotDue {
        /// When it comes.
        until: DateTime<Utc>,
    },
    /// Another sync of its model has the turn.
    Turn(TurnHolder),
    /// Its connection is disabled.
    ConnectionDisabled,
    /// It failed, and is tried again.
    Backoff {
        /// Failures without progress so far.
        failures: i32,
        /// At so many it fails.
        max_failures: i32,
        /// When it is tried again.
        until: DateTime<Utc>,
    },
    /// The provider asked to come back later.
    ProviderAskedToWait {
        /// When.
        until: DateTime<Utc>,
    },
    /// The quota of its account at the provider is used up.
    QuotaExhausted {
        /// When there is some again.
        until: DateTime<Utc>,
    },
    /// No worker is alive.
    NoWorker,
    /// All slots of all workers are taken.
    WorkersBusy(Fleet),
    /// The slots that are free are kept for syncs that callers ask for.
    SlotsReserved(Fleet),
    /// A limit is reached.
    CapReached(Cap),
    /// Nothing: it is taken up at the next look.
    Next,
}

/// A reason, and when the sync is expected to go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// Why.
    pub reason: Reason,
    /// When it should start or go on; `None` when it runs, has ended, or nobody can tell.
    pub expected_at: Option<DateTime<Utc>>,
}

/// Explains a sync.
pub fn explain(facts: &Facts) -> Explanation {
    let reason = reason(facts);
    let expected_at = match &reason {
        Reason::NotDue { until }
        | Reason::Backoff { until, .. }
        | Reason::ProviderAskedToWait { until }
        | Reason::QuotaExhausted { until } => Some(*until),
        Reason::WorkerSilent { .. } | Reason::Next => Some(facts.now),
        Reason::Turn(holder) => holder
            .started_at
            .zip(facts.usual_duration)
            .map(|(started, usual)| (started + usual).max(facts.now)),
        Reason::Final(_)
        | Reason::Running { .. }
        | Reason::ConnectionDisabled
        | Reason::NoWorker
        | Reason::WorkersBusy(_)
        | Reason::SlotsReserved(_)
        | Reason::CapReached(_) => None,
    };
    Explanation {
        reason,
        expected_at,
    }
}

fn reason(facts: &Facts) -> Reason {
    let parts = facts.lifecycle.parts();
    match parts.status {
        Status::Complete | Status::Failed | Status::Cancelled => Reason::Final(parts.status),
        Status::Running => match &facts.lease {
            Some((worker, until)) if *until <= facts.now => Reason::WorkerSilent {
                worker: worker.clone(),
                since: *until,
            },
            lease => Reason::Running {
                worker: lease.as_ref().map_or_else(String::new, |l| l.0.clone()),
                attempt: parts.attempt,
            },
        },
        Status::Scheduled | Status::PendingRetry if facts.is_disabled => Reason::ConnectionDisabled,
        Status::PendingRetry if parts.due_at > facts.now => waits_again(facts),
        Status::Scheduled if parts.due_at > facts.now => Reason::NotDue {
            until: parts.due_at,
        },
        Status::Scheduled | Status::PendingRetry | Status::Queued => waits_for_others(facts),
    }
}

/// After an attempt that did not go through.
fn waits_again(facts: &Facts) -> Reason {
    let parts = facts.lifecycle.parts();
    let until = parts.due_at;
    if facts.last_outcome == Some(AttemptOutcome::Park) {
        match facts.quota {
            Some(Held::UsedUp { until: reset }) => Reason::QuotaExhausted {
                until: until.max(reset),
            },
            Some(Held::AskedToWait { .. }) | None => Reason::ProviderAskedToWait { until },
        }
    } else {
        Reason::Backoff {
            failures: parts.spent.consecutive,
            max_failures: facts.max_failures,
            until,
        }
    }
}

/// It is due: others are in its way, or nobody.
fn waits_for_others(facts: &Facts) -> Reason {
    let is_queued = facts.lifecycle.status() == Status::Queued;
    if let Some(holder) = facts.turn_holder {
        Reason::Turn(holder)
    } else if facts.fleet.workers == 0 {
        Reason::NoWorker
    } else if let Some(held) = facts.quota {
        match held {
            Held::UsedUp { until } => Reason::QuotaExhausted { until },
            Held::AskedToWait { until } => Reason::ProviderAskedToWait { until },
        }
    } else if let Some(cap) = facts
        .caps
        .iter()
        .find(|c| is_queued && c.running >= c.limit)
    {
        Reason::CapReached(*cap)
    } else if is_queued && facts.fleet.running >= facts.fleet.slots {
        Reason::WorkersBusy(facts.fleet)
    } else if is_queued
        && !facts.is_asked_for
        && facts.fleet.running_scheduled >= facts.fleet.slots_for_scheduled
    {
        Reason::SlotsReserved(facts.fleet)
    } else {
        Reason::Next
    }
}

impl CapKind {
    /// Its name in texts and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            CapKind::Organization => "organization",
            CapKind::Connection => "connection",
            CapKind::Provider => "provider",
        }
    }
}

impl Reason {
    /// Stable, for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Reason::Final(_) => "final",
            Reason::Running { .. } => "running",
            Reason::WorkerSilent { .. } => "worker_silent",
            Reason::NotDue { .. } => "not_due",
            Reason::Turn(_) => "turn",
            Reason::ConnectionDisabled => "connection_disabled",
            Reason::Backoff { .. } => "backoff",
            Reason::ProviderAskedToWait { .. } => "provider_asked_to_wait",
            Reason::QuotaExhausted { .. } => "quota_exhausted",
            Reason::NoWorker => "no_worker",
            Reason::WorkersBusy(_) => "workers_busy",
            Reason::SlotsReserved(_) => "slots_reserved",
            Reason::CapReached(_) => "cap_reached",
            Reason::Next => "next",
        }
    }
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Reason::Final(status) => write!(f, "it has ended ({status}): nothing more will happen"),
            Reason::Running { worker, attempt } => {
                write!(f, "worker {worker} runs it (attempt {attempt})")
            }
            Reason::WorkerSilent { worker, since } => write!(
                f,
                "worker {worker} has not renewed its lease, which ended at {}: it will be \
                 rescued and tried again",
                time(since)
            ),
            Reason::NotDue { until } => write!(f, "it is not due before {}", time(until)),
            Reason::Turn(holder) => write!(
                f,
                "another sync of its model, {}, is {} and has the turn",
                holder.id, holder.status
            ),
            Reason::ConnectionDisabled => f.write_str(
                "its connection is disabled: enable it (PATCH the connection with \
                 `is_sync_disabled` false), and it goes on",
            ),
            Reason::Backoff {
                failures,
                max_failures,
                until,
            } => write!(
                f,
                "it failed and is tried again at {} (failure {failures} of at most \
                 {max_failures} without progress)",
                time(until)
            ),
            Reason::ProviderAskedToWait { until } => Held::AskedToWait { until: *until }.fmt(f),
            Reason::QuotaExhausted { until } => Held::UsedUp { until: *until }.fmt(f),
            Reason::NoWorker => f.write_str(
                "no worker is alive: start `syncline serve` or `syncline worker` on this database",
            ),
            Reason::WorkersBusy(fleet) => write!(
                f,
                "all {} slots of {} worker(s) are taken: it starts when one is free",
                fleet.slots, fleet.workers
            ),
            Reason::SlotsReserved(fleet) => write!(
                f,
                "all {} slots that scheduled syncs may take are taken, and the others are kept for \
                 syncs that callers ask for: it starts when one is free",
                fleet.slots_for_scheduled
            ),
            Reason::CapReached(cap) => write!(
                f,
                "its {} runs {} syncs, as many as it may: it starts when one of them ends",
                cap.kind.as_str(),
                cap.running
            ),
            Reason::Next => f.write_str("nothing holds it: it is taken up at the next look"),
        }
    }
}

fn time(at: &DateTime<Utc>) -> impl std::fmt::Display {
    at.format("%Y-%m-%dT%H:%M:%SZ")
}
