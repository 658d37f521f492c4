//! Credentials that providers give at run time: kept by compare-and-set, renewed by one holder.

use std::time::Duration;

use chrono::TimeDelta;
use syncline_domain::credential::{Claim, CredentialVault};
use syncline_store::error::StoreError;
use syncline_store::secrets::{ConnectionVault, Purpose};
use syncline_store::store::{Lane, Store};
use syncline_test_support::{TestDatabase, both_databases};
use uuid::Uuid;

use crate::harness::{connection, open, organization, write};

const LEASE: Duration = Duration::from_secs(60);

async fn vault(store: &Store) -> ConnectionVault {
    let acme = organization(store, "acme").await;
    let id = connection(store, &acme).await.id;
    store.credential_vault(acme.id, id)
}

async fn claim(vault: &ConnectionVault, holder: Uuid, lease: Duration) -> Claim {
    vault.claim("oauth.a", holder, lease).await.unwrap()
}

both_databases! {
    async fn a_document_is_replaced_only_in_the_version_that_was_read(db: TestDatabase) {
        let store = open(&db).await;
        let vault = vault(&store).await;
        assert_eq!(vault.find("oauth.a").await.unwrap(), None);
        assert!(vault.replace("oauth.a", None, "one".to_owned()).await.unwrap());
        assert!(!vault.replace("oauth.a", None, "two".to_owned()).await.unwrap());
        let first = vault.find("oauth.a").await.unwrap().unwrap();
        assert_eq!(first.document, "one");
        let replaced = vault.replace("oauth.a", Some(first.version), "two".to_owned()).await;
        assert!(replaced.unwrap());
        let replaced = vault.replace("oauth.a", Some(first.version), "three".to_owned()).await;
        assert!(!replaced.unwrap());
        assert_eq!(vault.find("oauth.a").await.unwrap().unwrap().document, "two");
        assert_eq!(vault.find("oauth.b").await.unwrap(), None);
    }

    async fn one_holder_at_a_time_renews(db: TestDatabase) {
        let store = open(&db).await;
        let other = open(&db).await;
        let vault = vault(&store).await;
        let (first, second) = (Uuid::from_u128(1), Uuid::from_u128(2));
        assert!(claim(&vault, first, LEASE).await.is_granted);
        assert!(!claim(&vault, second, LEASE).await.is_granted);
        // Another purpose is another credential.
        assert!(vault.claim("oauth.b", second, LEASE).await.unwrap().is_granted);
        assert!(claim(&vault, first, LEASE).await.is_granted);
        assert!(vault.replace("oauth.a", None, "one".to_owned()).await.unwrap());
        // Who has no right gives none back.
        vault.release("oauth.a", second).await.unwrap();
        assert!(!claim(&vault, second, LEASE).await.is_granted);
        vault.release("oauth.a", first).await.unwrap();
        let next = claim(&vault, second, LEASE).await;
        assert!(next.is_granted);
        assert_eq!(next.kept.unwrap().document, "one");
        other.close().await;
    }

    async fn a_lease_that_has_run_out_is_free(db: TestDatabase) {
        let store = open(&db).await;
        let vault = vault(&store).await;
        let (first, second) = (Uuid::from_u128(1), Uuid::from_u128(2));
        assert!(claim(&vault, first, Duration::ZERO).await.is_granted);
        assert!(claim(&vault, second, LEASE).await.is_granted);
        // The one before it cannot end the lease that is not its own.
        vault.release("oauth.a", first).await.unwrap();
        assert!(!claim(&vault, first, LEASE).await.is_granted);
    }

    /// Many ask at once, each on a connection of its own: never do two hold the right.
    async fn of_many_that_ask_at_once_one_is_granted(db: TestDatabase) {
        let store = open(&db).await;
        let vault = vault(&store).await;
        let asking = (1..=16_u128).map(|holder| {
            let vault = vault.clone();
            tokio::spawn(async move { claim(&vault, Uuid::from_u128(holder), LEASE).await.is_granted })
        });
        let mut granted = 0;
        for asked in asking.collect::<Vec<_>>() {
            granted += usize::from(asked.await.unwrap());
        }
        assert_eq!(granted, 1);
    }

    async fn someone_elses_or_a_deleted_connection_keeps_nothing(db: TestDatabase) {
        let store = open(&db).await;
        let acme = organization(&store, "acme").await;
        let globex = organization(&store, "globex").await.id;
        let id = connection(&store, &acme).await.id;
        let own = store.credential_vault(acme.id, id);
        assert!(own.replace("oauth.a", None, "one".to_owned()).await.unwrap());
        assert!(own.claim("oauth.a", Uuid::nil(), LEASE).await.unwrap().is_granted);
        let foreign = store.credential_vault(globex, id);
        foreign.find("oauth.a").await.unwrap_err();
        foreign.claim("oauth.a", Uuid::nil(), LEASE).await.unwrap_err();
        foreign.replace("oauth.a", None, "two".to_owned()).await.unwrap_err();
        write(&store, move |tx| tx.delete_connection(acme.id, id)).await;
        own.find("oauth.a").await.unwrap_err();
        own.claim("oauth.a", Uuid::nil(), LEASE).await.unwrap_err();
        // Its rows go with it.
        let purged = write(&store, |tx| tx.purge_deleted(1000)).await;
        assert!(purged > 0);
        own.find("Not A Purpose").await.unwrap_err();
    }

    async fn the_right_is_given_with_what_was_kept_last(db: TestDatabase) {
        let store = open(&db).await;
        let acme = organization(&store, "acme").await;
        let id = connection(&store, &acme).await.id;
        let purpose = Purpose::new("oauth.a").unwrap();
        let claimed = store
            .write(Lane::Control, move |tx| {
                let lease = TimeDelta::seconds(1);
                let claim = tx.claim_credential(acme.id, id, &purpose, Uuid::nil(), lease)?;
                Ok::<_, StoreError>((claim.is_granted, claim.document.is_some()))
            })
            .await;
        assert_eq!(claimed.unwrap(), (true, false));
    }
}
