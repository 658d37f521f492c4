//! What processes on one PostgreSQL tell each other of status changes, in words.

use syncline_domain::{ModelId, OrganizationId, Status, SyncId};
use uuid::Uuid;

use crate::store::SyncChange;

/// Where it is told. Notifications stay within a database.
pub(super) const CHANNEL: &str = "syncline";

/// Of one notification, which takes less than 8,000 bytes.
const MOST: usize = 70;

/// The store that a notification comes from: its own are no news to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Origin(u64);

/// A notification, read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Notification {
    /// Somebody else changed these.
    Changes(Vec<SyncChange>),
    /// The number that this store sent itself, to learn whether it hears.
    Echo(u64),
    /// Nothing for this store.
    Other,
}

impl Origin {
    pub(super) fn new() -> Self {
        Self(rand::random())
    }

    /// A transaction that tells others of these changes and waits for no disk. One round trip.
    pub(super) fn tell(self, changes: &[SyncChange]) -> String {
        let notices: Vec<String> = changes
            .chunks(MOST)
            .map(|chunk| self.notice(&chunk.iter().map(word).collect::<String>()))
            .collect();
        format!(
            "BEGIN; SET LOCAL synchronous_commit = off; SELECT {}; COMMIT",
            notices.join(", ")
        )
    }

    /// A statement by which the store tells itself a number.
    pub(super) fn call(self, number: u64) -> String {
        format!("SELECT {}", self.notice(&format!("?{number}")))
    }

    /// What is in it is hexadecimal but for one letter: nothing has to be escaped.
    fn notice(self, text: &str) -> String {
        format!("pg_notify('{CHANNEL}', '{:016x}{text}')", self.0)
    }

    /// Reads what came. What is not understood, as from a later version, tells nothing: polling
    /// finds it.
    pub(super) fn read(self, payload: &str) -> Notification {
        let Some((origin, text)) = payload.split_at_checked(16) else {
            return Notification::Other;
        };
        let is_own = u64::from_str_radix(origin, 16).is_ok_and(|origin| origin == self.0);
        let number = text.strip_prefix('?').map(str::parse);
        match (is_own, number) {
            (true, Some(Ok(number))) => Notification::Echo(number),
            (true, _) | (false, Some(_)) => Notification::Other,
            (false, None) => Notification::Changes(changes(text)),
        }
    }
}

/// What another process can do something about. That a worker began is its own affair, and what
/// waits for its turn is queued by who frees it.
pub(super) fn is_told(change: &SyncChange) -> bool {
    match change.status {
        Status::Queued
        | Status::PendingRetry
        | Status::Complete
        | Status::Failed
        | Status::Cancelled => true,
        Status::Scheduled | Status::Running => false,
    }
}

fn word(change: &SyncChange) -> String {
    let SyncChange {
        sync_id,
        model_id,
        organization_id,
        status,
    } = change;
    let letter = match status {
        Status::Scheduled => 'S',
        Status::Queued => 'Q',
        Status::Running => 'R',
        Status::PendingRetry => 'P',
        Status::Complete => 'C',
        Status::Failed => 'F',
        Status::Cancelled => 'X',
    };
    format!(
        "{letter}{}{}{}",
        sync_id.uuid().simple(),
        model_id.uuid().simple(),
        organization_id.uuid().simple()
    )
}

const WORD: usize = 1 + 3 * 32;

fn changes(text: &str) -> Vec<SyncChange> {
    let words = text.as_bytes().chunks(WORD);
    words.filter_map(read_word).collect()
}

fn read_word(word: &[u8]) -> Option<SyncChange> {
    let status = match word.first()? {
        b'S' => Status::Scheduled,
        b'Q' => Status::Queued,
        b'R' => Status::Running,
        b'P' => Status::PendingRetry,
        b'C' => Status::Complete,
        b'F' => Status::Failed,
        b'X' => Status::Cancelled,
        _ => return None,
    };
    let id = |place: usize| Uuid::try_parse_ascii(word.get(1 + 32 * place..33 + 32 * place)?).ok();
    Some(SyncChange {
        sync_id: SyncId::from_uuid(id(0)?),
        model_id: ModelId::from_uuid(id(1)?),
        organization_id: OrganizationId::from_uuid(id(2)?),
        status,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(byte: u8, status: Status) -> SyncChange {
        let id = |more: u8| Uuid::from_bytes([byte.wrapping_add(more); 16]);
        SyncChange {
            sync_id: SyncId::from_uuid(id(0)),
            model_id: ModelId::from_uuid(id(1)),
            organization_id: OrganizationId::from_uuid(id(2)),
            status,
        }
    }

    fn payloads(statement: &str) -> Vec<&str> {
        statement.split('\'').skip(3).step_by(4).collect()
    }

    #[test]
    fn what_is_told_is_read_by_others_and_is_no_news_to_oneself() {
        let (here, there) = (Origin::new(), Origin::new());
        let all = Status::ALL.map(|status| change(7, status));
        let told: Vec<_> = all.into_iter().filter(is_told).collect();
        assert_eq!(told.len(), 5);
        let statement = here.tell(&told);
        let payload = payloads(&statement)[0];
        assert_eq!(there.read(payload), Notification::Changes(told));
        assert_eq!(here.read(payload), Notification::Other);
        let call = here.call(12);
        assert_eq!(here.read(payloads(&call)[0]), Notification::Echo(12));
        assert_eq!(there.read(payloads(&call)[0]), Notification::Other);
    }

    #[test]
    fn many_changes_are_told_in_several_notifications_that_postgres_takes() {
        let (here, there) = (Origin::new(), Origin::new());
        let many: Vec<_> = (0..200).map(|byte| change(byte, Status::Queued)).collect();
        let statement = here.tell(&many);
        let mut read = Vec::new();
        for payload in payloads(&statement) {
            assert!(payload.len() < 8000);
            match there.read(payload) {
                Notification::Changes(changes) => read.extend(changes),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(read, many);
    }

    #[test]
    fn nonsense_tells_nothing() {
        for nonsense in [
            "",
            "x",
            "0123456789abcdef",
            "0123456789abcdefZ",
            "0123456789abcdefQ12",
            "äöüäöüäöüäöüäöü",
            "?1",
        ] {
            match Origin::new().read(nonsense) {
                Notification::Changes(changes) => assert!(changes.is_empty(), "{nonsense}"),
                Notification::Echo(_) => panic!("{nonsense}"),
                Notification::Other => {}
            }
        }
    }
}
