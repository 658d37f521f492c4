//! A reader of each organization's events comes back now and then: each change of a status is told
//! once, in order, and nothing is skipped.

use std::collections::BTreeMap;

use syncline_domain::{OrganizationId, Status, SyncId};
use syncline_store::error::StoreError;
use syncline_store::events::{EventFilter, EventPage};
use syncline_store::stepped::SteppedDatabase;

use super::Shadow;
use crate::world::CALLERS;

const PROMISE: &str = "each change of a status is told once, in order";

/// Events that are numbered, and read, at a time.
const PAGE: i64 = 7;

/// Who reads the events of an organization, and what it was told.
#[derive(Default)]
pub(super) struct Reader {
    cursor: Option<i64>,
    told: BTreeMap<SyncId, Status>,
}

impl Shadow {
    /// Each reader takes a page more.
    pub(super) fn read_events(&mut self, db: &mut SteppedDatabase) {
        for organization in self.organizations() {
            self.read_page(db, organization);
        }
    }

    /// Once nothing happens any more, each sync stands where its reader was told last.
    pub fn check_all_events(&mut self, db: &mut SteppedDatabase) {
        for organization in self.organizations() {
            while self.broken.is_none() && self.read_page(db, organization) > 0 {}
        }
        let wrong = self.syncs().find_map(|sync| {
            let reader = self.readers.get(&sync.organization_id)?;
            let (status, told) = (sync.lifecycle.status(), reader.told.get(&sync.id));
            (told != Some(&status)).then(|| format!("{} is {status}, told {told:?}", sync.id))
        });
        if let Some(detail) = wrong {
            self.break_promise(PROMISE, detail);
        }
    }

    fn organizations(&self) -> Vec<OrganizationId> {
        let mut all: Vec<_> = self.models.values().map(|m| m.organization).collect();
        all.sort();
        all.dedup();
        all
    }

    /// Gives how many events it had.
    fn read_page(&mut self, db: &mut SteppedDatabase, organization: OrganizationId) -> usize {
        let reader = self.readers.entry(organization).or_default();
        let cursor = reader.cursor;
        let (page, _) = db.change(CALLERS, move |tx| {
            tx.number_events(organization, PAGE)?;
            tx.list_events_of_organization(organization, &EventFilter::default(), cursor, PAGE)
        });
        let page: EventPage = match page {
            Ok(page) => page,
            Err::<_, StoreError>(error) => {
                self.break_promise(PROMISE, error.to_string());
                return 0;
            }
        };
        let read = page.events.len();
        let mut wrong = None;
        for event in page.events {
            let is_next = event.number == reader.cursor.unwrap_or(0) + 1;
            let told = reader.told.insert(event.sync_id, event.to);
            if !is_next || told != event.from {
                wrong = wrong.or(Some(format!("{told:?} was told before {event:?}")));
            }
            reader.cursor = Some(event.number);
        }
        if let Some(detail) = wrong {
            self.break_promise(PROMISE, detail);
        } else {
            self.count("event page");
        }
        read
    }
}
