//! What a full pass has seen, as bitmaps of ordinals, one row for each page.

use roaring::RoaringTreemap;
use syncline_domain::SyncId;

use crate::error::StoreError;
use crate::sql::Sql;
use crate::tx::Tx;

impl Tx<'_> {
    pub(super) fn append_seen(
        &mut self,
        sync_id: SyncId,
        ordinals: &[i64],
    ) -> Result<(), StoreError> {
        if ordinals.is_empty() {
            return Ok(());
        }
        let bitmap: RoaringTreemap = ordinals
            .iter()
            .map(|ordinal| ordinal.cast_unsigned())
            .collect();
        Sql::new(
            "INSERT INTO seen_pages (sync_id, page, ordinals) \
             SELECT ?, COALESCE(MAX(page), 0) + 1, ? FROM seen_pages WHERE sync_id = ?",
        )
        .id(sync_id.uuid())
        .blob(crate::runs::bitmap::to_bytes(&bitmap)?)
        .id(sync_id.uuid())
        .run(self)?;
        Ok(())
    }
}
