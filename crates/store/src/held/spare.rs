//! What a page brings is not gone, whatever an older pass says.

use syncline_domain::ModelId;

use super::row::{self, Ordinals, OrdinalsRow};
use crate::error::StoreError;
use crate::runs::bitmap;
use crate::sql::Sql;
use crate::tx::Tx;

/// Whether a model `f.model_id` has deletes that are held, as a value.
pub(crate) const HAS_HELD: &str = "(SELECT 1 FROM held_deletes h WHERE h.model_id = f.model_id \
    AND h.status IN ('held', 'releasing') LIMIT 1) IS NOT NULL";

impl Tx<'_> {
    /// In the transaction of the page, unchanged records too.
    pub(crate) fn spare_held(
        &mut self,
        model_id: ModelId,
        ordinals: &[i64],
    ) -> Result<(), StoreError> {
        let rows: Vec<OrdinalsRow> = Sql::new(format!(
            "SELECT {} FROM held_deletes h \
             WHERE h.model_id = ? AND h.status IN ('held', 'releasing')",
            row::ORDINALS,
        ))
        .id(model_id.uuid())
        .load(self)?;
        for row in rows {
            let mut hold = row.into_ordinals()?;
            let before = hold.spared.len();
            for ordinal in ordinals.iter().map(|ordinal| ordinal.cast_unsigned()) {
                if hold.holds(ordinal) {
                    hold.spared.insert(ordinal);
                }
            }
            if hold.spared.len() > before {
                self.write_spared(&hold)?;
            }
        }
        Ok(())
    }

    fn write_spared(&mut self, hold: &Ordinals) -> Result<(), StoreError> {
        let now = self.now();
        Sql::new(
            "UPDATE held_deletes SET spared = ?, spared_ordinals = ?, modified_at = ? \
             WHERE id = ? AND status IN ('held', 'releasing')",
        )
        .big(i64::try_from(hold.spared.len()).unwrap_or(i64::MAX))
        .blob(bitmap::to_bytes(&hold.spared)?)
        .time(now)
        .id(hold.id.uuid())
        .run(self)?;
        Ok(())
    }
}
