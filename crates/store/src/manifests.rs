//! Manifests by the hash of their content, so that every worker of a sync runs the same one.

use diesel::{OptionalExtension, QueryDsl, RunQueryDsl};

use crate::error::StoreError;
use crate::schema::manifests;
use crate::sql::Sql;
use crate::tx::Tx;

impl Tx<'_> {
    /// Keeps a manifest; does nothing when its hash is known.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub fn insert_manifest(
        &mut self,
        hash: &str,
        provider_name: &str,
        text: &str,
    ) -> Result<(), StoreError> {
        Sql::new(
            "INSERT INTO manifests (hash, provider_name, text, created_at) VALUES (?, ?, ?, ?) \
             ON CONFLICT (hash) DO NOTHING",
        )
        .text(hash)
        .text(provider_name)
        .text(text)
        .time(self.now())
        .run(self)?;
        Ok(())
    }

    /// The provider name and text of a manifest.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub fn find_manifest(&mut self, hash: &str) -> Result<Option<(String, String)>, StoreError> {
        Ok(manifests::table
            .find(hash)
            .select((manifests::provider_name, manifests::text))
            .first(self.conn())
            .optional()?)
    }
}
