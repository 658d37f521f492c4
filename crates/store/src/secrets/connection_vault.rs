//! Keeps what providers give a connection at run time.

use std::time::Duration;

use syncline_domain::credential::{
    Claim, CredentialVault, KeptCredential, VaultError, VaultFuture,
};
use syncline_domain::{ConnectionId, OrganizationId};
use uuid::Uuid;

use super::documents::SecretVersion;
use super::{Purpose, SecretDocument, SecretWritten, Secrets};
use crate::error::StoreError;
use crate::store::{Lane, Store};
use crate::tx::Tx;

/// The [`CredentialVault`] of one connection. Cheap to clone.
#[derive(Clone)]
pub struct ConnectionVault {
    store: Store,
    organization_id: OrganizationId,
    connection_id: ConnectionId,
}

impl Store {
    /// Keeps the credentials of a connection.
    pub fn credential_vault(
        &self,
        organization_id: OrganizationId,
        connection_id: ConnectionId,
    ) -> ConnectionVault {
        ConnectionVault {
            store: self.clone(),
            organization_id,
            connection_id,
        }
    }
}

impl ConnectionVault {
    fn write<'a, T: Send + 'static>(
        &'a self,
        purpose: &'a str,
        work: impl FnOnce(&mut Tx<'_>, &Purpose) -> Result<T, StoreError> + Send + 'static,
    ) -> VaultFuture<'a, T> {
        Box::pin(async move {
            let purpose = named(purpose)?;
            let written = self
                .store
                .write(Lane::Control, move |tx| work(tx, &purpose))
                .await;
            written.map_err(failed)
        })
    }
}

impl CredentialVault for ConnectionVault {
    fn find<'a>(&'a self, purpose: &'a str) -> VaultFuture<'a, Option<KeptCredential>> {
        let (organization_id, connection_id) = (self.organization_id, self.connection_id);
        Box::pin(async move {
            let purpose = named(purpose)?;
            let found = self
                .store
                .read(move |tx| tx.find_secret_document(organization_id, connection_id, &purpose))
                .await
                .map_err(failed)?;
            Ok(found.and_then(kept))
        })
    }

    fn claim<'a>(
        &'a self,
        purpose: &'a str,
        holder: Uuid,
        lease: Duration,
    ) -> VaultFuture<'a, Claim> {
        let (organization_id, connection_id) = (self.organization_id, self.connection_id);
        self.write(purpose, move |tx, purpose| {
            let lease = chrono::Duration::from_std(lease).unwrap_or(chrono::Duration::MAX);
            let claim =
                tx.claim_credential(organization_id, connection_id, purpose, holder, lease)?;
            Ok(Claim {
                is_granted: claim.is_granted,
                kept: claim.document.and_then(kept),
            })
        })
    }

    fn replace<'a>(
        &'a self,
        purpose: &'a str,
        expected: Option<i64>,
        document: String,
    ) -> VaultFuture<'a, bool> {
        let (organization_id, connection_id) = (self.organization_id, self.connection_id);
        self.write(purpose, move |tx, purpose| {
            let written = tx.replace_secret_document(
                organization_id,
                connection_id,
                purpose,
                expected.map(SecretVersion),
                &Secrets::of_text(document),
            )?;
            Ok(matches!(written, SecretWritten::Written(_)))
        })
    }

    fn release<'a>(&'a self, purpose: &'a str, holder: Uuid) -> VaultFuture<'a, ()> {
        let connection_id = self.connection_id;
        self.write(purpose, move |tx, purpose| {
            tx.release_credential(connection_id, purpose, holder)
        })
    }
}

/// A document of another kind counts as nothing that is kept; its version is told all the same,
/// so that it can be written over.
fn kept(document: SecretDocument) -> Option<KeptCredential> {
    Some(KeptCredential {
        document: document.secrets.as_text().unwrap_or_default().to_owned(),
        version: document.version.0,
    })
}

fn named(purpose: &str) -> Result<Purpose, VaultError> {
    Purpose::new(purpose.to_owned()).map_err(|error| VaultError(Box::new(error)))
}

fn failed(error: StoreError) -> VaultError {
    VaultError(Box::new(error))
}
