//! How requests are authenticated.

mod jwt;
mod oauth;
mod session;

use serde_json::Value;

use super::request_option::{InjectInto, RequestOption};
use super::{CompileError, Node};
use crate::template::{Context, Names, Template, TemplateError, python};

pub use jwt::{Algorithm, Jwt};
pub use oauth::{OAuth, RejectedGrant, TokenUpdater};
pub use session::{LegacySession, Session, SessionUse};

/// One way to authenticate.
#[derive(Debug, Clone)]
pub enum Authenticator {
    /// `NoAuth`.
    None,
    /// `BearerAuthenticator`: a token in the `Authorization` header.
    Bearer {
        /// The token.
        token: Template,
    },
    /// `ApiKeyAuthenticator`: a key anywhere in the request.
    ApiKey {
        /// The key.
        token: Template,
        /// Where it goes.
        into: RequestOption,
    },
    /// `BasicHttpAuthenticator`: RFC 7617.
    Basic {
        /// The user's name.
        username: Template,
        /// The password; may be empty.
        password: Option<Template>,
    },
    /// `JwtAuthenticator`: a token that is signed here.
    Jwt(Box<Jwt>),
    /// `OAuthAuthenticator`: a token that the provider gives, for a while.
    OAuth(Box<OAuth>),
    /// `SessionTokenAuthenticator`: a token that a login gives.
    Session(Box<Session>),
    /// `LegacySessionTokenAuthenticator`.
    LegacySession(Box<LegacySession>),
    /// `SelectiveAuthenticator`: the configuration chooses.
    Selective(Box<Selective>),
}

/// `SelectiveAuthenticator`.
#[derive(Debug, Clone)]
pub struct Selective {
    /// Where in the configuration the choice is.
    path: Vec<String>,
    /// By name. One that cannot be used is no problem until it is chosen.
    choices: Vec<(String, Result<Authenticator, CompileError>)>,
}

impl Authenticator {
    /// Compiles the component of a requester.
    pub(crate) fn of_requester(requester: &Node<'_>) -> Result<Self, CompileError> {
        match requester.child("authenticator")? {
            None => Ok(Self::None),
            Some(node) => Self::compile(&node, requester),
        }
    }

    /// Compiles an authenticator for the requests of `requester`.
    fn compile(node: &Node<'_>, requester: &Node<'_>) -> Result<Self, CompileError> {
        match node.kind() {
            "NoAuth" => Ok(Self::None),
            "BearerAuthenticator" => Ok(Self::Bearer {
                token: node.required_template("api_token", Names::Config)?,
            }),
            "ApiKeyAuthenticator" => {
                let into = match (
                    node.child("inject_into")?,
                    node.template("header", Names::Config)?,
                ) {
                    (Some(option), _) => RequestOption::compile(&option)?,
                    (None, Some(header)) => RequestOption::named(InjectInto::Header, header),
                    (None, None) => return Err(node.missing("inject_into")),
                };
                Ok(Self::ApiKey {
                    token: node.required_template("api_token", Names::Config)?,
                    into,
                })
            }
            "BasicHttpAuthenticator" => Ok(Self::Basic {
                username: node.required_template("username", Names::Config)?,
                password: node.template("password", Names::Config)?,
            }),
            "JwtAuthenticator" => Ok(Self::Jwt(Box::new(Jwt::compile(node)?))),
            "OAuthAuthenticator" => Ok(Self::OAuth(Box::new(OAuth::compile(node)?))),
            "SessionTokenAuthenticator" => Ok(Self::Session(Box::new(Session::compile(node)?))),
            "LegacySessionTokenAuthenticator" => {
                let session = LegacySession::compile(node, requester)?;
                Ok(Self::LegacySession(Box::new(session)))
            }
            "SelectiveAuthenticator" => {
                let selective = Selective::compile(node, requester)?;
                Ok(Self::Selective(Box::new(selective)))
            }
            _ => Err(node.unsupported()),
        }
    }

    /// The query parameter that carries the credential, if one does.
    pub(crate) fn query_parameter(&self, context: &Context) -> Option<String> {
        match self {
            Self::ApiKey { into, .. } => into.parameter_name(context),
            Self::Jwt(jwt) => jwt.into.as_ref()?.parameter_name(context),
            Self::Session(session) => match &session.used_as {
                SessionUse::Bearer => None,
                SessionUse::ApiKey { into, .. } => into.parameter_name(context),
            },
            Self::Selective(selective) => selective.chosen(context).ok()?.query_parameter(context),
            Self::None
            | Self::Bearer { .. }
            | Self::Basic { .. }
            | Self::OAuth(_)
            | Self::LegacySession(_) => None,
        }
    }
}

impl Selective {
    fn compile(node: &Node<'_>, requester: &Node<'_>) -> Result<Self, CompileError> {
        let path = node
            .templates("authenticator_selection_path", Names::Config)?
            .iter()
            .map(|part| part.source().to_owned())
            .collect::<Vec<_>>();
        if path.is_empty() {
            return Err(node.missing("authenticator_selection_path"));
        }
        let all = node.required_child("authenticators")?;
        let choices: Vec<_> = all
            .field_names()
            .filter_map(|name| {
                let choice = all.child(name).transpose()?;
                let compiled = choice.and_then(|choice| Authenticator::compile(&choice, requester));
                Some((name.to_owned(), compiled))
            })
            .collect();
        let is_usable = choices.iter().any(|(_, choice)| choice.is_ok());
        match choices.iter().find_map(|(_, choice)| choice.as_ref().err()) {
            Some(error) if !is_usable => Err(error.clone()),
            None if !is_usable => Err(node.missing("authenticators")),
            _ => Ok(Self { path, choices }),
        }
    }

    /// The one that the configuration chooses.
    pub(crate) fn chosen(&self, context: &Context) -> Result<&Authenticator, TemplateError> {
        let place = self.path.join(".");
        let problem = |problem: String| TemplateError {
            template: format!("SelectiveAuthenticator by `{place}`"),
            problem,
            is_undefined: false,
        };
        let value = context
            .config_value(&self.path)
            .ok_or_else(|| problem("finds nothing there in the configuration".to_owned()))?;
        let name = python::str(&value);
        match self.choices.iter().find(|(known, _)| *known == name) {
            Some((_, Ok(chosen))) => Ok(chosen),
            Some((_, Err(error))) => Err(problem(format!("chooses what cannot be used: {error}"))),
            None => {
                let known: Vec<&str> = self.choices.iter().map(|(name, _)| &**name).collect();
                Err(problem(format!("must choose one of {}", known.join(", "))))
            }
        }
    }
}

/// A list of texts that are taken as they stand.
fn texts(node: &Node<'_>, field: &str) -> Vec<String> {
    let items = node.field(field).and_then(Value::as_array);
    let items = items.into_iter().flatten();
    items.map(python::str).collect()
}
