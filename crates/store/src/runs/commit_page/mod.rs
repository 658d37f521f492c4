//! A page lands: whole, or not at all.
//!
//! First the fence, which also renews the lease; then the records, by whichever of two ways is
//! the cheaper for this page; then what was seen, the states and the counters. Both ways leave
//! the same rows behind.

mod change;
mod diff;
mod drafts;
mod feed;
mod fence;
mod insert;
mod known;
mod seen;
mod tally;

use chrono::Duration;
use syncline_domain::attempt::Counters;

use crate::bug::{self, Bug};
use crate::error::StoreError;
use crate::runs::{Fence, PageWrite};
use crate::syncs::row::SyncRow;
use crate::tx::Tx;

/// What became of the records of a page.
#[derive(Debug, Default)]
struct Written {
    added: i64,
    changed: i64,
    unchanged: i64,
    /// The places of all of them in the model's bitmaps.
    ordinals: Vec<i64>,
}

impl Tx<'_> {
    /// Commits a page: fence first (it renews the lease), then records, feed, seen rows, position,
    /// states and counters, all or nothing. Gives what it counted.
    ///
    /// # Errors
    /// [`StoreError::Transition`] when the attempt is over; [`StoreError::Conflict`] when its end
    /// is proven already.
    pub fn commit_page(
        &mut self,
        fence: Fence,
        lease: Duration,
        page: &PageWrite,
    ) -> Result<Counters, StoreError> {
        let row = self.lock_sync(fence.sync_id)?;
        self.commit_page_of(row, fence, lease, page)
    }

    /// The same, with the sync locked.
    pub(super) fn commit_page_of(
        &mut self,
        row: SyncRow,
        fence: Fence,
        lease: Duration,
        page: &PageWrite,
    ) -> Result<Counters, StoreError> {
        let landing = self.land_page(row, fence, lease, page)?;
        let drafts = drafts::drafts(&page.records);
        let written = match self.insert_if_new(&landing, &drafts)? {
            Some(written) => written,
            None => self.write_differences(&landing, &drafts)?,
        };
        if landing.is_full_pass {
            self.append_seen(fence.sync_id, &written.ordinals)?;
        }
        if landing.has_held && !bug::is_on(Bug::HeldNotSpared) {
            self.spare_held(landing.model_id, &written.ordinals)?;
        }
        self.keep_states(
            fence.sync_id,
            landing.model_id,
            &landing.scope,
            landing.begun.as_ref(),
            &page.states,
        )?;
        let counters = Counters {
            pages: 1,
            records: written.added + written.changed + written.unchanged,
            added: written.added,
            changed: written.changed,
            unchanged: written.unchanged,
            deleted: 0,
            bytes: page.bytes,
            requests: page.requests,
        };
        self.tally(fence, &counters, &page.warnings)?;
        Ok(counters)
    }
}
