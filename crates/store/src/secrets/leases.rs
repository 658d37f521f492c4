//! The right to renew a credential: one holder at a time, among all processes.

use chrono::Duration;
use syncline_domain::{ConnectionId, OrganizationId};
use uuid::Uuid;

use super::place::Purpose;
use super::{SecretDocument, Secrets};
use crate::error::StoreError;
use crate::sql::Sql;
use crate::tx::Tx;

/// What came of asking for the right to renew.
#[derive(Debug, Clone)]
pub struct CredentialClaim {
    /// The right is the asker's until the lease ends.
    pub is_granted: bool,
    /// The document as it stood then.
    pub document: Option<SecretDocument>,
}

impl Tx<'_> {
    /// Asks for the right to renew the credential of this purpose. It is granted when nobody holds
    /// it, when its lease has run out, or to its holder again. A row and no lock, so that it
    /// outlives the transaction, also behind a pooler of transactions.
    ///
    /// # Errors
    /// As [`find_secret_document`](Self::find_secret_document).
    pub fn claim_credential(
        &mut self,
        organization_id: OrganizationId,
        connection_id: ConnectionId,
        purpose: &Purpose,
        holder: Uuid,
        lease: Duration,
    ) -> Result<CredentialClaim, StoreError> {
        // Also tells whether the connection is there, and whose it is.
        self.find_secret_document(organization_id, connection_id, purpose)?;
        let now = self.now();
        let taken = Sql::new(
            "INSERT INTO credential_leases (connection_id, purpose, holder, expires_at) \
             VALUES (?, ?, ?, ?) ON CONFLICT (connection_id, purpose) DO UPDATE \
             SET holder = excluded.holder, expires_at = excluded.expires_at \
             WHERE credential_leases.expires_at <= ? OR credential_leases.holder = excluded.holder",
        )
        .id(connection_id.uuid())
        .text(purpose.as_str().to_owned())
        .id(holder)
        .time(now + lease)
        .time(now)
        .run(self)?;
        // Read behind the lease: what its last holder wrote is there by now.
        let document = self.find_secret_document(organization_id, connection_id, purpose)?;
        Ok(CredentialClaim {
            is_granted: taken > 0,
            document,
        })
    }

    /// Gives the right to renew back; nothing happens when it is somebody else's by now.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub fn release_credential(
        &mut self,
        connection_id: ConnectionId,
        purpose: &Purpose,
        holder: Uuid,
    ) -> Result<(), StoreError> {
        Sql::new(
            "DELETE FROM credential_leases WHERE connection_id = ? AND purpose = ? AND holder = ?",
        )
        .id(connection_id.uuid())
        .text(purpose.as_str().to_owned())
        .id(holder)
        .run(self)?;
        Ok(())
    }
}

impl Secrets {
    /// A document that is one text.
    pub(crate) fn of_text(text: String) -> Self {
        Self([(TEXT.to_owned(), text.into())].into())
    }

    /// The text of [`of_text`](Self::of_text).
    pub(crate) fn as_text(&self) -> Option<&str> {
        self.0.get(TEXT)?.as_str()
    }
}

const TEXT: &str = "document";
