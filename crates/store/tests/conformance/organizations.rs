//! Tenants and their tokens.

use syncline_domain::OrganizationId;
use syncline_store::error::StoreError;
use syncline_store::store::Lane;
use syncline_store::tokens::NewToken;
use syncline_test_support::{TestDatabase, both_databases};

use crate::harness::{open, organization, read, write};

both_databases! {
    async fn an_organization_is_made_once(db: TestDatabase) {
        let store = open(&db).await;
        let acme = organization(&store, "acme").await;
        assert_eq!(organization(&store, "acme").await, acme);
        assert_ne!(organization(&store, "globex").await.id, acme.id);
    }

    async fn organizations_of_one_name_at_the_same_time_are_one(db: TestDatabase) {
        let store = open(&db).await;
        let makers = (0..8).map(|_| {
            let store = store.clone();
            tokio::spawn(async move { organization(&store, "acme").await.id })
        });
        let mut ids = Vec::new();
        for maker in makers.collect::<Vec<_>>() {
            ids.push(maker.await.unwrap());
        }
        ids.dedup();
        assert_eq!(ids.len(), 1);
    }

    async fn a_token_opens_until_it_is_revoked(db: TestDatabase) {
        let store = open(&db).await;
        let acme = organization(&store, "acme").await;
        let token = write(&store, move |tx| tx.insert_token(NewToken::admin(acme.id, [1; 32]))).await;
        assert_eq!(token.organization_name, "acme");
        assert_eq!(read(&store, |tx| tx.find_live_token([1; 32])).await, Some(token.clone()));
        assert_eq!(read(&store, |tx| tx.find_live_token([2; 32])).await, None);

        let id = token.id;
        let revoked = write(&store, move |tx| tx.revoke_token(acme.id, id)).await;
        assert!(revoked.revoked_at.is_some());
        assert_eq!(read(&store, |tx| tx.find_live_token([1; 32])).await, None);
        assert_eq!(write(&store, move |tx| tx.revoke_token(acme.id, id)).await, revoked);
    }

    async fn tokens_are_listed_by_organization(db: TestDatabase) {
        let store = open(&db).await;
        let (acme, globex) = (organization(&store, "acme").await, organization(&store, "globex").await);
        let (a, b, c) = write(&store, move |tx| {
            Ok((
                tx.insert_token(NewToken::admin(acme.id, [1; 32]))?,
                tx.insert_token(NewToken::admin(globex.id, [2; 32]))?,
                tx.insert_token(NewToken::admin(acme.id, [3; 32]))?,
            ))
        })
        .await;
        let (of_acme, of_all, of_none) = read(&store, |tx| {
            Ok((tx.list_tokens(Some("acme"))?, tx.list_tokens(None)?, tx.list_tokens(Some("x"))?))
        })
        .await;
        assert_eq!(of_acme, [a.clone(), c.clone()]);
        assert_eq!(of_all, [a, b, c]);
        assert_eq!(of_none, []);
    }

    async fn a_token_needs_its_organization(db: TestDatabase) {
        let store = open(&db).await;
        let nobody = OrganizationId::from_uuid(uuid::Uuid::nil());
        let refused = store.write(Lane::Control, move |tx| tx.insert_token(NewToken::admin(nobody, [1; 32]))).await;
        assert!(matches!(refused, Err(StoreError::NotFound { what: "organization", .. })));
    }
}
