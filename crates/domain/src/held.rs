//! Deletes that are held: a full pass missed more records than is likely, so that somebody decides.

/// Where held deletes stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HeldStatus {
    /// Nobody has decided yet.
    Held,
    /// They are being deleted, some at a time. Moved on by the engine.
    Releasing,
    /// They are deleted.
    Released,
    /// Nothing of it is deleted.
    Dismissed,
    /// What was deleted is being brought back, some at a time. Moved on by the engine.
    Undoing,
    /// What was deleted is back.
    Undone,
    /// A newer full pass came to its end: it says what is gone.
    Superseded,
}

/// What somebody decides about held deletes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeldDecision {
    /// Delete them.
    Release,
    /// Keep the records.
    Dismiss,
    /// Bring back what a release deleted.
    Undo,
}

/// A decision that comes too late, or too early.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("these deletes are {status}: {}", advice(*.decision, *.status))]
pub struct HeldError {
    /// What was decided.
    pub decision: HeldDecision,
    /// Where they stand.
    pub status: HeldStatus,
}

impl HeldStatus {
    /// Every status, in the order of their life.
    pub const ALL: [HeldStatus; 7] = [
        HeldStatus::Held,
        HeldStatus::Releasing,
        HeldStatus::Released,
        HeldStatus::Dismissed,
        HeldStatus::Undoing,
        HeldStatus::Undone,
        HeldStatus::Superseded,
    ];

    /// As it is written on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            HeldStatus::Held => "held",
            HeldStatus::Releasing => "releasing",
            HeldStatus::Released => "released",
            HeldStatus::Dismissed => "dismissed",
            HeldStatus::Undoing => "undoing",
            HeldStatus::Undone => "undone",
            HeldStatus::Superseded => "superseded",
        }
    }

    /// Where a decision leads; `None`: that was decided already.
    ///
    /// # Errors
    /// [`HeldError`] when it cannot be decided any more, or not yet.
    pub fn decide(self, decision: HeldDecision) -> Result<Option<HeldStatus>, HeldError> {
        use HeldDecision as D;
        use HeldStatus::{Dismissed, Held, Released, Releasing, Superseded, Undoing, Undone};
        match (decision, self) {
            (D::Release, Held) => Ok(Some(Releasing)),
            (D::Release, Releasing | Released) => Ok(None),
            (D::Dismiss, Held) => Ok(Some(Dismissed)),
            (D::Dismiss, Dismissed) => Ok(None),
            (D::Undo, Releasing | Released) => Ok(Some(Undoing)),
            (D::Undo, Undoing | Undone) => Ok(None),
            (D::Release, Dismissed | Undoing | Undone | Superseded)
            | (D::Dismiss, Releasing | Released | Undoing | Undone | Superseded)
            | (D::Undo, Held | Dismissed | Superseded) => Err(HeldError {
                decision,
                status: self,
            }),
        }
    }
}

fn advice(decision: HeldDecision, status: HeldStatus) -> &'static str {
    match (decision, status) {
        (HeldDecision::Undo, HeldStatus::Held) => "nothing was deleted: dismiss them instead",
        (HeldDecision::Dismiss, HeldStatus::Releasing | HeldStatus::Released) => {
            "undo brings the records back"
        }
        (_, HeldStatus::Superseded) => "a newer full pass says what is gone",
        _ => "the next full pass that misses too many records asks again",
    }
}

impl std::fmt::Display for HeldStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that names no status of held deletes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a status of held deletes")]
pub struct UnknownHeldStatus(pub String);

impl std::str::FromStr for HeldStatus {
    type Err = UnknownHeldStatus;

    fn from_str(text: &str) -> Result<Self, UnknownHeldStatus> {
        HeldStatus::ALL
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or_else(|| UnknownHeldStatus(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_that_was_made_is_made_again() {
        let all = [
            HeldDecision::Release,
            HeldDecision::Dismiss,
            HeldDecision::Undo,
        ];
        for decision in all {
            for status in HeldStatus::ALL {
                if let Ok(Some(next)) = status.decide(decision) {
                    assert_eq!(next.decide(decision), Ok(None), "{decision:?} of {status}");
                }
            }
        }
    }

    #[test]
    fn what_is_superseded_is_over() {
        for decision in [
            HeldDecision::Release,
            HeldDecision::Dismiss,
            HeldDecision::Undo,
        ] {
            let error = HeldStatus::Superseded.decide(decision).unwrap_err();
            assert!(error.to_string().contains("a newer full pass"));
        }
    }
}
