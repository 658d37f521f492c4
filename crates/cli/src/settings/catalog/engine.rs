//! The workers: how many syncs run, and whose; what wakes them, and what they remove.

use super::{Setting, number, text};

/// The workers.
pub const ENGINE: &[Setting] = &[
    number(
        "engine.workers",
        "workers",
        "SYNCLINE_WORKERS",
        "How many syncs this process runs at a time; 0 runs none, and leaves them to other processes",
    ),
    number(
        "engine.one_off_percent",
        "one-off-percent",
        "SYNCLINE_ONE_OFF_PERCENT",
        "The percentage of the workers, rounded down, that is kept for syncs that callers ask for: \
         scheduled ones never take these; one worker at least is open to all",
    ),
    number(
        "engine.max_per_organization",
        "max-per-organization",
        "SYNCLINE_MAX_PER_ORGANIZATION",
        "How many syncs of one organization run at a time, over all processes; 0 for any number",
    ),
    number(
        "engine.max_per_connection",
        "max-per-connection",
        "SYNCLINE_MAX_PER_CONNECTION",
        "How many syncs of one connection run at a time, over all processes; 0 for any number",
    ),
    number(
        "engine.max_per_provider",
        "max-per-provider",
        "SYNCLINE_MAX_PER_PROVIDER",
        "How many syncs of one provider run at a time, over all organizations and processes; 0 for \
         any number",
    ),
];

/// How processes on one PostgreSQL hear of each other.
pub const WAKE_UPS: &[Setting] = &[text(
    "database.notify_url",
    "database-notify-url",
    "SYNCLINE_DATABASE_NOTIFY_URL",
    "URL",
    "Where this process hears at once of what others on the same PostgreSQL do: the server itself, \
     when the database URL leads to a transaction pooler; `off` polls alone. Unless set, the \
     database URL",
)];

/// How long what is over is kept.
pub const RETENTION: &[Setting] = &[
    text(
        "retention.keep_syncs",
        "keep-syncs",
        "SYNCLINE_KEEP_SYNCS",
        "TIME",
        "How long syncs that ended are kept, with their attempts and batches; the newest sync of a \
         model and its last complete one stay",
    ),
    text(
        "retention.keep_deletions",
        "keep-deletions",
        "SYNCLINE_KEEP_DELETIONS",
        "TIME",
        "How long deleted records are kept; a cursor of the records feed that is older has expired",
    ),
    text(
        "retention.keep_audit_events",
        "keep-audit-events",
        "SYNCLINE_KEEP_AUDIT_EVENTS",
        "TIME",
        "How long the audit trail is kept",
    ),
    text(
        "retention.keep_events",
        "keep-events",
        "SYNCLINE_KEEP_EVENTS",
        "TIME",
        "How long events are kept; a cursor of their feed that is older has expired",
    ),
];
