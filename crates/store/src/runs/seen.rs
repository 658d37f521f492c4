//! The rows of bitmaps that a full pass leaves behind, put together.

use diesel::sql_types::{BigInt, Binary};
use roaring::RoaringTreemap;
use syncline_domain::SyncId;

use super::bitmap;
use crate::error::StoreError;
use crate::sql::Sql;
use crate::tx::Tx;

/// Pages count from 1. Here, after the end, stands all that they saw.
pub(super) const ALL: i64 = 0;
/// And here the suspects that the model gets when the sync is complete.
pub(super) const SUSPECTS: i64 = -1;

/// Rows that are read at a time, so that memory stays flat.
const ROWS: i64 = 256;

impl Tx<'_> {
    /// What all pages saw.
    pub(super) fn read_seen(&mut self, sync_id: SyncId) -> Result<RoaringTreemap, StoreError> {
        let mut all = RoaringTreemap::new();
        let mut after = ALL;
        loop {
            let rows: Vec<(i64, Vec<u8>)> = Sql::new(
                "SELECT page, ordinals FROM seen_pages WHERE sync_id = ? AND page > ? \
                 ORDER BY page LIMIT ?",
            )
            .id(sync_id.uuid())
            .big(after)
            .big(ROWS)
            .rows::<(BigInt, Binary)>()
            .load(self)?;
            for (_, ordinals) in &rows {
                all |= bitmap::from_bytes(ordinals)?;
            }
            match rows.last() {
                Some((last, _)) if rows.len() as i64 == ROWS => after = *last,
                Some(_) | None => return Ok(all),
            }
        }
    }

    /// Puts what all pages saw into one row, which each step of the sweep reads.
    pub(super) fn keep_seen(
        &mut self,
        sync_id: SyncId,
        all: &RoaringTreemap,
    ) -> Result<(), StoreError> {
        Sql::new("DELETE FROM seen_pages WHERE sync_id = ? AND page > ?")
            .id(sync_id.uuid())
            .big(ALL)
            .run(self)?;
        self.write_bitmap(sync_id, ALL, all)
    }

    pub(super) fn find_bitmap(
        &mut self,
        sync_id: SyncId,
        page: i64,
    ) -> Result<Option<RoaringTreemap>, StoreError> {
        let bytes: Option<Vec<u8>> =
            Sql::new("SELECT ordinals FROM seen_pages WHERE sync_id = ? AND page = ?")
                .id(sync_id.uuid())
                .big(page)
                .rows::<Binary>()
                .find(self)?;
        bytes.as_deref().map(bitmap::from_bytes).transpose()
    }

    pub(super) fn read_bitmap(
        &mut self,
        sync_id: SyncId,
        page: i64,
    ) -> Result<RoaringTreemap, StoreError> {
        Ok(self.find_bitmap(sync_id, page)?.unwrap_or_default())
    }

    pub(super) fn write_bitmap(
        &mut self,
        sync_id: SyncId,
        page: i64,
        ordinals: &RoaringTreemap,
    ) -> Result<(), StoreError> {
        Sql::new(
            "INSERT INTO seen_pages (sync_id, page, ordinals) VALUES (?, ?, ?) \
             ON CONFLICT (sync_id, page) DO UPDATE SET ordinals = excluded.ordinals",
        )
        .id(sync_id.uuid())
        .big(page)
        .blob(bitmap::to_bytes(ordinals)?)
        .run(self)?;
        Ok(())
    }
}
