//! Tokens and their secrets.

use chrono::{Duration, TimeDelta};
use syncline_domain::access::{Grant, Reach, TokenScope};
use syncline_domain::{ConnectionId, TokenId};
use syncline_store::error::StoreError;
use syncline_store::page::PageRequest;
use syncline_store::store::Lane;
use syncline_store::tokens::{NewToken, Rotation, TokenSecret};
use syncline_test_support::{TestDatabase, both_databases};

use crate::harness::{open, organization, read, write};

#[test]
fn secrets_differ_and_do_not_show_themselves() {
    let (one, two) = (
        TokenSecret::generate().unwrap(),
        TokenSecret::generate().unwrap(),
    );
    assert_ne!(one.text(), two.text());
    assert_eq!(one.sha256(), TokenSecret::sha256_of(one.text()));
    assert!(!format!("{one:?}").contains(one.text()));
}

both_databases! {
    async fn a_limit_is_kept_and_must_name_what_is_there(db: TestDatabase) {
        let store = open(&db).await;
        let acme = organization(&store, "acme").await;
        let nobody = ConnectionId::from_uuid(uuid::Uuid::nil());
        let new = NewToken {
            grant: Grant::new(TokenScope::Read, Reach::Only(vec![nobody])).unwrap(),
            ..NewToken::admin(acme.id, [1; 32])
        };
        let refused = store.write(Lane::Control, move |tx| tx.insert_token(new)).await;
        assert!(matches!(refused, Err(StoreError::UnknownConnections(ids)) if ids == [nobody]));
    }

    async fn tokens_of_others_cannot_be_changed(db: TestDatabase) {
        let store = open(&db).await;
        let (acme, globex) = (organization(&store, "acme").await, organization(&store, "globex").await);
        let token = write(&store, move |tx| tx.insert_token(NewToken::admin(acme.id, [1; 32]))).await;
        let rotation = Rotation { sha256: [2; 32], overlap: TimeDelta::zero(), expires_at: None };
        let rotated = store.write(Lane::Control, move |tx| tx.rotate_token(globex.id, token.id, rotation)).await;
        assert!(matches!(rotated, Err(StoreError::NotFound { what: "token", .. })));
        let revoked = store.write(Lane::Control, move |tx| tx.revoke_token(globex.id, token.id)).await;
        assert!(matches!(revoked, Err(StoreError::NotFound { what: "token", .. })));
        assert_eq!(read(&store, move |tx| tx.find_token(globex.id, token.id)).await, None);
        assert!(read(&store, |tx| tx.find_live_token([1; 32])).await.is_some());
    }

    async fn rotations_at_the_same_time_leave_two_secrets(db: TestDatabase) {
        let store = open(&db).await;
        let acme = organization(&store, "acme").await;
        let token = write(&store, move |tx| tx.insert_token(NewToken::admin(acme.id, [100; 32]))).await;
        let rotations = (0..8u8).map(|byte| {
            let store = store.clone();
            let rotation = Rotation { sha256: [byte; 32], overlap: Duration::hours(1), expires_at: None };
            tokio::spawn(async move { write(&store, move |tx| tx.rotate_token(acme.id, token.id, rotation)).await })
        });
        for rotation in rotations.collect::<Vec<_>>() {
            rotation.await.unwrap();
        }
        let mut live = 0;
        for byte in (0..8u8).chain([100]) {
            live += usize::from(read(&store, move |tx| tx.find_live_token([byte; 32])).await.is_some());
        }
        assert_eq!(live, 2);
    }

    async fn tokens_of_an_organization_are_read_in_pages(db: TestDatabase) {
        let store = open(&db).await;
        let (acme, globex) = (organization(&store, "acme").await, organization(&store, "globex").await);
        let made: Vec<TokenId> = write(&store, move |tx| {
            tx.insert_token(NewToken::admin(globex.id, [9; 32]))?;
            (0..3).map(|byte| Ok(tx.insert_token(NewToken::admin(acme.id, [byte; 32]))?.id)).collect()
        })
        .await;
        let mut seen = Vec::new();
        let mut after = None;
        loop {
            let page = read(&store, move |tx| tx.list_tokens_of_organization(acme.id, PageRequest { after, limit: 2 })).await;
            seen.extend(page.items.iter().map(|token| token.id));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, made);
    }
}
