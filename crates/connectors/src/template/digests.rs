//! The filters `hash` and `hmac`.

use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use minijinja::value::Kwargs;
use minijinja::{Environment, Error, ErrorKind, Value};
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};

use super::python::str_of;

pub(super) fn add_to(environment: &mut Environment<'static>) {
    environment.add_filter("hash", hash);
    environment.add_filter("hmac", hmac);
}

fn hash(
    value: &Value,
    kind: Option<String>,
    salt: Option<Value>,
    kwargs: Kwargs,
) -> Result<String, Error> {
    let kind = match kind {
        Some(kind) => kind,
        None => kwargs
            .get::<Option<String>>("hash_type")?
            .unwrap_or_else(|| "md5".to_owned()),
    };
    let salt = match salt {
        Some(salt) => Some(salt),
        None => kwargs.get::<Option<Value>>("salt")?,
    };
    kwargs.assert_all_used()?;
    let mut text = str_of(value);
    if let Some(salt) = salt.filter(Value::is_true) {
        text.push_str(&str_of(&salt));
    }
    match kind.as_str() {
        "md5" => Ok(digest::<Md5>(&text)),
        "sha1" => Ok(digest::<Sha1>(&text)),
        "sha224" => Ok(digest::<Sha224>(&text)),
        "sha256" => Ok(digest::<Sha256>(&text)),
        "sha384" => Ok(digest::<Sha384>(&text)),
        "sha512" => Ok(digest::<Sha512>(&text)),
        other => Err(Error::new(
            ErrorKind::InvalidOperation,
            format!("hash() knows md5, sha1, sha224, sha256, sha384 and sha512, not `{other}`"),
        )),
    }
}

fn hmac(
    value: &Value,
    key: Option<Value>,
    kind: Option<String>,
    kwargs: Kwargs,
) -> Result<String, Error> {
    let key = match key {
        Some(key) => key,
        None => kwargs.get::<Value>("key")?,
    };
    let kind = match kind {
        Some(kind) => Some(kind),
        None => kwargs.get::<Option<String>>("hash_type")?,
    };
    kwargs.assert_all_used()?;
    if kind.is_some_and(|kind| kind != "sha256") {
        return Err(super::dates::invalid("hmac() knows sha256 only"));
    }
    // A key may have any length.
    let mut mac = Hmac::<Sha256>::new_from_slice(str_of(&key).as_bytes())
        .map_err(|_| super::dates::invalid("hmac() cannot use the key"))?;
    mac.update(str_of(value).as_bytes());
    Ok(hexadecimal(&mac.finalize().into_bytes()))
}

fn digest<D: Digest>(text: &str) -> String {
    hexadecimal(&D::digest(text.as_bytes()))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
