//! Calls that come at the same moment share a transaction, and nothing else.

use std::collections::BTreeSet;

use syncline_domain::scope::Scope;
use syncline_domain::{ConnectionId, OrganizationId, SyncId, TokenId};
use syncline_store::audit::{AuditFilter, NewAuditEvent};
use syncline_store::error::StoreError;
use syncline_store::page::PageRequest;
use syncline_store::store::{Store, StoreOptions};
use syncline_store::syncs::{Batch, SyncFilter, SyncRequest};
use syncline_store::tokens::NewToken;
use syncline_test_support::{TestDatabase, both_databases};

use crate::harness::{connection, open, options, organization, read, write};

type Call = (SyncRequest, NewAuditEvent);

fn call(organization_id: OrganizationId, connection_id: ConnectionId) -> Call {
    let request = SyncRequest {
        organization_id,
        connection_id,
        models: None,
        scope: Scope::plain(),
    };
    let event =
        NewAuditEvent::by_operator(organization_id, "request_sync", connection_id.to_string());
    (request, event)
}

/// Asks on one thread, which comes to serve the first call once all have come.
async fn at_once<T: Send + 'static, F: Future<Output = T> + Send + 'static>(
    calls: Vec<F>,
) -> Vec<T> {
    let asking = tokio::task::spawn_blocking(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        runtime.unwrap().block_on(async {
            let tasks: Vec<_> = calls.into_iter().map(tokio::spawn).collect();
            let mut answers = Vec::new();
            for task in tasks {
                answers.push(task.await.unwrap());
            }
            answers
        })
    });
    asking.await.unwrap()
}

async fn request_at_once(store: &Store, calls: Vec<Call>) -> Vec<Result<Batch, StoreError>> {
    let calls = calls.into_iter().map(|(request, event)| {
        let store = store.clone();
        async move { store.request_syncs(request, event).await }
    });
    at_once(calls.collect()).await
}

fn syncs(batch: &Batch) -> Vec<(SyncId, bool)> {
    let members = batch.members.iter();
    members
        .map(|member| (member.sync.id, member.is_joined))
        .collect()
}

async fn noted(store: &Store, organization: OrganizationId) -> usize {
    let page = PageRequest {
        after: None,
        limit: 100,
    };
    read(store, move |tx| {
        tx.list_audit_events_of_organization(organization, &AuditFilter::default(), page)
    })
    .await
    .items
    .len()
}

async fn made_for(store: &Store, organization: OrganizationId, id: ConnectionId) -> usize {
    let (filter, page) = (
        SyncFilter {
            connection_id: Some(id),
            ..SyncFilter::default()
        },
        PageRequest {
            after: None,
            limit: 10,
        },
    );
    read(store, move |tx| {
        tx.list_syncs_of_organization(organization, &filter, page)
    })
    .await
    .items
    .len()
}

both_databases! {
    async fn requests_that_come_together_share_a_transaction(db: TestDatabase) {
        let store = open(&db).await;
        let (acme, globex) = (organization(&store, "acme").await, organization(&store, "globex").await);
        let theirs = connection(&store, &globex).await.id;
        let mut ours = Vec::new();
        for _ in 0..12 {
            ours.push(connection(&store, &acme).await.id);
        }
        let mut calls: Vec<Call> = ours.iter().map(|id| call(acme.id, *id)).collect();
        calls.push(call(acme.id, ours[0]));
        calls.push(call(acme.id, theirs));
        calls.push(call(acme.id, ConnectionId::from_uuid(uuid::Uuid::nil())));
        let (mut wrong, event) = call(acme.id, ours[1]);
        wrong.models = Some(vec!["customers".into(), "nothing".into()]);
        calls.push((wrong, event));

        let mut answers = request_at_once(&store, calls).await.into_iter();
        let granted: Vec<Batch> = answers.by_ref().take(12).map(Result::unwrap).collect();
        let moments: BTreeSet<_> = granted.iter().map(|batch| batch.created_at).collect();
        assert_eq!(moments.len(), 1, "they share a transaction");
        for (batch, id) in granted.iter().zip(&ours) {
            assert_eq!(batch.connection_id, *id);
            assert_eq!(batch.members.len(), 2);
            let id = batch.id;
            let stored = read(&store, move |tx| tx.find_batch(acme.id, id)).await.unwrap();
            assert_eq!(syncs(&stored), syncs(batch));
        }
        // The two requests of one connection are in transactions of their own, of which either may
        // be the first: the other one finds what that one made.
        let again = answers.next().unwrap().unwrap();
        let is_first = !again.members[0].is_joined;
        let ids = |batch: &Batch| syncs(batch).into_iter().map(|(id, _)| id).collect::<Vec<_>>();
        assert_eq!(ids(&granted[0]), ids(&again));
        assert!(again.members.iter().all(|member| member.is_joined != is_first));
        assert!(granted[0].members.iter().all(|member| member.is_joined == is_first));
        let others = granted[1..].iter().flat_map(|batch| &batch.members);
        assert!(others.into_iter().all(|member| !member.is_joined));
        for _ in 0..2 {
            let refused = answers.next().unwrap();
            assert!(matches!(refused, Err(StoreError::NotFound { what: "connection", .. })));
        }
        match answers.next().unwrap() {
            Err(StoreError::UnknownModels(names)) => assert_eq!(names, ["nothing"]),
            other => panic!("{other:?}"),
        }
        assert_eq!(noted(&store, acme.id).await, 13, "one for each that was granted");
        assert_eq!(noted(&store, globex.id).await, 0);
    }

    async fn with_a_group_size_of_one_nothing_is_shared(db: TestDatabase) {
        open(&db).await;
        let alone = StoreOptions { group_size: 1, ..options(db.url()) };
        let store = Store::open(alone).await.unwrap();
        let acme = organization(&store, "acme").await;
        let mut calls = Vec::new();
        for _ in 0..8 {
            calls.push(call(acme.id, connection(&store, &acme).await.id));
        }
        let granted = request_at_once(&store, calls).await.into_iter().map(Result::unwrap);
        let moments: BTreeSet<_> = granted.map(|batch| batch.created_at).collect();
        // Two transactions are under way at once, and might begin in the same microsecond.
        assert!(moments.len() >= 4, "{moments:?}");
    }

    async fn a_call_that_breaks_the_transaction_breaks_no_other(db: TestDatabase) {
        let store = open(&db).await;
        let acme = organization(&store, "acme").await;
        let mut calls = Vec::new();
        for _ in 0..5 {
            calls.push(call(acme.id, connection(&store, &acme).await.id));
        }
        // By a token that is none.
        calls[2].1.token_id = Some(TokenId::from_uuid(uuid::Uuid::nil()));
        let answers = request_at_once(&store, calls.clone()).await;
        for (n, (answer, (request, _))) in answers.into_iter().zip(calls).enumerate() {
            let id = request.connection_id;
            let made = made_for(&store, acme.id, id).await;
            match answer {
                Ok(batch) => assert_eq!((n == 2, made), (false, batch.members.len())),
                Err(error) => assert_eq!((n, made), (2, 0), "{error}"),
            }
        }
        assert_eq!(noted(&store, acme.id).await, 4);
    }

    async fn tokens_are_looked_up_together_and_each_gets_its_own(db: TestDatabase) {
        let store = open(&db).await;
        let acme = organization(&store, "acme").await;
        let mut ids = Vec::new();
        for byte in 0..20 {
            let token = write(&store, move |tx| tx.insert_token(NewToken::admin(acme.id, [byte; 32]))).await;
            ids.push(token.id);
        }
        let revoked = ids[3];
        write(&store, move |tx| tx.revoke_token(acme.id, revoked)).await;
        // Some are shown twice, and some are none.
        let shown: Vec<u8> = (0..25).chain(0..5).collect();
        let looks = shown.iter().map(|byte| {
            let (store, hash) = (store.clone(), [*byte; 32]);
            async move { store.find_live_token(hash).await.unwrap() }
        });
        let found = at_once(looks.collect()).await;
        let moments: BTreeSet<_> = found.iter().map(|(_, at)| *at).collect();
        assert_eq!(moments.len(), 1, "they share a transaction");
        for (byte, (token, _)) in shown.iter().zip(found) {
            let expected = ids.get(usize::from(*byte)).filter(|_| *byte != 3);
            assert_eq!(token.map(|token| token.id).as_ref(), expected);
        }
    }
}
