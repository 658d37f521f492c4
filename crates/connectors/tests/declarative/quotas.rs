//! A quota that is shared with others: each request is asked for, each answer is told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use syncline_connectors::auth::MemoryVault;
use syncline_connectors::error::SourceErrorKind as Kind;
use syncline_connectors::quota::{Now, Permission, QuotaKeeper, Ticket};
use syncline_connectors::{Manifest, SourceOptions};
use syncline_domain::quota::{Held, Observation};

use crate::authenticating::provider;
use crate::manifests::{Items, PAGE};
use crate::run::{Ask, Ran, now, object, options, run};
use crate::server::{Asked, Reply, Server};

/// Holds as it is told, and remembers what it heard.
#[derive(Default)]
struct Keeper {
    held: Mutex<VecDeque<Held>>,
    /// Once the others are used up.
    always: Option<Held>,
    taken: Mutex<usize>,
    said: Mutex<Vec<Observation>>,
}

#[async_trait]
impl QuotaKeeper for Keeper {
    async fn take(&self, clock: Now<'_>) -> Permission {
        assert!(clock() >= now());
        let held = self.held.lock().unwrap().pop_front();
        if let Some(held) = held.or(self.always) {
            return Permission::Wait(held);
        }
        *self.taken.lock().unwrap() += 1;
        Permission::Go(Ticket::default())
    }

    async fn learn(&self, said: Observation) {
        self.said.lock().unwrap().push(said);
    }
}

async fn ran(
    keeper: Keeper,
    options: SourceOptions,
    script: impl Fn(&Asked) -> Reply + Send + Sync + 'static,
) -> (Ran, usize, Arc<Keeper>) {
    let server = Server::start(script).await;
    let items = Items {
        paginator: PAGE.to_owned(),
        ..Items::default()
    };
    let keeper = Arc::new(keeper);
    let source = Arc::new(Manifest::parse(&items.yaml()).unwrap())
        .source_sharing(
            object(json!({"url": server.url})),
            options,
            Arc::new(MemoryVault::default()),
            keeper.clone(),
        )
        .unwrap();
    let ran = run(&source, Ask::of("items")).await;
    (ran, server.asked().len(), keeper)
}

fn used_up(until: DateTime<Utc>) -> Held {
    Held::UsedUp { until }
}

fn later(ran: &Ran) -> Option<(DateTime<Utc>, String)> {
    let error = ran.error.as_ref()?;
    match error.kind {
        Kind::Later { until } => Some((until?, error.message.clone())),
        _ => None,
    }
}

#[tokio::test]
async fn each_request_is_asked_for_and_each_answer_told() {
    let script = |asked: &Asked| {
        let page: i64 = asked.query("page").map_or(1, |page| page.parse().unwrap());
        let mut reply = provider(asked);
        for (name, value) in [("limit", 9), ("remaining", 9 - page), ("reset", 60)] {
            let name = format!("X-RateLimit-{name}");
            reply.headers.push((name, value.to_string()));
        }
        reply
    };
    let (ran, asked, keeper) = ran(Keeper::default(), options(), script).await;
    assert!(ran.error.is_none(), "{:?}", ran.error);
    assert_eq!((asked, *keeper.taken.lock().unwrap()), (3, 3));
    let said = keeper.said.lock().unwrap().clone();
    let left: Vec<_> = said
        .iter()
        .map(|said| (said.limit, said.remaining))
        .collect();
    assert_eq!(left, [8, 7, 6].map(|left| (Some(9), Some(left))));
    let rest = said[0].resets_at.unwrap() - now();
    assert!((60..70).contains(&rest.num_seconds()), "{rest}");
}

#[tokio::test]
async fn a_short_wait_is_waited_out() {
    let keeper = Keeper {
        held: Mutex::new([used_up(now()), used_up(now())].into()),
        ..Keeper::default()
    };
    let (ran, asked, _) = ran(keeper, options(), provider).await;
    assert!(ran.error.is_none(), "{:?}", ran.error);
    assert_eq!(asked, 3);
}

#[tokio::test]
async fn a_long_wait_is_for_another_attempt_and_nothing_is_asked() {
    let until = now() + TimeDelta::minutes(5);
    let keeper = Keeper {
        held: Mutex::new([used_up(until)].into()),
        ..Keeper::default()
    };
    let (ran, asked, _) = ran(keeper, options(), provider).await;
    let words = "the quota of its account at the provider is used up: it goes on at \
                 2024-03-01T00:05:00Z";
    assert_eq!(later(&ran), Some((until, words.to_owned())));
    assert_eq!(asked, 0);
}

#[tokio::test]
async fn short_waits_without_an_end_are_a_long_one() {
    let keeper = Keeper {
        always: Some(used_up(now())),
        ..Keeper::default()
    };
    let options = SourceOptions {
        retry_max_wait: Duration::from_millis(5),
        ..options()
    };
    let (ran, asked, _) = ran(keeper, options, provider).await;
    assert!(later(&ran).is_some());
    assert_eq!(asked, 0);
}

#[tokio::test]
async fn a_refusal_tells_too() {
    let script = |asked: &Asked| match asked.query("page").as_deref() {
        Some("2") => Reply {
            headers: vec![("Retry-After".to_owned(), "300".to_owned())],
            ..Reply::status(429, "")
        },
        _ => provider(asked),
    };
    let (ran, asked, keeper) = ran(Keeper::default(), options(), script).await;
    assert!(later(&ran).is_some());
    assert_eq!(asked, 2);
    let said = keeper.said.lock().unwrap().clone();
    let wait = said[0].blocked_until.unwrap() - now();
    assert!((300..310).contains(&wait.num_seconds()), "{wait}");
}
