//! What is asked of whoever keeps the credentials that providers give at run time.
//!
//! A provider that replaces a refresh token with every use makes two promises necessary: what it
//! gave is kept before it is used, and no two processes renew it at once.

use std::error::Error;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use uuid::Uuid;

/// What a keeper of credentials answers, some time.
pub type VaultFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, VaultError>> + Send + 'a>>;

/// Keeps the credentials of one connection, encrypted, whatever becomes of the attempt that got
/// them.
pub trait CredentialVault: Send + Sync + 'static {
    /// What is kept for a purpose.
    fn find<'a>(&'a self, purpose: &'a str) -> VaultFuture<'a, Option<KeptCredential>>;

    /// Asks for the right to renew, alone among all processes, for at most as long as `lease`;
    /// and gives what is kept at that moment. A holder that asks again gets a new lease.
    fn claim<'a>(
        &'a self,
        purpose: &'a str,
        holder: Uuid,
        lease: Duration,
    ) -> VaultFuture<'a, Claim>;

    /// Keeps a document in the place of the version that was read (`None`: of nothing), durably.
    /// False when somebody else wrote meanwhile: nothing was changed.
    fn replace<'a>(
        &'a self,
        purpose: &'a str,
        expected: Option<i64>,
        document: String,
    ) -> VaultFuture<'a, bool>;

    /// Gives the right to renew back.
    fn release<'a>(&'a self, purpose: &'a str, holder: Uuid) -> VaultFuture<'a, ()>;
}

/// A kept document.
#[derive(Clone, PartialEq, Eq)]
pub struct KeptCredential {
    /// What was kept, in the clear.
    pub document: String,
    /// Which writing of it this is.
    pub version: i64,
}

impl std::fmt::Debug for KeptCredential {
    /// Without the document.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeptCredential")
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

/// What came of asking for the right to renew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The right is the asker's.
    pub is_granted: bool,
    /// What is kept.
    pub kept: Option<KeptCredential>,
}

/// The keeper cannot be asked, or cannot open what it keeps.
#[derive(Debug)]
pub struct VaultError(pub Box<dyn Error + Send + Sync>);

impl std::fmt::Display for VaultError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the kept credentials of the connection cannot be read or written")
    }
}

impl Error for VaultError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(self.0.as_ref())
    }
}
