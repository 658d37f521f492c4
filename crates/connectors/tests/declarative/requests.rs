//! Authenticators, parameters, headers and bodies: what is sent.

use serde_json::json;

use crate::manifests::Items;
use crate::run::{Ask, run, source};
use crate::server::{Asked, Reply, Server};

async fn asked(requester: &str, config: serde_json::Value) -> Asked {
    let server = Server::start(|_| Reply::json(json!({"data": []}))).await;
    let manifest = Items {
        requester: requester.to_owned(),
        ..Items::default()
    }
    .yaml();
    let mut config = config;
    config["url"] = json!(server.url);
    let ran = run(&source(&manifest, config), Ask::of("items")).await;
    assert!(ran.error.is_none(), "{:?}", ran.error);
    server.asked().remove(0)
}

const TOKEN: &str = "{{ config['api_token'] }}";

#[tokio::test]
async fn bearer() {
    let asked = asked(
        &format!("authenticator: {{type: BearerAuthenticator, api_token: \"{TOKEN}\"}}"),
        json!({"api_token": "s3cret"}),
    )
    .await;
    assert_eq!(asked.header("authorization"), Some("Bearer s3cret"));
}

#[tokio::test]
async fn api_key_in_a_header_by_either_way() {
    let config = json!({"api_token": "s3cret"});
    let old = format!(
        "authenticator: {{type: ApiKeyAuthenticator, header: X-Key, api_token: \"{TOKEN}\"}}"
    );
    assert_eq!(
        asked(&old, config.clone()).await.header("x-key"),
        Some("s3cret")
    );
    let new = format!(
        "authenticator: {{type: ApiKeyAuthenticator, api_token: \"Token {TOKEN}\", \
         inject_into: {{type: RequestOption, inject_into: header, field_name: Authorization}}}}"
    );
    assert_eq!(
        asked(&new, config).await.header("authorization"),
        Some("Token s3cret")
    );
}

#[tokio::test]
async fn api_key_in_the_query_and_in_bodies() {
    let config = json!({"api_token": "a&b c"});
    let at = |place: &str, rest: &str| {
        format!(
            "http_method: POST\n        authenticator: {{type: ApiKeyAuthenticator, api_token: \"{TOKEN}\", \
             inject_into: {{type: RequestOption, inject_into: {place}, {rest}}}}}"
        )
    };
    let query = asked(&at("request_parameter", "field_name: key"), config.clone()).await;
    assert_eq!(query.target, "/items?key=a%26b+c");
    let form = asked(&at("body_data", "field_name: key"), config.clone()).await;
    assert_eq!(
        (form.body.as_str(), form.header("content-type")),
        ("key=a%26b+c", Some("application/x-www-form-urlencoded"))
    );
    let json = asked(&at("body_json", "field_path: [auth, key]"), config).await;
    assert_eq!(
        (json.body.as_str(), json.header("content-type")),
        (r#"{"auth":{"key":"a&b c"}}"#, Some("application/json"))
    );
}

#[tokio::test]
async fn basic_with_and_without_a_password() {
    let with = "authenticator: {type: BasicHttpAuthenticator, username: \"{{ config['user'] }}\", password: \"{{ config['api_token'] }}\"}";
    let asked_with = asked(with, json!({"user": "ann", "api_token": "pa:ss"})).await;
    assert_eq!(
        asked_with.header("authorization"),
        Some("Basic YW5uOnBhOnNz")
    );
    let without = "authenticator: {type: BasicHttpAuthenticator, username: ann}";
    assert_eq!(
        asked(without, json!({})).await.header("authorization"),
        Some("Basic YW5uOg==")
    );
}

#[tokio::test]
async fn no_auth_sends_no_credential() {
    assert_eq!(
        asked("authenticator: {type: NoAuth}", json!({}))
            .await
            .header("authorization"),
        None
    );
}

#[tokio::test]
async fn parameters_are_evaluated_and_nulls_left_out() {
    let requester = r#"request_parameters:
          fixed: "a b"
          flag: "{{ true }}"
          list: "{{ ['x', 'y'] }}"
          number: 5
          absent: "{{ config.get('nothing') }}"
          deep: "{{ config.nothing.deep }}"
          zero: "007"
          "{{ 'na' ~ 'me' }}": "{{ parameters['who'] }}"
        $parameters: {who: me}
        request_headers: {X-One: "{{ 1 }}", User-Agent: mine}"#;
    let asked = asked(requester, json!({})).await;
    assert_eq!(
        asked.target,
        "/items?fixed=a+b&flag=True&list=x&list=y&number=5&absent=None&zero=007&name=me"
    );
    assert_eq!(
        (asked.header("x-one"), asked.header("user-agent")),
        (Some("1"), Some("mine"))
    );
}

#[tokio::test]
async fn bodies_of_every_kind() {
    let body = |kind: &str, value: &str| {
        format!("http_method: POST\n        request_body: {{type: {kind}, value: {value}}}")
    };
    let json = asked(
        &body(
            "RequestBodyJsonObject",
            "{a: \"{{ 1 }}\", b: {c: [\"{{ config['nothing'] }}\", x]}, d: null}",
        ),
        json!({}),
    )
    .await;
    assert_eq!(
        (json.method.as_str(), json.body.as_str()),
        ("POST", r#"{"a":1,"b":{"c":[null,"x"]}}"#)
    );
    let form = asked(
        &body("RequestBodyUrlEncodedForm", "{a: \"{{ 1 }}\", b: x y}"),
        json!({}),
    )
    .await;
    assert_eq!(form.body, "a=1&b=x+y");
    let text = asked(
        &body("RequestBodyPlainText", "\"a {{ 1 + 1 }}\""),
        json!({}),
    )
    .await;
    assert_eq!(text.body, "a 2");
    let query = asked(
        &body("RequestBodyGraphQL", "{query: \"{ items { id } }\"}"),
        json!({}),
    )
    .await;
    assert_eq!(query.body, r#"{"query":"{ items { id } }"}"#);
    let old = asked(
        "http_method: POST\n        request_body_json: {q: \"{{ 2 }}\"}",
        json!({}),
    )
    .await;
    assert_eq!(old.body, r#"{"q":2}"#);
    let data = asked(
        "http_method: POST\n        request_body_data: \"raw {{ 2 }}\"",
        json!({}),
    )
    .await;
    assert_eq!(data.body, "raw 2");
}

#[tokio::test]
async fn redirects_keep_credentials_at_home() {
    let other = Server::start(|_| Reply::json(json!({"data": [{"id": 1}]}))).await;
    let away = other.url.replace("127.0.0.1", "localhost") + "/moved";
    let server = Server::start(move |asked| match asked.path() {
        "/items" => Reply::status(302, "").header("location", "/second"),
        _ => Reply::status(307, "").header("location", &away),
    })
    .await;
    let requester = format!(
        "authenticator: {{type: ApiKeyAuthenticator, header: X-Key, api_token: \"{TOKEN}\"}}"
    );
    let manifest = Items {
        requester,
        ..Items::default()
    }
    .yaml();
    let ran = run(
        &source(&manifest, json!({"url": server.url, "api_token": "s3cret"})),
        Ask::of("items"),
    )
    .await;
    assert_eq!(ran.keys(), ["1"], "{:?}", ran.error);
    assert_eq!(server.asked()[1].header("x-key"), Some("s3cret"));
    assert_eq!(other.asked()[0].header("x-key"), None);
    assert_eq!(ran.pages[0].cost.requests, 3);
}

#[tokio::test]
async fn a_url_without_a_path_and_a_base_with_one() {
    let server = Server::start(|_| Reply::json(json!({"data": []}))).await;
    for (base, path, wanted) in [
        ("/api/v1", "items", "/api/v1/items"),
        ("/api/v1/", "/items", "/api/v1/items"),
        ("/api", "items/a:b", "/api/items/a:b"),
        ("/api", "a:b", "/api/a:b"),
        ("/api", "", "/api"),
    ] {
        let manifest = Items::default()
            .yaml()
            .replace("path: items", &format!("path: \"{path}\""))
            .replace(
                "{{ config['url'] }}",
                &format!("{{{{ config['url'] }}}}{base}"),
            );
        server.forget();
        let ran = run(
            &source(&manifest, json!({"url": server.url})),
            Ask::of("items"),
        )
        .await;
        assert!(ran.error.is_none(), "{:?}", ran.error);
        assert_eq!(server.targets(), [wanted]);
    }
}
