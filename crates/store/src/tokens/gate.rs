//! Tokens that are shown at the same moment are looked up together.

use chrono::{DateTime, Utc};

use super::Token;
use crate::error::StoreError;
use crate::store::{Lane, Store};
use crate::together::{Answers, Together};
use crate::tx::Tx;

/// Tokens that are shown.
pub(crate) struct Shown;

impl Together for Shown {
    type Call = [u8; 32];
    type Answer = (Option<Token>, DateTime<Utc>);

    const LANE: Option<Lane> = None;
    const MOST: usize = 64;

    fn serve(
        tx: &mut Tx<'_>,
        calls: &[Self::Call],
    ) -> Result<Answers<(Option<Token>, DateTime<Utc>)>, StoreError> {
        let now = tx.now();
        let tokens = tx.find_live_tokens(calls)?;
        Ok(tokens.into_iter().map(|token| Ok((token, now))).collect())
    }
}

impl Store {
    /// As [`Tx::find_live_token`], and the time of the look, which callers share that look at the
    /// same moment. It begins after the call.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], or what the database refuses.
    pub async fn find_live_token(
        &self,
        sha256: [u8; 32],
    ) -> Result<(Option<Token>, DateTime<Utc>), StoreError> {
        self.gates().tokens.pass(self, sha256).await
    }
}
