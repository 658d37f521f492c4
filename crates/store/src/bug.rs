//! Deliberate mistakes: the proof that the simulation can fail.
//!
//! A rule that no test can see broken may as well not be there. Each [`Bug`] leaves one rule out,
//! or gets it wrong as somebody plausibly could, at the place where the rule stands. The
//! simulation (`tests/simulation`) chooses one of them after the other and must find each.
//!
//! None can be chosen without the feature `deliberate-bugs`: then [`is_on`] is a constant `false`.
//! No crate turns the feature on but that test, when it is asked to, and a release build refuses
//! it.

#[cfg(all(feature = "deliberate-bugs", not(debug_assertions)))]
compile_error!("deliberate bugs are for tests: no release build may have them");

/// A rule that is broken on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bug {
    /// A page lands if the sync runs, whichever attempt of it.
    FenceWithoutAttempt,
    /// A page lands if its attempt is the last one, also when that is over: cancelled, rescued.
    FenceWithoutStatus,
    /// A page leaves the position as the first one set it: the next attempt reads it again.
    PageWithoutPosition,
    /// The position commits ahead of the records of its page.
    PositionBeforePage,
    /// The state of a window commits ahead of the page that closes it.
    StateBeforePage,
    /// A commit whose answer was lost is taken for one that failed, and sent again.
    CommitSentAgain,
    /// Progress does not forgive failures.
    BudgetNeverReset,
    /// Failures cost nothing.
    BudgetNeverCounted,
    /// "Come back later" costs as much as a failure.
    ParkCostsBudget,
    /// The provider's "not before" is not heeded.
    RetryAfterIgnored,
    /// The next number of the feed is one more than the highest of the live records.
    FeedMaxPlusOne,
    /// A page that was written as if it were all new, and was not, is not undone before it is
    /// written the other way: its numbers are taken twice.
    NumbersTakenTwice,
    /// A request joins the sync that runs.
    JoinStarted,
    /// A request queues its sync though another has the turn.
    TurnTakenTwice,
    /// Whoever frees the turn leaves it to the next tick to hand it on.
    TurnNotHandedOn,
    /// A request queues its sync though the connection is disabled.
    DisabledIsQueued,
    /// A claim does not look at the caps.
    CapsIgnored,
    /// An engine that starts rescues all that runs, though others are alive.
    RescueAtEveryStart,
    /// A heartbeat sets the sync running again that was rescued from its attempt.
    HeartbeatRevives,
    /// Each attempt settles the range anew.
    RangeOfEachAttempt,
    /// A sync that was asked for a part moves the model's state.
    PartMovesState,
    /// A full refresh moves the model's state before its end.
    RefreshMovesState,
    /// An answer that is an error counts as an empty page, and so as the end.
    ErrorTakenForEnd,
    /// What a retry has seen before it counts as unseen.
    SeenForgottenByRetry,
    /// A pass that may have missed records deletes what it has missed.
    DoubtTakenForProof,
    /// Too many deletions are not held.
    GuardIgnored,
    /// A sync completes without deleting what is gone.
    SweepLeftOut,
    /// Requests are given out, and not taken from what is left.
    QuotaNotTaken,
    /// A sync that is queued leaves no event.
    EventForgotten,
    /// A page brings what is held, and a release deletes it all the same.
    HeldNotSpared,
    /// What is deleted is still suspected, and counts when the next pass is doubted.
    DeletedStaysSuspected,
    /// What an undo has brought back, the sweep under way deletes.
    UndoneIsSwept,
    /// An undo brings back what the last batch of the release deleted, and no more.
    UndoOfLastBatch,
    /// Requests go out unasked, whatever is known of the quota.
    QuotaNotAsked,
    /// A sync is claimed though its provider gives no request now.
    ClaimIgnoresQuota,
    /// After a downtime there is a sync for each tick that was missed.
    TickPerMissedTick,
    /// What was missed by many is made up for by all of them in the same moment.
    CatchUpAtOnce,
    /// What was missed is not made up for.
    MissedTickForgotten,
}

impl Bug {
    /// All of them.
    pub const ALL: [Bug; 38] = [
        Bug::FenceWithoutAttempt,
        Bug::FenceWithoutStatus,
        Bug::PageWithoutPosition,
        Bug::PositionBeforePage,
        Bug::StateBeforePage,
        Bug::CommitSentAgain,
        Bug::BudgetNeverReset,
        Bug::BudgetNeverCounted,
        Bug::ParkCostsBudget,
        Bug::RetryAfterIgnored,
        Bug::FeedMaxPlusOne,
        Bug::NumbersTakenTwice,
        Bug::JoinStarted,
        Bug::TurnTakenTwice,
        Bug::TurnNotHandedOn,
        Bug::DisabledIsQueued,
        Bug::CapsIgnored,
        Bug::RescueAtEveryStart,
        Bug::HeartbeatRevives,
        Bug::RangeOfEachAttempt,
        Bug::PartMovesState,
        Bug::RefreshMovesState,
        Bug::ErrorTakenForEnd,
        Bug::SeenForgottenByRetry,
        Bug::DoubtTakenForProof,
        Bug::GuardIgnored,
        Bug::SweepLeftOut,
        Bug::QuotaNotTaken,
        Bug::EventForgotten,
        Bug::HeldNotSpared,
        Bug::DeletedStaysSuspected,
        Bug::UndoneIsSwept,
        Bug::UndoOfLastBatch,
        Bug::QuotaNotAsked,
        Bug::ClaimIgnoresQuota,
        Bug::TickPerMissedTick,
        Bug::CatchUpAtOnce,
        Bug::MissedTickForgotten,
    ];
}

/// Whether this bug was chosen. Never, without the feature.
#[cfg(not(feature = "deliberate-bugs"))]
#[inline(always)]
pub const fn is_on(_: Bug) -> bool {
    false
}

#[cfg(feature = "deliberate-bugs")]
pub use chosen::{choose, is_on};

#[cfg(feature = "deliberate-bugs")]
mod chosen {
    use std::cell::Cell;

    use super::Bug;

    thread_local! {
        static CHOSEN: Cell<Option<Bug>> = const { Cell::new(None) };
    }

    /// Chooses the bug of whatever this thread does from now on; none at first.
    pub fn choose(bug: Option<Bug>) {
        CHOSEN.set(bug);
    }

    /// Whether this thread has chosen this bug.
    pub fn is_on(bug: Bug) -> bool {
        CHOSEN.get() == Some(bug)
    }
}
