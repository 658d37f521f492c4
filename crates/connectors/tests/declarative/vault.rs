//! A keeper of credentials that tells what was asked of it, and fails on demand.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use syncline_connectors::auth::MemoryVault;
use syncline_domain::credential::{
    Claim, CredentialVault, KeptCredential, VaultError, VaultFuture,
};
use tokio::sync::Notify;
use uuid::Uuid;

#[derive(Default)]
pub struct WatchedVault {
    inner: MemoryVault,
    /// So many writes fail.
    pub failures: AtomicUsize,
    /// Told after each write.
    pub written: Notify,
    purposes: std::sync::Mutex<Vec<String>>,
}

impl WatchedVault {
    /// The only document.
    pub async fn document(&self) -> Option<serde_json::Value> {
        let purpose = self.purposes.lock().unwrap().first().cloned()?;
        let kept = self.inner.find(&purpose).await.unwrap()?;
        serde_json::from_str(&kept.document).ok()
    }
}

impl CredentialVault for WatchedVault {
    fn find<'a>(&'a self, purpose: &'a str) -> VaultFuture<'a, Option<KeptCredential>> {
        self.inner.find(purpose)
    }

    fn claim<'a>(
        &'a self,
        purpose: &'a str,
        holder: Uuid,
        lease: Duration,
    ) -> VaultFuture<'a, Claim> {
        self.inner.claim(purpose, holder, lease)
    }

    fn replace<'a>(
        &'a self,
        purpose: &'a str,
        expected: Option<i64>,
        document: String,
    ) -> VaultFuture<'a, bool> {
        Box::pin(async move {
            let fails = |left: usize| left.checked_sub(1);
            let order = Ordering::SeqCst;
            if self.failures.fetch_update(order, order, fails).is_ok() {
                return Err(VaultError("the disk is full".into()));
            }
            self.purposes.lock().unwrap().push(purpose.to_owned());
            let replaced = self.inner.replace(purpose, expected, document).await;
            self.written.notify_one();
            replaced
        })
    }

    fn release<'a>(&'a self, purpose: &'a str, holder: Uuid) -> VaultFuture<'a, ()> {
        self.inner.release(purpose, holder)
    }
}
