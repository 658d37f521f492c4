//! Who asks: every way to put a credential on a request.

use serde_json::{Value, json};
use syncline_connectors::error::SourceErrorKind as Kind;

use crate::manifests::{Items, PAGE};
use crate::run::{Ask, Ran, object, run, source};
use crate::server::{Asked, Reply, Server};

/// Three pages; `/token`, `/login` and `/me` answer what a login would.
pub fn provider(asked: &Asked) -> Reply {
    match asked.path() {
        "/items" => {
            let page: usize = asked.query("page").map_or(1, |page| page.parse().unwrap());
            let size = if page < 3 { 3 } else { 1 };
            Reply::json(json!({"data": vec![json!({"id": page}); size]}))
        }
        "/token" => Reply::json(json!({"access_token": "acc-1", "expires_in": 3600})),
        "/login" => Reply::json(json!({"result": [{"token": "sess-1"}], "id": "legacy-1"})),
        _ => Reply::status(404, ""),
    }
}

pub async fn ran(
    authenticator: &str,
    config: Value,
    script: impl Fn(&Asked) -> Reply + Send + Sync + 'static,
) -> (Ran, Vec<Asked>) {
    let server = Server::start(script).await;
    let manifest = Items {
        requester: format!("authenticator: {authenticator}"),
        paginator: PAGE.to_owned(),
        ..Items::default()
    }
    .yaml();
    let mut config = object(config);
    config.insert("url".to_owned(), server.url.clone().into());
    let ran = run(&source(&manifest, config.into()), Ask::of("items")).await;
    (ran, server.asked())
}

fn to<'a>(asked: &'a [Asked], path: &str) -> Vec<&'a Asked> {
    asked.iter().filter(|asked| asked.path() == path).collect()
}

fn tokens(asked: &[Asked]) -> Vec<&str> {
    let items = to(asked, "/items").into_iter();
    items
        .map(|asked| asked.header("authorization").unwrap())
        .collect()
}

const OAUTH: &str = "type: OAuthAuthenticator, token_refresh_endpoint: \"{{ config.url }}/token\", \
    client_id: \"{{ config.id }}\", client_secret: \"{{ config.secret }}\", \
    refresh_token: \"{{ config.refresh }}\"";

fn client() -> Value {
    json!({"id": "the id", "secret": "the&secret", "refresh": "ref-1"})
}

#[tokio::test]
async fn a_refresh_token_gives_an_access_token_for_all_pages() {
    let (ran, asked) = ran(&format!("{{{OAUTH}}}"), client(), provider).await;
    assert_eq!(ran.keys().len(), 7);
    assert_eq!(tokens(&asked), ["Bearer acc-1"; 3]);
    let logins = to(&asked, "/token");
    assert_eq!(logins.len(), 1);
    assert_eq!(logins[0].method, "POST");
    assert_eq!(
        logins[0].header("content-type"),
        Some("application/x-www-form-urlencoded")
    );
    assert_eq!(
        logins[0].body,
        "grant_type=refresh_token&client_id=the+id&client_secret=the%26secret&refresh_token=ref-1"
    );
    assert_eq!(ran.pages[0].cost.requests, 2);
}

#[tokio::test]
async fn the_request_for_a_token_is_as_the_manifest_says() {
    let table = [
        (
            "grant_type: client_credentials, scopes: [read, write], refresh_request_body: {audience: \"{{ config.id }}\", client_id: no}",
            "grant_type=client_credentials&client_id=the+id&client_secret=the%26secret&scopes=read&scopes=write&audience=the+id&refresh_token=ref-1",
        ),
        (
            "grant_type_name: gt, client_id_name: ci, client_secret_name: cs, refresh_token_name: rt",
            "gt=refresh_token&ci=the+id&cs=the%26secret&rt=ref-1",
        ),
        (
            "refresh_request_headers: {Authorization: 'Basic abc', X-More: \"{{ config.id }}\"}",
            "grant_type=refresh_token&refresh_token=ref-1",
        ),
    ];
    for (more, body) in table {
        let (_, asked) = ran(&format!("{{{OAUTH}, {more}}}"), client(), provider).await;
        assert_eq!(to(&asked, "/token")[0].body, body, "{more}");
        assert_eq!(tokens(&asked), ["Bearer acc-1"; 3]);
    }
    let headers =
        "refresh_request_headers: {Authorization: 'Basic abc', X-More: \"{{ config.id }}\"}";
    let (_, asked) = ran(&format!("{{{OAUTH}, {headers}}}"), client(), provider).await;
    let login = to(&asked, "/token")[0];
    assert_eq!(login.header("authorization"), Some("Basic abc"));
    assert_eq!(login.header("x-more"), Some("the id"));
    let query = format!("{{{OAUTH}, send_refresh_request_as_query_params: true}}");
    let (_, asked) = ran(&query, client(), provider).await;
    let login = to(&asked, "/token")[0];
    assert_eq!(
        login.target,
        "/token?grant_type=refresh_token&client_id=the+id&client_secret=the%26secret&refresh_token=ref-1"
    );
    assert_eq!(login.body, "");
}

#[tokio::test]
async fn the_answer_is_read_where_and_how_the_manifest_says() {
    let nested = |asked: &Asked| match asked.path() {
        "/token" => Reply::json(json!({"data": [{"tok": "acc-9", "life": "3600"}]})),
        _ => provider(asked),
    };
    let names = format!("{{{OAUTH}, access_token_name: tok, expires_in_name: life}}");
    let (_, asked) = ran(&names, client(), nested).await;
    assert_eq!(tokens(&asked), ["Bearer acc-9"; 3]);
    // How often a token is got depends on when it expires; it is 2024-03-01.
    let table = [
        ("", json!(3600), 1),
        ("", json!(-1), 3),
        ("", Value::Null, 1),
        (
            ", token_expiry_date_format: '%Y-%m-%d'",
            json!("2024-02-29"),
            3,
        ),
        (
            ", token_expiry_date_format: '%Y-%m-%d'",
            json!("2024-03-02"),
            1,
        ),
        (", token_expiry_date_format: '%s'", json!(1_709_400_000), 1),
    ];
    for (more, expires, logins) in table {
        let body = json!({"access_token": "acc-1", "expires_in": expires});
        let script = move |asked: &Asked| match asked.path() {
            "/token" => Reply::json(&body),
            _ => provider(asked),
        };
        let (_, asked) = ran(&format!("{{{OAUTH}{more}}}"), client(), script).await;
        assert_eq!(to(&asked, "/token").len(), logins, "{more} {expires}");
    }
}

#[tokio::test]
async fn an_access_token_of_the_configuration_is_used_while_it_is_good() {
    let config = |expiry: &str| {
        let mut config = object(client());
        config.insert("access".to_owned(), "acc-0".into());
        config.insert("expiry".to_owned(), expiry.into());
        Value::Object(config)
    };
    let own = format!(
        "{{{OAUTH}, access_token_value: \"{{{{ config.access }}}}\", token_expiry_date: \"{{{{ config.expiry }}}}\"}}"
    );
    let (_, asked) = ran(&own, config("2024-03-02T00:00:00Z"), provider).await;
    assert_eq!(tokens(&asked), ["Bearer acc-0"; 3]);
    let (_, asked) = ran(&own, config("2024-02-02T00:00:00Z"), provider).await;
    assert_eq!(tokens(&asked), ["Bearer acc-1"; 3]);
    // Without an endpoint it is all there is.
    let only = "{type: OAuthAuthenticator, client_id: a, client_secret: b, access_token_value: \"{{ config.access }}\"}";
    let (_, asked) = ran(only, config(""), provider).await;
    assert_eq!(tokens(&asked), ["Bearer acc-0"; 3]);
}

#[tokio::test]
async fn a_login_gives_a_session() {
    let session = |more: &str, used: &str| {
        format!(
            "{{type: SessionTokenAuthenticator, session_token_path: [result, '0', token]{more}, \
             login_requester: {{type: HttpRequester, url_base: \"{{{{ config.url }}}}\", path: /login, http_method: POST, \
             request_body_json: {{user: \"{{{{ config.id }}}}\"}}, authenticator: {{type: BasicHttpAuthenticator, username: u, password: p}}}}, \
             request_authentication: {used}}}"
        )
    };
    let lasting = session(", expiration_duration: PT1H", "{type: Bearer}");
    let (_, asked) = ran(&lasting, client(), provider).await;
    assert_eq!(tokens(&asked), ["Bearer sess-1"; 3]);
    let logins = to(&asked, "/login");
    assert_eq!(logins.len(), 1);
    assert_eq!(logins[0].body, r#"{"user":"the id"}"#);
    assert_eq!(logins[0].header("authorization"), Some("Basic dTpw"));
    // Without a duration each request logs in.
    let (_, asked) = ran(&session("", "{type: Bearer}"), client(), provider).await;
    assert_eq!(to(&asked, "/login").len(), 3);
    let table = [
        (
            "{type: ApiKey, inject_into: {type: RequestOption, inject_into: header, field_name: X-Key}}",
            Some("sess-1"),
        ),
        (
            "{type: ApiKey, api_token: \"Token {{ session_token }}\", inject_into: {type: RequestOption, inject_into: header, field_name: X-Key}}",
            Some("Token sess-1"),
        ),
        (
            "{type: ApiKey, inject_into: {type: RequestOption, inject_into: request_parameter, field_name: key}}",
            None,
        ),
    ];
    for (used, header) in table {
        let (_, asked) = ran(&session("", used), client(), provider).await;
        let first = to(&asked, "/items")[0];
        assert_eq!(first.header("x-key"), header);
        assert_eq!(first.query("key").is_some(), header.is_none());
    }
}

#[tokio::test]
async fn a_login_that_gives_nothing_is_an_error() {
    let session = "{type: SessionTokenAuthenticator, session_token_path: [nope], \
        login_requester: {type: HttpRequester, url_base: \"{{ config.url }}\", path: login}, \
        request_authentication: {type: Bearer}}";
    let (failed, asked) = ran(session, client(), provider).await;
    assert_eq!(failed.error().kind, Kind::Authentication);
    assert!(failed.error().message.contains("gave no session token"));
    assert!(to(&asked, "/items").is_empty());
    let refusing = |asked: &Asked| match asked.path() {
        "/login" => Reply::status(401, "who?"),
        _ => provider(asked),
    };
    let (failed, _) = ran(session, client(), refusing).await;
    assert_eq!(failed.error().kind, Kind::Authentication);
    assert!(
        failed.error().message.contains("/login answered 401"),
        "{}",
        failed.error()
    );
}

#[tokio::test]
async fn a_legacy_session_is_that_of_the_user_or_of_a_login() {
    let legacy = "{type: LegacySessionTokenAuthenticator, header: X-Session, login_url: /login, \
        session_token: \"{{ config.session }}\", session_token_response_key: id, \
        username: \"{{ config.id }}\", password: \"{{ config.secret }}\", validate_session_url: /me}";
    let with = |session: &str| {
        let mut config = object(client());
        config.insert("session".to_owned(), session.into());
        Value::Object(config)
    };
    let script = |asked: &Asked| match (asked.path(), asked.header("x-session")) {
        ("/me", Some("own")) => Reply::json("{}"),
        ("/me", _) => Reply::status(401, ""),
        _ => provider(asked),
    };
    let sessions = |asked: &[Asked]| {
        let items = to(asked, "/items").into_iter();
        items
            .map(|asked| asked.header("x-session").unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let (_, asked) = ran(legacy, with("own"), script).await;
    assert_eq!(
        (sessions(&asked), to(&asked, "/me").len()),
        (vec!["own".to_owned(); 3], 3)
    );
    let (_, asked) = ran(legacy, with("gone"), script).await;
    assert_eq!(sessions(&asked), ["legacy-1"; 3]);
    let logins = to(&asked, "/login");
    assert_eq!(logins.len(), 1);
    assert_eq!(
        logins[0].body,
        r#"{"username":"the id","password":"the&secret"}"#
    );
}

#[tokio::test]
async fn the_configuration_chooses_the_authenticator() {
    let selective = format!(
        "{{type: SelectiveAuthenticator, authenticator_selection_path: [auth, type], authenticators: \
         {{oauth: {{{OAUTH}}}, token: {{type: BearerAuthenticator, api_token: \"{{{{ config.id }}}}\"}}, \
         own: {{type: CustomAuthenticator, class_name: x.Y}}}}}}"
    );
    let choosing = |auth: Value| {
        let mut config = object(client());
        config.insert("auth".to_owned(), auth);
        Value::Object(config)
    };
    let (_, asked) = ran(&selective, choosing(json!({"type": "oauth"})), provider).await;
    assert_eq!(tokens(&asked)[0], "Bearer acc-1");
    let (_, asked) = ran(&selective, choosing(json!({"type": "token"})), provider).await;
    assert_eq!(tokens(&asked)[0], "Bearer the id");
    let table = [
        (
            json!({"type": "none"}),
            "must choose one of oauth, token, own",
        ),
        (json!({}), "finds nothing there"),
        (
            json!({"type": "own"}),
            "CustomAuthenticator (x.Y, which needs Python)",
        ),
    ];
    for (auth, message) in table {
        let (failed, asked) = ran(&selective, choosing(auth), provider).await;
        assert_eq!(failed.error().kind, Kind::Configuration);
        assert!(
            failed.error().message.contains(message),
            "{}",
            failed.error()
        );
        assert!(asked.is_empty());
    }
}

#[tokio::test]
async fn a_key_goes_anywhere_in_a_request() {
    let key = |into: &str| {
        format!(
            "{{type: ApiKeyAuthenticator, api_token: \"{{{{ config.id }}}}\", inject_into: {{type: RequestOption, {into}}}}}\n        http_method: POST"
        )
    };
    let (_, asked) = ran(
        &key("inject_into: body_json, field_path: [auth, key]"),
        client(),
        provider,
    )
    .await;
    assert_eq!(asked[0].body, r#"{"auth":{"key":"the id"}}"#);
    let (_, asked) = ran(
        &key("inject_into: body_data, field_name: k"),
        client(),
        provider,
    )
    .await;
    assert_eq!(asked[0].body, "k=the+id");
    let (_, asked) = ran(
        &key("inject_into: request_parameter, field_name: k"),
        client(),
        provider,
    )
    .await;
    assert_eq!(asked[0].query("k").as_deref(), Some("the id"));
    let (_, asked) = ran(
        &key("inject_into: header, field_name: Authorization"),
        client(),
        provider,
    )
    .await;
    assert_eq!(asked[0].header("authorization"), Some("the id"));
}
