//! Tokens that are signed here.

use serde_json::Value;

use super::super::interpolated::InterpolatedMap;
use super::super::request_option::RequestOption;
use super::super::{CompileError, Node};
use crate::template::{Names, Template};

/// `JwtAuthenticator`: RFC 7519.
#[derive(Debug, Clone)]
pub struct Jwt {
    /// What it is signed with.
    pub algorithm: Algorithm,
    /// A secret, or a private key in PEM.
    pub key: Template,
    /// Opens the private key, if it is encrypted.
    pub passphrase: Option<Template>,
    /// The key is the secret in base64.
    pub encodes_key: Option<Template>,
    /// How many seconds the token is good; it expires at once when it is not given.
    pub seconds: i64,
    /// Before the token.
    pub prefix: Option<Template>,
    /// `kid`, `typ`, `cty`.
    pub headers: Vec<(&'static str, Template)>,
    /// Further headers.
    pub more_headers: Option<InterpolatedMap>,
    /// `iss`, `sub`, `aud`.
    pub payload: Vec<(&'static str, Template)>,
    /// Further fields.
    pub more_payload: Option<InterpolatedMap>,
    /// Where the token goes; the `Authorization` header when it is not given.
    pub into: Option<RequestOption>,
}

/// How a token is signed: RFC 7518.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the RFC")]
pub enum Algorithm {
    Hs256,
    Hs384,
    Hs512,
    Rs256,
    Rs384,
    Rs512,
    Ps256,
    Ps384,
    Ps512,
    Es256,
    Es384,
    EdDsa,
}

impl Algorithm {
    /// As it is written in a token.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hs256 => "HS256",
            Self::Hs384 => "HS384",
            Self::Hs512 => "HS512",
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Ps256 => "PS256",
            Self::Ps384 => "PS384",
            Self::Ps512 => "PS512",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::EdDsa => "EdDSA",
        }
    }

    const ALL: [Self; 12] = [
        Self::Hs256,
        Self::Hs384,
        Self::Hs512,
        Self::Rs256,
        Self::Rs384,
        Self::Rs512,
        Self::Ps256,
        Self::Ps384,
        Self::Ps512,
        Self::Es256,
        Self::Es384,
        Self::EdDsa,
    ];
}

impl Jwt {
    pub(super) fn compile(node: &Node<'_>) -> Result<Self, CompileError> {
        let name = node
            .text("algorithm")?
            .ok_or_else(|| node.missing("algorithm"))?;
        let algorithm = Algorithm::ALL
            .into_iter()
            .find(|algorithm| algorithm.name() == name)
            .ok_or_else(|| node.unsupported_part(format!("JwtAuthenticator with {name}")))?;
        let seconds = match node.field("token_duration") {
            None => 1200,
            Some(value) => value
                .as_i64()
                .or_else(|| value.as_str()?.parse().ok())
                .unwrap_or_default(),
        };
        let optional = |field: &str| node.template(field, Names::Config);
        let named = |field: &str, names: [&'static str; 3]| {
            let Some(part) = node.child(field)? else {
                return Ok(Vec::new());
            };
            let mut found = Vec::new();
            for name in names {
                if let Some(template) = part.template(name, Names::Config)?
                    && !template.source().is_empty()
                {
                    found.push((name, template));
                }
            }
            Ok::<_, CompileError>(found)
        };
        let mut headers = named("jwt_headers", ["kid", "typ", "cty"])?;
        if !headers.iter().any(|(name, _)| *name == "typ") {
            headers.push(("typ", Template::fixed(Value::from("JWT"))));
        }
        Ok(Self {
            algorithm,
            key: node.required_template("secret_key", Names::Config)?,
            passphrase: optional("passphrase")?,
            encodes_key: optional("base64_encode_secret_key")?,
            seconds,
            prefix: optional("header_prefix")?,
            headers,
            more_headers: InterpolatedMap::compile(node, "additional_jwt_headers", Names::Config)?,
            payload: named("jwt_payload", ["iss", "sub", "aud"])?,
            more_payload: InterpolatedMap::compile(node, "additional_jwt_payload", Names::Config)?,
            into: node
                .child("request_option")?
                .map(|option| RequestOption::compile(&option))
                .transpose()?,
        })
    }
}
