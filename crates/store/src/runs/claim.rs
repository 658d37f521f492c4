//! A worker takes syncs, fairly over organizations and within the caps.

mod candidates;
mod running;

use std::collections::HashSet;

use chrono::Duration;
use syncline_domain::OrganizationId;
use syncline_domain::fairness::{Share, Turns};
use uuid::Uuid;

use super::{Caps, Fence};
use crate::bug::{self, Bug};
use crate::error::StoreError;
use crate::tx::Tx;
use candidates::{Candidate, Kind};
use running::Running;

/// So often a claim looks again when others took what it had chosen, or a cap refused it.
const LOOKS: usize = 3;

/// What a worker asks for.
#[derive(Debug, Clone)]
pub struct Claim {
    /// Who asks.
    pub worker: String,
    /// How many syncs it takes at most.
    pub slots: i64,
    /// How many of these may be syncs that a schedule made and no caller asked for.
    pub slots_for_scheduled: i64,
    /// How long the syncs are its own without another word.
    pub lease: Duration,
    /// How many syncs may run at once, over all workers.
    pub caps: Caps,
    /// Where this worker's round stands.
    pub share: Share<OrganizationId>,
}

/// What a worker got.
#[derive(Debug, Clone)]
pub struct Claimed {
    /// In the order of their turns.
    pub syncs: Vec<ClaimedSync>,
    /// Where its round stands now.
    pub share: Share<OrganizationId>,
}

/// A sync that was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimedSync {
    /// Its new attempt.
    pub fence: Fence,
    /// Whether a caller asked for it: a one-off, or a scheduled sync that a request joined.
    pub is_asked_for: bool,
}

impl Claim {
    /// At most `slots` syncs of any kind, without caps, in a round that begins.
    pub fn new(worker: impl Into<String>, slots: i64, lease: Duration) -> Self {
        Self {
            worker: worker.into(),
            slots,
            slots_for_scheduled: slots,
            lease,
            caps: Caps::default(),
            share: Share::default(),
        }
    }
}

impl Claimed {
    /// The attempts alone.
    pub fn fences(&self) -> Vec<Fence> {
        self.syncs.iter().map(|sync| sync.fence).collect()
    }
}

/// A claim under way.
struct Choice {
    /// All that were looked at and chosen, whether they were got or not.
    taken: HashSet<Uuid>,
    running: Running,
    share: Share<OrganizationId>,
    slots: usize,
    slots_for_scheduled: usize,
    caps: Caps,
    /// A cap was reached by what this claim chose: behind it something else may wait.
    has_refused: bool,
}

impl Tx<'_> {
    /// Gives a worker queued syncs: applies `start`, opens their attempts, takes their leases.
    ///
    /// Organizations take turns in a weighted round. What callers asked for goes before what
    /// schedules made, but for each fourth slot. Syncs of connections that are disabled, or whose
    /// provider gives no request now, are left out, and so is what a cap excludes. However many wait, a claim costs the same.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub fn claim_syncs(&mut self, claim: &Claim) -> Result<Claimed, StoreError> {
        let count = |slots: i64| usize::try_from(slots).unwrap_or(0);
        let caps = if bug::is_on(Bug::CapsIgnored) {
            Caps::default()
        } else {
            claim.caps
        };
        let mut choice = Choice {
            taken: HashSet::new(),
            running: Running::default(),
            share: claim.share,
            slots: count(claim.slots),
            slots_for_scheduled: count(claim.slots_for_scheduled),
            caps,
            has_refused: false,
        };
        let mut syncs = Vec::new();
        if choice.slots > 0 {
            choice.running = self.count_running(caps)?;
        }
        for _ in 0..LOOKS {
            if choice.slots == 0 {
                break;
            }
            let chosen = self.choose(&mut choice)?;
            let ids: Vec<Uuid> = chosen.iter().map(|candidate| candidate.id.uuid()).collect();
            let started = self.start_syncs(&ids, &claim.worker, claim.lease)?;
            let is_complete = started.len() == chosen.len();
            syncs.extend(started.into_iter().map(|fence| {
                ClaimedSync {
                    fence,
                    is_asked_for: chosen
                        .iter()
                        .any(|candidate| candidate.id == fence.sync_id && candidate.is_asked_for),
                }
            }));
            for lost in chosen
                .iter()
                .filter(|c| !syncs.iter().any(|sync| sync.fence.sync_id == c.id))
            {
                choice.give_back(lost);
            }
            if is_complete && !choice.has_refused {
                break;
            }
        }
        Ok(Claimed {
            syncs,
            share: choice.share,
        })
    }

    /// Fills the slots, one after the other.
    fn choose(&mut self, choice: &mut Choice) -> Result<Vec<Candidate>, StoreError> {
        choice.has_refused = false;
        let mut asked = self.line_up(choice, Kind::Asked)?;
        let mut scheduled = None;
        let mut chosen = Vec::new();
        while choice.slots > 0 {
            let kinds = if choice.share.is_scheduled_next() {
                [Kind::Scheduled, Kind::Asked]
            } else {
                [Kind::Asked, Kind::Scheduled]
            };
            let mut found = None;
            for kind in kinds {
                let turns = match (kind, &mut scheduled) {
                    (Kind::Asked, _) => &mut asked,
                    (Kind::Scheduled, _) if choice.slots_for_scheduled == 0 => continue,
                    (Kind::Scheduled, Some(turns)) => turns,
                    // Looked for only when it may have a slot.
                    (Kind::Scheduled, none) => none.insert(self.line_up(choice, kind)?),
                };
                found = turns.next(|candidate| choice.may_take(candidate));
                if found.is_some() {
                    break;
                }
            }
            let Some(candidate) = found else { break };
            choice.take(&candidate);
            chosen.push(candidate);
        }
        choice.share.asked = asked.round();
        if let Some(scheduled) = scheduled {
            choice.share.scheduled = scheduled.round();
        }
        Ok(chosen)
    }

    fn line_up(
        &mut self,
        choice: &Choice,
        kind: Kind,
    ) -> Result<Turns<OrganizationId, Candidate>, StoreError> {
        let (round, limit) = match kind {
            Kind::Asked => (choice.share.asked, choice.slots),
            Kind::Scheduled => (
                choice.share.scheduled,
                choice.slots.min(choice.slots_for_scheduled),
            ),
        };
        let look = candidates::Look {
            kind,
            begins_at: round.begins_at(),
            limit,
            taken: choice.taken.len(),
            caps: choice.caps,
            running: &choice.running,
        };
        Ok(round.go_on(self.list_waiting(&look)?))
    }
}

impl Choice {
    fn may_take(&mut self, candidate: &Candidate) -> bool {
        if self.taken.contains(&candidate.id.uuid()) {
            return false;
        }
        let is_admitted = self.running.admits(candidate, self.caps);
        self.has_refused |= !is_admitted;
        is_admitted
    }

    fn take(&mut self, candidate: &Candidate) {
        self.taken.insert(candidate.id.uuid());
        self.running.count(candidate, 1);
        self.share.took(!candidate.is_asked_for);
        self.slots -= 1;
        if !candidate.is_asked_for {
            self.slots_for_scheduled = self.slots_for_scheduled.saturating_sub(1);
        }
    }

    /// Somebody else took it first.
    fn give_back(&mut self, candidate: &Candidate) {
        self.running.count(candidate, -1);
        self.slots += 1;
        if !candidate.is_asked_for {
            self.slots_for_scheduled += 1;
        }
    }
}
