//! Which faults there are, and how often each is drawn.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::setting::Database;

/// What can go wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    /// `kill -9` of one process.
    Kill,
    /// `kill -9` of all at once.
    KillAll,
    /// SIGSTOP of one for longer than the lease, then SIGCONT.
    Pause,
    /// The database stops without a checkpoint, and starts again.
    CrashDatabase,
    /// All connections to the database are closed.
    CutWire,
    /// A commit is done, and its answer lost.
    LoseCommit,
    /// Nothing passes to or from the database for some seconds.
    StallWire,
    /// No byte is free on the database's disk for some seconds.
    FillDisk,
    /// One process believes that it is earlier.
    SetBackClock,
    /// The database believes that it is earlier.
    SetBackDatabaseClock,
}

impl Fault {
    /// Each with its weight.
    fn of(database: Database) -> &'static [(Fault, u32)] {
        match database {
            Database::Postgres => &[
                (Fault::Kill, 30),
                (Fault::KillAll, 4),
                (Fault::Pause, 14),
                (Fault::CrashDatabase, 12),
                (Fault::CutWire, 14),
                (Fault::LoseCommit, 14),
                (Fault::StallWire, 6),
                (Fault::FillDisk, 6),
                (Fault::SetBackClock, 8),
                (Fault::SetBackDatabaseClock, 8),
            ],
            Database::Sqlite => &[
                (Fault::Kill, 50),
                (Fault::Pause, 6),
                (Fault::FillDisk, 24),
                (Fault::SetBackClock, 20),
            ],
        }
    }
}

/// The faults of a run, in their order: the same for the same seed.
pub(crate) fn draw(
    database: Database,
    count: usize,
    seed: u64,
    is_possible: impl Fn(Fault) -> bool,
) -> Vec<Fault> {
    let mut dice = StdRng::seed_from_u64(seed);
    let choices: Vec<_> = Fault::of(database)
        .iter()
        .filter(|(fault, _)| is_possible(*fault))
        .collect();
    let sum: u32 = choices.iter().map(|(_, weight)| weight).sum();
    let mut draw = || {
        let mut point = dice.random_range(0..sum);
        for (fault, weight) in &choices {
            match point.checked_sub(*weight) {
                Some(rest) => point = rest,
                None => return *fault,
            }
        }
        Fault::Kill
    };
    (0..count).map(|_| draw()).collect()
}
