//! What records mean that a pass did not see.

use roaring::RoaringTreemap;
use syncline_domain::attempt::Warning;

use super::coverage::Coverage;
use super::{DeleteGuard, Unseen};
use crate::bug::{self, Bug};
use crate::held::{HeldReason, NewHold};
use crate::syncs::row::RunFacts;

/// What was decided.
pub(super) struct Verdict {
    pub(super) coverage: Coverage,
    pub(super) warning: Option<Warning>,
    /// The bitmap that the model keeps once the sync is complete.
    pub(super) suspects: RoaringTreemap,
    /// What is not deleted, for it is too much.
    pub(super) hold: Option<NewHold>,
}

impl Verdict {
    /// There is nothing to sweep.
    pub(super) fn settled() -> Self {
        Self {
            coverage: Coverage::Settled,
            warning: None,
            suspects: RoaringTreemap::new(),
            hold: None,
        }
    }
}

/// What was seen under one configuration proves no deletion under another, whichever attempt
/// comes to the end.
pub(super) fn trusted(unseen: &Unseen, facts: &RunFacts) -> Unseen {
    match (unseen, &facts.position, &facts.fingerprint) {
        (Unseen::Gone, Some(position), Some(settled)) if position.fingerprint != *settled => {
            Unseen::Suspect {
                reason: "its configuration changed during the pass".into(),
            }
        }
        (unseen, _, _) => unseen.clone(),
    }
}

pub(super) fn judge(
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
        Unseen::Gone | Unseen::Suspect { .. } | Unseen::Unknown => Verdict::settled(),
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
