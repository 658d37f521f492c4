//! When a token was last used.

use chrono::{DateTime, TimeDelta, Utc};
use syncline_domain::TokenId;

use super::Token;
use crate::error::StoreError;
use crate::sql::Sql;
use crate::tx::Tx;

/// A use within so long of the noted one is not noted: nearly every request spares the write.
const PRECISION: TimeDelta = TimeDelta::seconds(60);

impl Token {
    /// Whether a use at this moment is worth noting.
    pub fn is_use_news(&self, now: DateTime<Utc>) -> bool {
        self.last_used_at.is_none_or(|at| at + PRECISION <= now)
    }
}

impl Tx<'_> {
    /// Notes that it was used now, unless somebody did within the last minute.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub fn touch_token(&mut self, id: TokenId) -> Result<(), StoreError> {
        let now = self.now();
        Sql::new(
            "UPDATE tokens SET last_used_at = ? \
             WHERE id = ? AND (last_used_at IS NULL OR last_used_at <= ?)",
        )
        .time(now)
        .id(id.uuid())
        .time(now - PRECISION)
        .run(self)?;
        Ok(())
    }
}
