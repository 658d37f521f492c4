//! How a command ends, for the shell.

/// Exit codes. They are part of the interface: scripts rely on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Everything that was asked for is done.
    Done,
    /// The command failed; of `sync`: a sync failed.
    Failed,
    /// The command line or a setting is wrong.
    Usage,
    /// A sync was cancelled, and none failed.
    Cancelled,
    /// The time that `--timeout` allows is over; the syncs go on.
    TimedOut,
    /// The server cannot be reached, or refused the request.
    Refused,
    /// Ended by Ctrl-C.
    Interrupted,
}

impl Exit {
    const fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Cancelled => 3,
            Exit::TimedOut => 4,
            Exit::Refused => 5,
            Exit::Interrupted => 130,
        }
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
