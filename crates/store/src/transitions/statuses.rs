//! Statuses for statements over many rows, out of the table of the domain.
//!
//! They stand in the text of a statement, not among its values, so that partial indexes apply.

use syncline_domain::transition::Target;
use syncline_domain::{Status, TransitionKind};

/// `'scheduled', 'pending_retry'`: those in which it can happen, in the order of a sync's life.
pub(crate) fn sources(kind: TransitionKind) -> String {
    list(kind.sources())
}

/// Where it leads, for kinds that lead to one status alone.
pub(crate) fn target(kind: TransitionKind) -> Option<Status> {
    let mut targets = kind.sources().filter_map(|from| kind.target(from));
    match targets.next() {
        Some(Target::To(status)) => Some(status),
        Some(Target::ByBudget | Target::ByAttempt) | None => None,
    }
}

/// Those that hold a model's turn.
pub(crate) fn turn_holders() -> String {
    list(Status::ALL.into_iter().filter(|status| status.holds_turn()))
}

/// Those that are not final.
pub(crate) fn live() -> String {
    list(Status::ALL.into_iter().filter(|status| !status.is_final()))
}

/// Those that wait for the turn.
pub(crate) fn waiting() -> String {
    list(
        Status::ALL
            .into_iter()
            .filter(|status| !status.is_final() && !status.holds_turn()),
    )
}

/// Statuses as they stand between the brackets of `IN ()`.
pub(crate) fn list(statuses: impl IntoIterator<Item = Status>) -> String {
    let quoted: Vec<String> = statuses
        .into_iter()
        .map(|status| format!("'{status}'"))
        .collect();
    quoted.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_those_of_the_table() {
        assert_eq!(
            sources(TransitionKind::Enqueue),
            "'scheduled', 'pending_retry'"
        );
        assert_eq!(sources(TransitionKind::Start), "'queued'");
        assert_eq!(target(TransitionKind::Enqueue), Some(Status::Queued));
        assert_eq!(target(TransitionKind::Start), Some(Status::Running));
        assert_eq!(target(TransitionKind::Rescue), None);
        assert_eq!(turn_holders(), "'queued', 'running', 'pending_retry'");
        assert_eq!(waiting(), "'scheduled'");
        assert_eq!(live(), "'scheduled', 'queued', 'running', 'pending_retry'");
    }
}
