//! Which failures of a database pass.

use diesel::result::{DatabaseErrorKind, Error};

use crate::error::StoreError;

/// What the drivers say, in lower case, when somebody has to wait or to make room, and how we say
/// it. Neither driver tells more than a text for these.
const PASSING: [(&str, &str); 26] = [
    ("database or disk is full", "the disk is full"),
    ("no space left on device", "the disk is full"),
    ("could not extend file", "the disk is full"),
    ("disk i/o error", "the disk cannot be read or written"),
    ("database is locked", "another process holds the database"),
    (
        "database table is locked",
        "another process holds the database",
    ),
    (
        "unable to open database file",
        "the database file cannot be opened",
    ),
    (
        "attempt to write a readonly database",
        "the database file cannot be written",
    ),
    ("due to statement timeout", "a statement took too long"),
    ("due to lock timeout", "a lock was not free in time"),
    (
        "idle-in-transaction timeout",
        "a transaction was idle for too long",
    ),
    (
        "deadlock detected",
        "two transactions waited for each other",
    ),
    ("server closed the connection", "the connection was closed"),
    ("terminating connection", "the connection was closed"),
    ("connection not open", "the connection was closed"),
    ("no connection to the server", "the connection was closed"),
    (
        "could not receive data from server",
        "the connection was lost",
    ),
    ("could not send data to server", "the connection was lost"),
    ("ssl connection has been closed", "the connection was lost"),
    ("connection to server", "the server cannot be reached"),
    ("could not connect", "the server cannot be reached"),
    (
        "could not translate host name",
        "the server's name is not known",
    ),
    (
        "the database system is",
        "the server is starting or stopping",
    ),
    ("too many clients", "the server has no connection left"),
    (
        "remaining connection slots",
        "the server has no connection left",
    ),
    ("out of memory", "the database ran out of memory"),
];

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        match passing(&error) {
            Some(reason) => StoreError::Unavailable {
                reason: reason.to_owned(),
                source: Some(Box::new(error)),
            },
            None => StoreError::Database(Box::new(error)),
        }
    }
}

fn passing(error: &Error) -> Option<&'static str> {
    if let Error::DatabaseError(kind, _) = error {
        match kind {
            DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand => {
                return Some("the connection was closed");
            }
            DatabaseErrorKind::SerializationFailure => {
                return Some("another transaction was faster");
            }
            // The enum is open; what it does not name is told by the text.
            _ => {}
        }
    }
    let text = error.to_string().to_lowercase();
    PASSING
        .iter()
        .find(|(said, _)| text.contains(said))
        .map(|(_, reason)| *reason)
}

/// Of a connection that was not to be had, or that broke.
pub(crate) fn unavailable(error: impl std::error::Error + Send + Sync + 'static) -> StoreError {
    StoreError::Unavailable {
        reason: printable(&error.to_string()),
        source: Some(Box::new(error)),
    }
}

/// One line, for drivers add line breaks.
pub(crate) fn printable(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
