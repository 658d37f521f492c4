//! The numbers of the feed, out of the model's counter row.
//!
//! Its lock lasts to the commit, so that the order of numbers is the order of commits and a
//! reader of the feed skips nothing.

use syncline_domain::ModelId;

use crate::bug::{self, Bug};
use crate::error::StoreError;
use crate::sql::Sql;
use crate::tx::Tx;

impl Tx<'_> {
    /// Takes the next `count` numbers and gives the one before the first.
    pub(crate) fn take_numbers(
        &mut self,
        model_id: ModelId,
        count: i64,
        live_more: i64,
    ) -> Result<i64, StoreError> {
        let last: Option<i64> = Sql::new(if bug::is_on(Bug::FeedMaxPlusOne) {
            "UPDATE model_feeds SET last_number = ? + (SELECT COALESCE(MAX(r.number), 0) \
             FROM records r WHERE r.model_id = model_feeds.model_id AND r.deleted_at IS NULL), \
             live_records = live_records + ? WHERE model_id = ? RETURNING last_number"
        } else {
            "UPDATE model_feeds SET last_number = last_number + ?, \
             live_records = live_records + ? WHERE model_id = ? RETURNING last_number"
        })
        .big(count)
        .big(live_more)
        .id(model_id.uuid())
        .rows::<diesel::sql_types::BigInt>()
        .find(self)?;
        last.map(|last| last - count)
            .ok_or_else(|| StoreError::Corrupt(format!("{model_id} has no feed")))
    }
}
