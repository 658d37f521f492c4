//! Access tokens that run out, and refresh tokens that are good for one use.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use syncline_connectors::error::SourceErrorKind as Kind;
use syncline_connectors::source::Source;
use syncline_domain::credential::CredentialVault;

use crate::authenticating::{provider, ran};
use crate::manifests::{Items, PAGE};
use crate::run::{Ask, options, run, source_keeping};
use crate::server::{Asked, Reply, Server};
use crate::vault::WatchedVault;

const ROTATING: &str = "{type: OAuthAuthenticator, token_refresh_endpoint: \"{{ config.url }}/token\", \
    client_id: id, client_secret: secret, refresh_token_updater: {refresh_token_name: refresh, \
    refresh_token_config_path: [credentials, refresh_token]}}";

/// Gives a new pair for each refresh token, which is then worth nothing.
struct Rotating {
    server: Server,
    given: Arc<AtomicUsize>,
    /// Tokens up to this number are refused.
    taken_back: Arc<AtomicUsize>,
}

impl Rotating {
    async fn start(life: i64) -> Self {
        let given = Arc::new(AtomicUsize::new(0));
        let taken_back = Arc::new(AtomicUsize::new(0));
        let (count, used) = (Arc::clone(&given), Mutex::new(HashSet::new()));
        let refused = Arc::clone(&taken_back);
        let server = Server::start(move |asked| {
            if asked.path() != "/token" {
                return match number(asked) <= refused.load(Ordering::SeqCst) {
                    true => Reply::status(401, "taken back"),
                    false => provider(asked),
                };
            }
            let latest = format!("ref-{}", count.load(Ordering::SeqCst));
            let field = |name: &str| {
                let form = url::form_urlencoded::parse(asked.body.as_bytes());
                form.into_owned().find(|(key, _)| key == name).map(|(_, value)| value)
            };
            let sent = field("refresh").unwrap();
            if sent != latest || !used.lock().unwrap().insert(sent) {
                return Reply::status(400, json!({"error": "invalid_grant"}));
            }
            let next = count.fetch_add(1, Ordering::SeqCst) + 1;
            Reply::json(json!({"access_token": format!("acc-{next}"), "expires_in": life, "refresh": format!("ref-{next}")}))
        })
        .await;
        Self {
            server,
            given,
            taken_back,
        }
    }

    fn source(&self, vault: &Arc<WatchedVault>) -> Arc<dyn Source> {
        let manifest = Items {
            requester: format!("authenticator: {ROTATING}"),
            paginator: PAGE.to_owned(),
            ..Items::default()
        }
        .yaml();
        let config = json!({"url": self.server.url, "credentials": {"refresh_token": "ref-0"}});
        let vault: Arc<dyn CredentialVault> = Arc::clone(vault) as Arc<dyn CredentialVault>;
        source_keeping(&manifest, config, options(), vault)
    }

    fn tokens(&self) -> Vec<String> {
        let asked = self.server.asked().into_iter();
        let items = asked.filter(|asked| asked.path() == "/items");
        items
            .map(|asked| asked.header("authorization").unwrap().to_owned())
            .collect()
    }
}

#[tokio::test]
async fn what_the_provider_gives_is_kept_and_used_by_the_next_process() {
    let provider = Rotating::start(-1).await;
    let vault = Arc::new(WatchedVault::default());
    for first in [1, 4] {
        let ran = run(&provider.source(&vault), Ask::of("items")).await;
        assert!(ran.error.is_none(), "{:?}", ran.error);
        let expected: Vec<_> = (first..first + 3)
            .map(|n| format!("Bearer acc-{n}"))
            .collect();
        assert_eq!(provider.tokens().split_off(first - 1), expected);
    }
    let kept = vault.document().await.unwrap();
    assert_eq!(
        (&kept["access_token"], &kept["refresh_token"]),
        (&json!("acc-6"), &json!("ref-6"))
    );
}

#[tokio::test]
async fn a_token_that_cannot_be_kept_is_not_used() {
    let provider = Rotating::start(3600).await;
    let vault = Arc::new(WatchedVault::default());
    vault.failures.store(usize::MAX, Ordering::SeqCst);
    let ran = run(&provider.source(&vault), Ask::of("items")).await;
    assert_eq!(ran.error().kind, Kind::Transient { not_before: None });
    assert!(
        ran.error().message.contains("cannot be read or written"),
        "{}",
        ran.error()
    );
    assert!(provider.tokens().is_empty());
}

#[tokio::test]
async fn a_keeper_that_fails_for_a_moment_is_asked_again() {
    let provider = Rotating::start(3600).await;
    let vault = Arc::new(WatchedVault::default());
    vault.failures.store(2, Ordering::SeqCst);
    let ran = run(&provider.source(&vault), Ask::of("items")).await;
    assert!(ran.error.is_none(), "{:?}", ran.error);
    assert_eq!(vault.document().await.unwrap()["refresh_token"], "ref-1");
}

#[tokio::test]
async fn processes_renew_one_at_a_time() {
    let provider = Rotating::start(3600).await;
    let vault = Arc::new(WatchedVault::default());
    let sources: Vec<_> = (0..8).map(|_| provider.source(&vault)).collect();
    let runs = sources.iter().map(|source| run(source, Ask::of("items")));
    for ran in futures::future::join_all(runs).await {
        assert!(ran.error.is_none(), "{:?}", ran.error);
    }
    assert_eq!(provider.given.load(Ordering::SeqCst), 1);
    assert_eq!(provider.tokens(), vec!["Bearer acc-1"; 24]);
}

#[tokio::test]
async fn a_run_that_is_given_up_keeps_what_the_provider_gave() {
    let provider = Rotating::start(3600).await;
    let vault = Arc::new(WatchedVault::default());
    let source = provider.source(&vault);
    {
        let running = run(&source, Ask::of("items"));
        tokio::pin!(running);
        // Polled until the request for the token is out, and then no more.
        while provider.given.load(Ordering::SeqCst) == 0 {
            let polled = tokio::time::timeout(Duration::from_millis(1), &mut running).await;
            assert!(polled.is_err() || provider.given.load(Ordering::SeqCst) > 0);
        }
    }
    let written = tokio::time::timeout(Duration::from_secs(10), vault.written.notified()).await;
    written.unwrap();
    assert_eq!(vault.document().await.unwrap()["refresh_token"], "ref-1");
    let ran = run(&source, Ask::of("items")).await;
    assert!(ran.error.is_none(), "{:?}", ran.error);
    assert_eq!(provider.given.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_kept_token_that_was_taken_back_is_renewed_once() {
    let provider = Rotating::start(3600).await;
    let vault = Arc::new(WatchedVault::default());
    run(&provider.source(&vault), Ask::of("items")).await;
    provider.taken_back.store(1, Ordering::SeqCst);
    provider.server.forget();
    // Another process finds the kept token, and cannot know.
    let second = run(&provider.source(&vault), Ask::of("items")).await;
    assert!(second.error.is_none(), "{:?}", second.error);
    assert_eq!(
        provider.tokens(),
        [
            "Bearer acc-1",
            "Bearer acc-2",
            "Bearer acc-2",
            "Bearer acc-2"
        ]
    );
    // A token that this very process got is not doubted: the manifest says what a 401 means.
    let plain = REFRESHING.split('\n').next().unwrap();
    let (failed, asked) = ran(plain, json!({}), counting(9, token)).await;
    assert_eq!(failed.error().kind, Kind::Authentication);
    assert_eq!((count(&asked, "/token"), count(&asked, "/items")), (1, 1));
}

/// The number of the token that a request carries.
fn number(asked: &Asked) -> usize {
    let token = asked.header("authorization").unwrap();
    token.rsplit('-').next().unwrap().parse().unwrap()
}

const REFRESHING: &str = "{type: OAuthAuthenticator, token_refresh_endpoint: \"{{ config.url }}/token\", \
    client_id: id, client_secret: secret, refresh_token: ref}\n        \
    error_handler: {type: DefaultErrorHandler, response_filters: [\
    {type: HttpResponseFilter, action: REFRESH_TOKEN_THEN_RETRY, http_codes: [401]}]}";

fn counting(
    good_from: usize,
    refresh: impl Fn(usize) -> Reply + Send + Sync + 'static,
) -> impl Fn(&Asked) -> Reply + Send + Sync + 'static {
    let given = AtomicUsize::new(0);
    move |asked| match asked.path() {
        "/token" => refresh(given.fetch_add(1, Ordering::SeqCst) + 1),
        _ => {
            if number(asked) < good_from {
                Reply::status(401, "no")
            } else {
                provider(asked)
            }
        }
    }
}

fn token(number: usize) -> Reply {
    Reply::json(json!({"access_token": format!("acc-{number}"), "expires_in": 3600}))
}

fn count(asked: &[Asked], path: &str) -> usize {
    asked.iter().filter(|asked| asked.path() == path).count()
}

#[tokio::test]
async fn a_handler_can_ask_for_another_token() {
    let (good, asked) = ran(REFRESHING, json!({}), counting(2, token)).await;
    assert!(good.error.is_none(), "{:?}", good.error);
    assert_eq!((count(&asked, "/token"), count(&asked, "/items")), (2, 4));
    // The new one is refused, too.
    let (failed, asked) = ran(REFRESHING, json!({}), counting(9, token)).await;
    assert_eq!(failed.error().kind, Kind::Authentication);
    assert_eq!((count(&asked, "/token"), count(&asked, "/items")), (2, 2));
    // There is no other one: the grant is gone.
    let gone = |number: usize| {
        if number > 1 {
            Reply::status(400, "gone")
        } else {
            token(number)
        }
    };
    let (failed, asked) = ran(REFRESHING, json!({}), counting(9, gone)).await;
    assert_eq!(failed.error().kind, Kind::Authentication);
    assert!(
        failed.error().message.contains("/token answered 400"),
        "{}",
        failed.error()
    );
    assert_eq!(count(&asked, "/items"), 1);
}

#[tokio::test]
async fn what_refuses_a_token_decides_what_the_sync_does() {
    let oauth = "{type: OAuthAuthenticator, token_refresh_endpoint: \"{{ config.url }}/token\", client_id: id, client_secret: secret, \
        refresh_token: ref-secret, refresh_token_error_status_codes: [422], refresh_token_error_key: error, refresh_token_error_values: [gone]}";
    let transient = Kind::Transient { not_before: None };
    let table = [
        (400, "{}", Kind::Authentication, 1),
        (401, "{}", Kind::Authentication, 1),
        (404, "{}", Kind::Configuration, 1),
        (422, r#"{"error": "gone"}"#, Kind::Authentication, 1),
        (422, r#"{"error": "else"}"#, Kind::Configuration, 1),
        (429, "{}", Kind::Later { until: None }, 6),
        (500, "{}", transient, 6),
        (200, "{}", Kind::Refused, 1),
        (200, "no json", Kind::Refused, 1),
    ];
    for (status, body, kind, tries) in table {
        let script = move |asked: &Asked| match asked.path() {
            "/token" => Reply::status(status, body),
            _ => provider(asked),
        };
        let (failed, asked) = ran(oauth, json!({}), script).await;
        assert_eq!(
            (failed.error().kind, asked.len()),
            (kind, tries),
            "{status} {body}"
        );
    }
    // Neither the tokens nor what the provider repeats of them are told.
    let echo = |asked: &Asked| match asked.path() {
        "/token" => Reply::json(json!({"access_token": "acc-secret", "expires_in": 60})),
        _ => Reply::status(
            403,
            format!("{} may not", asked.header("authorization").unwrap()),
        ),
    };
    let (failed, _) = ran(oauth, json!({}), echo).await;
    assert!(
        failed.error().message.contains("Bearer *** may not"),
        "{}",
        failed.error()
    );
}
