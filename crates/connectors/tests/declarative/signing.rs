//! Tokens that are signed here, verified as a provider would.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use syncline_connectors::error::SourceErrorKind as Kind;

use crate::authenticating::{provider, ran};
use crate::run::now;
use crate::test_keys::{ED25519, P256, P384, RSA};

/// The token's header, payload, what was signed and the signature.
struct Token {
    header: Value,
    payload: Value,
    signed: String,
    signature: Vec<u8>,
}

async fn token(fields: &str, key: &str) -> Token {
    let jwt = format!("{{type: JwtAuthenticator, secret_key: \"{{{{ config.key }}}}\", {fields}}}");
    let (ran, asked) = ran(
        &jwt,
        json!({"key": key, "json": "{\"iss\": \"it\"}"}),
        provider,
    )
    .await;
    assert!(ran.error.is_none(), "{fields}: {:?}", ran.error);
    let header = asked[0].header("authorization").unwrap();
    let token = header.strip_prefix("JWT ").unwrap_or(header);
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let (header, payload) = signed.split_once('.').unwrap();
    let part = |text: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap();
    Token {
        header: part(header),
        payload: part(payload),
        signed: signed.to_owned(),
        signature: URL_SAFE_NO_PAD.decode(signature).unwrap(),
    }
}

fn hs256(key: &str, message: &str) -> Vec<u8> {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(message.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

#[tokio::test]
async fn a_secret_signs_what_the_manifest_says() {
    let fields = "algorithm: HS256, token_duration: 60, header_prefix: JWT, \
        jwt_headers: {kid: \"{{ config.key }}\", typ: at}, additional_jwt_headers: {x: \"{{ 1 + 1 }}\"}, \
        jwt_payload: {iss: \"{{ json_loads(config['json'])['iss'] }}\", aud: them}, additional_jwt_payload: {scope: read}";
    let token = token(fields, "s3cret").await;
    assert_eq!(
        token.header,
        json!({"alg": "HS256", "x": 2, "kid": "s3cret", "typ": "at"})
    );
    let issued = token.payload["iat"].as_i64().unwrap();
    assert!((0..60).contains(&(issued - now().timestamp())), "{issued}");
    assert_eq!(
        token.payload,
        json!({"scope": "read", "iss": "it", "aud": "them", "iat": issued, "exp": issued + 60, "nbf": issued})
    );
    assert_eq!(token.signature, hs256("s3cret", &token.signed));
}

#[tokio::test]
async fn a_secret_may_be_encoded() {
    let token = token("algorithm: HS256, base64_encode_secret_key: true", "s3cret").await;
    assert_eq!(token.header, json!({"alg": "HS256", "typ": "JWT"}));
    assert_eq!(
        token.signature,
        hs256(&STANDARD.encode("s3cret"), &token.signed)
    );
}

#[tokio::test]
async fn private_keys_sign_what_public_keys_verify() {
    let table = [
        ("RS256", RSA),
        ("RS384", RSA),
        ("RS512", RSA),
        ("PS256", RSA),
        ("PS384", RSA),
        ("PS512", RSA),
        ("ES256", P256),
        ("ES384", P384),
        ("EdDSA", ED25519),
    ];
    for (algorithm, (private, public)) in table {
        let token = token(&format!("algorithm: {algorithm}"), private).await;
        let public = STANDARD.decode(public).unwrap();
        let signature = match algorithm {
            "ES256" | "ES384" => der(&token.signature),
            _ => token.signature,
        };
        let message = token.signed.as_bytes();
        assert!(verifies(&public, message, &signature), "{algorithm}");
        assert!(
            !verifies(&public, b"something else", &signature),
            "{algorithm}"
        );
    }
}

fn verifies(public: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let provider = rustls::crypto::ring::default_provider();
    let algorithms = provider.signature_verification_algorithms.all;
    algorithms.iter().any(|algorithm| {
        algorithm
            .verify_signature(public, message, signature)
            .is_ok()
    })
}

/// Two numbers as a verifier of certificates takes them.
fn der(plain: &[u8]) -> Vec<u8> {
    let integer = |number: &[u8]| {
        let zeros = number.iter().take_while(|byte| **byte == 0).count();
        let mut number = number[zeros..].to_vec();
        if number[0] >= 0x80 {
            number.insert(0, 0);
        }
        [&[2, u8::try_from(number.len()).unwrap()], number.as_slice()].concat()
    };
    let (r, s) = plain.split_at(plain.len() / 2);
    let body = [integer(r), integer(s)].concat();
    [&[0x30, u8::try_from(body.len()).unwrap()], body.as_slice()].concat()
}

#[tokio::test]
async fn a_token_may_stand_for_a_grant_and_go_anywhere() {
    let jwt = "{type: JwtAuthenticator, algorithm: HS256, secret_key: k, \
        request_option: {type: RequestOption, inject_into: request_parameter, field_name: jwt}}";
    let (_, asked) = ran(jwt, json!({}), provider).await;
    assert_eq!(asked[0].query("jwt").unwrap().split('.').count(), 3);
    assert_eq!(asked[0].header("authorization"), None);
    let grant = "{type: OAuthAuthenticator, token_refresh_endpoint: \"{{ config.url }}/token\", use_profile_assertion: true, \
        profile_assertion: {type: JwtAuthenticator, algorithm: HS256, secret_key: k}}";
    let (_, asked) = ran(grant, json!({}), provider).await;
    let tokens: Vec<_> = asked
        .iter()
        .filter(|asked| asked.path() == "/token")
        .collect();
    assert_eq!(tokens.len(), 1);
    assert!(
        tokens[0].body.starts_with(
            "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=ey"
        ),
        "{}",
        tokens[0].body
    );
}

#[tokio::test]
async fn a_key_that_does_not_fit_is_a_problem_of_the_configuration() {
    let table = [
        ("RS256", "no key", "must be a private key in PEM"),
        ("RS256", P256.0, "does not fit the algorithm"),
        ("ES256", P384.0, "does not fit the algorithm"),
    ];
    for (algorithm, key, message) in table {
        let jwt = format!(
            "{{type: JwtAuthenticator, algorithm: {algorithm}, secret_key: \"{{{{ config.key }}}}\"}}"
        );
        let (failed, asked) = ran(&jwt, json!({"key": key}), provider).await;
        assert_eq!(failed.error().kind, Kind::Configuration);
        assert!(
            failed.error().message.contains(message),
            "{}",
            failed.error()
        );
        assert!(asked.is_empty());
    }
}
