//! What a run is asked for, by environment variables that the Makefile sets.

use std::path::PathBuf;
use std::time::Duration;

/// A worker that is silent for so long loses its syncs; the program's own default.
pub(crate) const LEASE: Duration = Duration::from_secs(60);

/// Beyond the lease, how long a sync may stand still while the database can be reached.
pub(crate) const GRACE: Duration = Duration::from_secs(30);

#[derive(Debug, Clone)]
pub(crate) struct Setting {
    /// How many faults there are on each database.
    pub(crate) faults: usize,
    /// Decides which faults, and in which order.
    pub(crate) seed: u64,
    /// `libfaketime.so.1`; without it no clock is moved.
    pub(crate) fake_time: Option<PathBuf>,
    /// Where PostgreSQL's server programs are.
    pub(crate) postgres_bin: Option<PathBuf>,
    /// Who runs PostgreSQL when this process is root's: a user, and the number of its group.
    pub(crate) user: Option<(String, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Database {
    Sqlite,
    Postgres,
}

impl Database {
    pub(crate) fn all() -> [Self; 2] {
        [Self::Postgres, Self::Sqlite]
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

impl Setting {
    pub(crate) fn read() -> Self {
        let path = |name: &str| variable(name).map(PathBuf::from);
        Self {
            faults: number("SYNCLINE_CHAOS_FAULTS").unwrap_or(200),
            seed: number("SYNCLINE_CHAOS_SEED").unwrap_or_else(rand::random),
            fake_time: path("SYNCLINE_CHAOS_FAKETIME"),
            postgres_bin: path("SYNCLINE_CHAOS_POSTGRES_BIN"),
            user: variable("SYNCLINE_CHAOS_USER").zip(variable("SYNCLINE_CHAOS_GROUP")),
        }
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn number<T: std::str::FromStr>(name: &str) -> Option<T> {
    let text = variable(name)?;
    match text.parse() {
        Ok(number) => Some(number),
        Err(_) => panic!("{name} should be a whole number, and is {text}"),
    }
}
