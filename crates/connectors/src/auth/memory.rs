//! Keeps credentials as long as the process lives.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use syncline_domain::credential::{Claim, CredentialVault, KeptCredential, VaultFuture};
use uuid::Uuid;

/// A [`CredentialVault`] without a database, for runs that store nothing.
#[derive(Default)]
pub struct MemoryVault(Mutex<HashMap<String, Place>>);

#[derive(Default)]
struct Place {
    kept: Option<KeptCredential>,
    lease: Option<(Uuid, Instant)>,
}

impl MemoryVault {
    fn at<T>(&self, purpose: &str, work: impl FnOnce(&mut Place) -> T) -> T {
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        work(places.entry(purpose.to_owned()).or_default())
    }
}

impl CredentialVault for MemoryVault {
    fn find<'a>(&'a self, purpose: &'a str) -> VaultFuture<'a, Option<KeptCredential>> {
        Box::pin(async move { Ok(self.at(purpose, |place| place.kept.clone())) })
    }

    fn claim<'a>(
        &'a self,
        purpose: &'a str,
        holder: Uuid,
        lease: Duration,
    ) -> VaultFuture<'a, Claim> {
        let now = Instant::now();
        Box::pin(async move {
            Ok(self.at(purpose, |place| {
                let is_free = |(other, until): &(Uuid, Instant)| *other == holder || *until <= now;
                let is_granted = place.lease.as_ref().is_none_or(is_free);
                if is_granted {
                    place.lease = Some((holder, now + lease));
                }
                Claim {
                    is_granted,
                    kept: place.kept.clone(),
                }
            }))
        })
    }

    fn replace<'a>(
        &'a self,
        purpose: &'a str,
        expected: Option<i64>,
        document: String,
    ) -> VaultFuture<'a, bool> {
        Box::pin(async move {
            Ok(self.at(purpose, |place| {
                let version = place.kept.as_ref().map(|kept| kept.version);
                let fits = version == expected;
                if fits {
                    let version = version.unwrap_or(0) + 1;
                    place.kept = Some(KeptCredential { document, version });
                }
                fits
            }))
        })
    }

    fn release<'a>(&'a self, purpose: &'a str, holder: Uuid) -> VaultFuture<'a, ()> {
        Box::pin(async move {
            self.at(purpose, |place| {
                place.lease.take_if(|(other, _)| *other == holder);
            });
            Ok(())
        })
    }
}
