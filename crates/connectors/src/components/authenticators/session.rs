//! Tokens that a login gives.

use super::super::decoders::Decoder;
use super::super::request_option::RequestOption;
use super::super::requesters::HttpRequester;
use super::super::{CompileError, Node};
use super::texts;
use crate::datetime::IsoDuration;
use crate::template::{Names, Template};

/// `SessionTokenAuthenticator`.
#[derive(Debug, Clone)]
pub struct Session {
    /// The login.
    pub login: HttpRequester,
    /// How the login's answer is read.
    pub decoder: Decoder,
    /// Where in the answer the token is.
    pub token_path: Vec<String>,
    /// How long a token is good; without it every request logs in.
    pub(crate) lifetime: Option<IsoDuration>,
    /// How requests carry the token.
    pub used_as: SessionUse,
}

/// `request_authentication`.
#[derive(Debug, Clone)]
pub enum SessionUse {
    /// In the `Authorization` header.
    Bearer,
    /// Anywhere in the request.
    ApiKey {
        /// Where.
        into: RequestOption,
        /// What is made of `session_token`.
        token: Template,
    },
}

/// `LegacySessionTokenAuthenticator`: a session of the configuration while it is good, or else a
/// login.
#[derive(Debug, Clone)]
pub struct LegacySession {
    /// Where both URLs below begin.
    pub base: Template,
    /// The header that carries the token.
    pub header: Template,
    /// A token of the user.
    pub session_token: Option<Template>,
    /// Asked whether the user's token is good.
    pub validate_url: Template,
    /// Asked for a token.
    pub login_url: Template,
    /// The user.
    pub username: Option<Template>,
    /// The password.
    pub password: Option<Template>,
    /// The field of the login's answer that holds the token.
    pub token_field: Template,
}

impl Session {
    pub(super) fn compile(node: &Node<'_>) -> Result<Self, CompileError> {
        let token_path = texts(node, "session_token_path");
        if token_path.is_empty() {
            return Err(node.missing("session_token_path"));
        }
        let used = node.required_child("request_authentication")?;
        let used_as = match used.kind() {
            "Bearer" => SessionUse::Bearer,
            "ApiKey" => {
                let into = RequestOption::compile(&used.required_child("inject_into")?)?;
                let token = match used.template("api_token", Names::Session)? {
                    Some(token) if !token.source().is_empty() => token,
                    _ => used.compile("{{ session_token }}", Names::Session)?,
                };
                SessionUse::ApiKey { into, token }
            }
            _ => return Err(used.unsupported()),
        };
        let lifetime = match node.text("expiration_duration")? {
            None | Some("") => None,
            Some(text) => Some(IsoDuration::parse(text).ok_or_else(|| {
                node.invalid("`expiration_duration` is no ISO 8601 duration".to_owned())
            })?),
        };
        Ok(Self {
            login: HttpRequester::compile(&node.required_child("login_requester")?)?,
            decoder: Decoder::compile(node)?,
            token_path,
            lifetime,
            used_as,
        })
    }
}

impl LegacySession {
    pub(super) fn compile(node: &Node<'_>, requester: &Node<'_>) -> Result<Self, CompileError> {
        let optional = |field: &str| node.template(field, Names::Config);
        Ok(Self {
            base: requester.required_template("url_base", Names::Config)?,
            header: node.required_template("header", Names::Config)?,
            session_token: optional("session_token")?,
            validate_url: node.required_template("validate_session_url", Names::Config)?,
            login_url: node.required_template("login_url", Names::Config)?,
            username: optional("username")?,
            password: optional("password")?,
            token_field: node.required_template("session_token_response_key", Names::Config)?,
        })
    }
}
