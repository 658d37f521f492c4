//! Tokens that are signed here.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use rustls::SignatureScheme;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use serde_json::{Map, Value};

use crate::components::authenticators::{Algorithm, Jwt};
use crate::error::{SourceError, SourceErrorKind};
use crate::http::exchange::{Call, Exchange};
use crate::template::{Context, Template, TemplateError};

impl Exchange {
    /// A new token, its prefix before it.
    pub(super) fn jwt(&self, jwt: &Jwt, call: &Call<'_>) -> Result<String, SourceError> {
        let context = call.context;
        let wrong = |error: TemplateError| self.template(&error);
        let text = |template: &Option<Template>| match template {
            None => Ok(String::new()),
            Some(template) => template.string(context).map_err(wrong),
        };
        if !text(&jwt.passphrase)?.is_empty() {
            return Err(configuration(
                "private keys with a passphrase are not supported: give the key without one",
            ));
        }
        let mut key = jwt.key.string(context).map_err(wrong)?;
        let encodes = jwt.encodes_key.as_ref();
        let encodes = encodes.map(|encodes| encodes.condition(context));
        if encodes.transpose().map_err(wrong)? == Some(true) {
            key = STANDARD.encode(key);
        }
        let now = call.clock.now().timestamp();
        let [header, payload] = claims(jwt, context, now).map_err(wrong)?;
        let part = |map: Map<String, Value>| URL_SAFE_NO_PAD.encode(Value::Object(map).to_string());
        let signed = format!("{}.{}", part(header), part(payload));
        let signature = sign(jwt.algorithm, &key, signed.as_bytes()).map_err(configuration)?;
        let token = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature));
        self.redactor().learn(&token);
        let prefix = text(&jwt.prefix)?;
        Ok(if prefix.is_empty() {
            token
        } else {
            format!("{prefix} {token}")
        })
    }
}

fn claims(
    jwt: &Jwt,
    context: &Context,
    now: i64,
) -> Result<[Map<String, Value>; 2], TemplateError> {
    let mut header = Map::new();
    header.insert("alg".to_owned(), jwt.algorithm.name().into());
    let mut payload = Map::new();
    for (map, fixed, more) in [
        (&mut header, &jwt.headers, &jwt.more_headers),
        (&mut payload, &jwt.payload, &jwt.more_payload),
    ] {
        if let Some(more) = more {
            map.extend(more.headers(context)?);
        }
        for (name, template) in fixed {
            map.insert((*name).to_owned(), template.string_value(context)?);
        }
    }
    header.sort_keys();
    for (name, at) in [("iat", now), ("exp", now + jwt.seconds), ("nbf", now)] {
        payload.insert(name.to_owned(), at.into());
    }
    Ok([header, payload])
}

fn sign(algorithm: Algorithm, key: &str, message: &[u8]) -> Result<Vec<u8>, &'static str> {
    match algorithm {
        Algorithm::Hs256 => hmac::<Hmac<sha2::Sha256>>(key, message),
        Algorithm::Hs384 => hmac::<Hmac<sha2::Sha384>>(key, message),
        Algorithm::Hs512 => hmac::<Hmac<sha2::Sha512>>(key, message),
        Algorithm::Rs256 => by_private_key(SignatureScheme::RSA_PKCS1_SHA256, key, message),
        Algorithm::Rs384 => by_private_key(SignatureScheme::RSA_PKCS1_SHA384, key, message),
        Algorithm::Rs512 => by_private_key(SignatureScheme::RSA_PKCS1_SHA512, key, message),
        Algorithm::Ps256 => by_private_key(SignatureScheme::RSA_PSS_SHA256, key, message),
        Algorithm::Ps384 => by_private_key(SignatureScheme::RSA_PSS_SHA384, key, message),
        Algorithm::Ps512 => by_private_key(SignatureScheme::RSA_PSS_SHA512, key, message),
        Algorithm::EdDsa => by_private_key(SignatureScheme::ED25519, key, message),
        Algorithm::Es256 => {
            let scheme = SignatureScheme::ECDSA_NISTP256_SHA256;
            by_private_key(scheme, key, message).and_then(|der| plain_ecdsa(&der, 32))
        }
        Algorithm::Es384 => {
            let scheme = SignatureScheme::ECDSA_NISTP384_SHA384;
            by_private_key(scheme, key, message).and_then(|der| plain_ecdsa(&der, 48))
        }
    }
}

fn hmac<M: Mac + KeyInit>(key: &str, message: &[u8]) -> Result<Vec<u8>, &'static str> {
    let mut mac = <M as KeyInit>::new_from_slice(key.as_bytes())
        .map_err(|_| "the secret cannot sign tokens")?;
    mac.update(message);
    Ok(mac.finalize().into_bytes().to_vec())
}

fn by_private_key(
    scheme: SignatureScheme,
    key: &str,
    message: &[u8],
) -> Result<Vec<u8>, &'static str> {
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes())
        .map_err(|_| "the key that signs tokens must be a private key in PEM")?;
    let key = rustls::crypto::ring::sign::any_supported_type(&key)
        .map_err(|_| "the private key that signs tokens is of no kind that is supported")?;
    let signer = key
        .choose_scheme(&[scheme])
        .ok_or("the private key does not fit the algorithm that signs tokens")?;
    signer
        .sign(message)
        .map_err(|_| "the private key cannot sign tokens")
}

/// Two numbers of a fixed length, as tokens have them, out of ASN.1.
fn plain_ecdsa(der: &[u8], length: usize) -> Result<Vec<u8>, &'static str> {
    let broken = "the signature of the token is broken";
    let mut plain = Vec::with_capacity(2 * length);
    // A sequence of fewer than 128 bytes: two integers.
    let mut rest = match der {
        [0x30, _, rest @ ..] => rest,
        _ => return Err(broken),
    };
    for _ in 0..2 {
        let [0x02, size, after @ ..] = rest else {
            return Err(broken);
        };
        let (number, after) = after.split_at_checked((*size).into()).ok_or(broken)?;
        let zeros = number.iter().take_while(|byte| **byte == 0).count();
        let number = &number[zeros..];
        let padding = length.checked_sub(number.len()).ok_or(broken)?;
        plain.resize(plain.len() + padding, 0);
        plain.extend_from_slice(number);
        rest = after;
    }
    Ok(plain)
}

fn configuration(message: &str) -> SourceError {
    SourceError::new(SourceErrorKind::Configuration, message)
}
