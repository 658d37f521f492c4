//! Secret documents of connections, each named by its purpose.

use std::collections::BTreeMap;

use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Binary, Integer, Nullable, Text};
use rand::Rng;
use syncline_domain::{ConnectionId, OrganizationId};

use super::Secrets;
use super::keys::KeyId;
use super::place::{Place, Purpose};
use super::vault::Sealed;
use crate::db::types::Uid;
use crate::error::StoreError;
use crate::sql::{Sql, padded};
use crate::tx::Tx;

/// A document in the clear, and which writing of it this is.
#[derive(Debug, Clone)]
pub struct SecretDocument {
    /// What it holds.
    pub secrets: Secrets,
    /// Changes with every write, and with nothing else: not when the document gets another master
    /// key.
    pub version: SecretVersion,
}

/// Which writing of a document this is. Never the same twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecretVersion(pub(super) i64);

/// What came of a write that expected a version.
#[derive(Debug, Clone)]
pub enum SecretWritten {
    /// It stands, as this version.
    Written(SecretVersion),
    /// Somebody else wrote meanwhile, and nothing was changed: what stands there now, if anything.
    Overtaken(Option<SecretDocument>),
}

/// A connection, and a document of it as it is stored, if there is one.
#[derive(Clone, QueryableByName)]
pub(crate) struct StoredDocument {
    #[diesel(sql_type = Uid)]
    id: ConnectionId,
    #[diesel(sql_type = Uid)]
    organization_id: OrganizationId,
    #[diesel(sql_type = Nullable<BigInt>)]
    version: Option<i64>,
    #[diesel(sql_type = Nullable<Integer>)]
    format: Option<i32>,
    #[diesel(sql_type = Nullable<Text>)]
    key_id: Option<String>,
    #[diesel(sql_type = Nullable<Binary>)]
    sealed: Option<Vec<u8>>,
}

impl Tx<'_> {
    /// The document that a connection keeps for this purpose.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such connection; [`StoreError::Open`] in a process
    /// without the master key that it is sealed with; [`StoreError::Corrupt`] when it does not open.
    pub fn find_secret_document(
        &mut self,
        organization_id: OrganizationId,
        connection_id: ConnectionId,
        purpose: &Purpose,
    ) -> Result<Option<SecretDocument>, StoreError> {
        let stored = self.find_stored_documents([connection_id], purpose)?;
        let stored = stored
            .get(&connection_id)
            .filter(|stored| stored.organization_id == organization_id)
            .ok_or_else(|| crate::connections::not_found(connection_id))?;
        self.open_document(stored, purpose)
    }

    /// What connections of any organization keep for a purpose, sealed; those that are not there are
    /// left out.
    pub(crate) fn find_stored_documents(
        &mut self,
        connections: impl IntoIterator<Item = ConnectionId>,
        purpose: &Purpose,
    ) -> Result<BTreeMap<ConnectionId, StoredDocument>, StoreError> {
        let ids = padded(connections.into_iter().map(|id| id.uuid()));
        let query = format!(
            "SELECT c.id, c.organization_id, d.version, d.format, d.key_id, d.sealed \
             FROM connections c \
             LEFT JOIN secret_documents d ON d.connection_id = c.id AND d.purpose = ? \
             WHERE c.id IN ({}) AND c.deleted_at IS NULL",
            ids.marks(),
        );
        let rows: Vec<StoredDocument> = Sql::new(query)
            .text(purpose.as_str().to_owned())
            .ids(ids)
            .load(self)?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
    }

    /// None where nothing is stored.
    pub(crate) fn open_document(
        &self,
        stored: &StoredDocument,
        purpose: &Purpose,
    ) -> Result<Option<SecretDocument>, StoreError> {
        let StoredDocument {
            id,
            organization_id,
            version,
            format,
            key_id,
            sealed,
        } = stored.clone();
        let (Some(version), Some(format), Some(key_id), Some(bytes)) =
            (version, format, key_id, sealed)
        else {
            return Ok(None);
        };
        let place = Place {
            organization_id,
            connection_id: id,
            purpose: purpose.clone(),
        };
        let sealed = Sealed {
            format,
            key_id: KeyId::stored(key_id),
            bytes,
        };
        Ok(Some(SecretDocument {
            secrets: self.vault().open(&place, &sealed)?,
            version: SecretVersion(version),
        }))
    }

    /// Writes a document if it is still the version that was read (`None`: if there is none yet).
    /// So a credential that a provider has replaced is never written over a newer one. The
    /// connection is locked to the end of the transaction.
    ///
    /// # Errors
    /// As [`find_secret_document`](Self::find_secret_document).
    pub fn replace_secret_document(
        &mut self,
        organization_id: OrganizationId,
        connection_id: ConnectionId,
        purpose: &Purpose,
        expected: Option<SecretVersion>,
        secrets: &Secrets,
    ) -> Result<SecretWritten, StoreError> {
        self.lock_connection(organization_id, connection_id)?;
        let current = self.find_secret_document(organization_id, connection_id, purpose)?;
        if current.as_ref().map(|document| document.version) != expected {
            return Ok(SecretWritten::Overtaken(current));
        }
        self.write_secret_document(organization_id, connection_id, purpose, secrets)
            .map(SecretWritten::Written)
    }

    /// Forgets a document; tells whether there was one.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such connection.
    pub fn delete_secret_document(
        &mut self,
        organization_id: OrganizationId,
        connection_id: ConnectionId,
        purpose: &Purpose,
    ) -> Result<bool, StoreError> {
        self.lock_connection(organization_id, connection_id)?;
        let gone = Sql::new("DELETE FROM secret_documents WHERE connection_id = ? AND purpose = ?")
            .id(connection_id.uuid())
            .text(purpose.as_str().to_owned())
            .run(self)?;
        Ok(gone > 0)
    }

    /// Writes a document whatever stands there. The connection must be locked, or new.
    pub(crate) fn write_secret_document(
        &mut self,
        organization_id: OrganizationId,
        connection_id: ConnectionId,
        purpose: &Purpose,
        secrets: &Secrets,
    ) -> Result<SecretVersion, StoreError> {
        let place = Place {
            organization_id,
            connection_id,
            purpose: purpose.clone(),
        };
        let Sealed {
            format,
            key_id,
            bytes,
        } = self.vault().seal(&place, secrets)?;
        let version = SecretVersion(rand::rng().next_u64().cast_signed());
        let now = self.now();
        Sql::new(
            "INSERT INTO secret_documents (connection_id, purpose, organization_id, version, \
             format, key_id, sealed, modified_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?) \
             ON CONFLICT (connection_id, purpose) DO UPDATE SET version = excluded.version, \
             format = excluded.format, key_id = excluded.key_id, sealed = excluded.sealed, \
             modified_at = excluded.modified_at",
        )
        .id(connection_id.uuid())
        .text(purpose.as_str().to_owned())
        .id(organization_id.uuid())
        .big(version.0)
        .int(format)
        .text(key_id.as_str().to_owned())
        .blob(bytes)
        .time(now)
        .run(self)?;
        Ok(version)
    }

    /// The secrets of a configuration; none is kept as no document, which needs no key.
    pub(crate) fn write_config_secrets(
        &mut self,
        organization_id: OrganizationId,
        connection_id: ConnectionId,
        secrets: &Secrets,
    ) -> Result<(), StoreError> {
        if secrets.0.is_empty() {
            return self
                .delete_secret_document(organization_id, connection_id, &Purpose::CONFIG)
                .map(drop);
        }
        self.write_secret_document(organization_id, connection_id, &Purpose::CONFIG, secrets)
            .map(drop)
    }

    /// Forgets all documents of a connection, and who renews them.
    pub(crate) fn delete_secret_documents_of_connection(
        &mut self,
        connection_id: ConnectionId,
    ) -> Result<(), StoreError> {
        for table in ["secret_documents", "credential_leases"] {
            Sql::new(format!("DELETE FROM {table} WHERE connection_id = ?"))
                .id(connection_id.uuid())
                .run(self)?;
        }
        Ok(())
    }
}
