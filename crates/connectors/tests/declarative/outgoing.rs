//! Where requests may go, and what they take along.

use std::net::SocketAddr;

use serde_json::json;
use syncline_connectors::error::{SourceError, SourceErrorKind as Kind};
use syncline_connectors::{NetworkRules, SourceOptions};

use crate::manifests::{Items, LINK};
use crate::run::{Ask, Ran, options, run, source, source_with};
use crate::server::{Reply, Server};

const TOKEN: &str = "s3cret-value";

fn guarded(allowed: &[&Server]) -> SourceOptions {
    let address = |server: &&Server| server.url.strip_prefix("http://").unwrap().parse().unwrap();
    SourceOptions {
        network: NetworkRules {
            allow_private: false,
            allowed: allowed.iter().map(address).collect::<Vec<SocketAddr>>(),
        },
        ..options()
    }
}

async fn ran(manifest: &str, url: &str, options: SourceOptions) -> Ran {
    let config = json!({"url": url, "api_token": TOKEN});
    run(&source_with(manifest, config, options), Ask::of("items")).await
}

fn assert_refused(error: &SourceError, host: &str, what: &str) {
    assert_eq!(error.kind, Kind::Configuration, "{error}");
    let wanted = format!(
        "the provider is not asked, because `{host}` is {what}: if this server may ask such \
         addresses, start it with --allow-private-networks or SYNCLINE_ALLOW_PRIVATE_NETWORKS=true"
    );
    assert!(error.message.contains(&wanted), "{error}");
}

#[tokio::test]
async fn loopback_is_refused_in_every_form_and_nothing_is_sent() {
    let server = Server::start(|_| Reply::json(json!({"data": []}))).await;
    let port = server.url.rsplit(':').next().unwrap();
    for (spelling, host) in [
        ("127.0.0.1", "127.0.0.1"),
        ("127.1", "127.0.0.1"),
        ("0x7f.1", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("0177.0.0.1", "127.0.0.1"),
        ("[::ffff:127.0.0.1]", "[::ffff:7f00:1]"),
        ("localhost", "localhost"),
        ("LocalHost", "localhost"),
    ] {
        let url = format!("http://{spelling}:{port}");
        let ran = ran(&Items::default().yaml(), &url, guarded(&[])).await;
        assert_refused(ran.error(), host, "a loopback address");
        assert!(
            !ran.error().message.contains("tries"),
            "asked again: {}",
            ran.error()
        );
    }
    assert_eq!(server.asked(), []);
}

#[tokio::test]
async fn other_networks_are_refused_without_asking_them() {
    for (host, what) in [
        ("10.0.0.1", "a private address"),
        ("192.168.178.1", "a private address"),
        (
            "169.254.169.254",
            "the address of a cloud's metadata service",
        ),
        (
            "[fd00:ec2::254]",
            "the address of a cloud's metadata service",
        ),
        ("[fe80::1]", "a link-local address"),
        ("0.0.0.0", "an unspecified address"),
        ("[::]", "an unspecified address"),
        ("100.64.0.1", "an address of a carrier's own network"),
        ("224.0.0.1", "a multicast address"),
    ] {
        let url = format!("http://{host}/latest/meta-data");
        let ran = ran(&Items::default().yaml(), &url, guarded(&[])).await;
        assert_refused(ran.error(), host, what);
        assert_eq!(ran.error().cost.requests, 0);
    }
}

#[tokio::test]
async fn a_redirect_or_a_link_leads_no_further_than_a_first_request() {
    let inner = Server::start(|_| Reply::json(json!({"data": [{"id": "inner"}]}))).await;
    let port = inner.url.rsplit(':').next().unwrap().to_owned();
    for host in ["127.0.0.1", "localhost", "0x7f000001", "[::ffff:127.0.0.1]"] {
        let target = format!("http://{host}:{port}/admin");
        let link = target.clone();
        let outer = Server::start(move |asked| match asked.query("page") {
            None => Reply::status(302, "").header("location", &target),
            Some(_) => Reply::json(json!({"data": [{"id": 1}], "next": link})),
        })
        .await;
        let redirected = ran(&Items::default().yaml(), &outer.url, guarded(&[&outer])).await;
        assert_eq!(redirected.error().kind, Kind::Configuration, "{host}");
        assert_eq!(outer.asked().len(), 1);
        let linked = Items {
            paginator: LINK.to_owned(),
            requester: "request_parameters: {page: 1}".to_owned(),
            ..Items::default()
        };
        let linked = ran(&linked.yaml(), &outer.url, guarded(&[&outer])).await;
        assert_eq!(linked.keys(), ["1"]);
        assert_eq!(linked.error().kind, Kind::Configuration, "{host}");
    }
    assert_eq!(inner.asked(), []);
}

#[tokio::test]
async fn only_the_web_is_redirected_to_and_only_so_often() {
    for location in [
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "ftp://127.0.0.1/",
    ] {
        let server = Server::start(move |_| Reply::status(302, "").header("location", location));
        let server = server.await;
        let ran = ran(&Items::default().yaml(), &server.url, options()).await;
        assert_eq!(ran.error().status_code, Some(302), "{location}");
    }
    let circle = Server::start(|_| Reply::status(302, "").header("location", "/items")).await;
    let ran = ran(&Items::default().yaml(), &circle.url, options()).await;
    assert_eq!(ran.error().kind, Kind::Refused);
    assert!(ran.error().message.contains("redirected too often"));
    assert_eq!(circle.asked().len(), 11);
}

/// Each way to carry a credential, and a provider that sends us elsewhere with our own query.
#[tokio::test]
async fn no_credential_goes_to_another_host() {
    let header = "inject_into: {type: RequestOption, inject_into: header, field_name: X-Key}";
    let query =
        "inject_into: {type: RequestOption, inject_into: request_parameter, field_name: key}";
    let field = "inject_into: {type: RequestOption, inject_into: body_json, field_name: key}";
    let token = "api_token: \"{{ config['api_token'] }}\"";
    let fixed = "api_token: \"not-a-secret-of-the-config\"";
    for authenticator in [
        format!("{{type: BearerAuthenticator, {token}}}"),
        "{type: BasicHttpAuthenticator, username: ann, password: \"{{ config['api_token'] }}\"}"
            .to_owned(),
        format!("{{type: ApiKeyAuthenticator, {token}, {header}}}"),
        format!("{{type: ApiKeyAuthenticator, {token}, {query}}}"),
        format!("{{type: ApiKeyAuthenticator, {fixed}, {query}}}"),
        format!("{{type: ApiKeyAuthenticator, {token}, {field}}}"),
    ] {
        let requester = format!(
            "authenticator: {authenticator}\n        http_method: POST\n        request_headers: \
             {{Cookie: \"session={TOKEN}\"}}\n        request_parameters: {{keep: \"me\"}}"
        );
        let manifest = Items {
            requester,
            ..Items::default()
        }
        .yaml();
        let other = Server::start(|_| Reply::json(json!({"data": [{"id": 1}]}))).await;
        let away = other.url.clone();
        let server = Server::start(move |asked| match asked.path() {
            "/items" => {
                Reply::status(307, "").header("location", asked.target.replace("items", "b"))
            }
            _ => Reply::status(308, "").header("location", format!("{away}{}", asked.target)),
        })
        .await;
        let config = json!({"url": server.url, "api_token": TOKEN});
        let ran = run(&source(&manifest, config), Ask::of("items")).await;
        assert_eq!(ran.keys(), ["1"], "{:?}", ran.error);
        let [first, second] = server.asked().try_into().unwrap();
        let stripped = |asked: &crate::server::Asked| {
            (
                asked.headers.clone(),
                asked.body.clone(),
                asked.query("key"),
            )
        };
        assert_eq!(stripped(&first), stripped(&second), "home keeps them");
        let [asked] = other.asked().try_into().unwrap();
        assert_eq!(asked.query("keep").as_deref(), Some("me"));
        assert_eq!(asked.query("key"), None, "{authenticator}");
        assert!(!format!("{asked:?}").contains(TOKEN), "{asked:?}");
        assert_eq!(asked.body, "");
        for name in ["authorization", "cookie", "x-key"] {
            assert_eq!(asked.header(name), None, "{authenticator}");
        }
    }
}
