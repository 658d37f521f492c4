//! How requests are authenticated.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::request_option::{InjectInto, RequestOption};
use super::{CompileError, Node};
use crate::http::request::RequestParts;
use crate::template::{Context, Names, Template, TemplateError};

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
}

impl Authenticator {
    /// Compiles the component of a requester.
    pub(crate) fn compile(node: &Node<'_>) -> Result<Self, CompileError> {
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
            _ => Err(node.unsupported()),
        }
    }

    /// Adds the credential to a request, over whatever stands in its place.
    pub(crate) fn apply(
        &self,
        parts: &mut RequestParts,
        context: &Context,
    ) -> Result<(), TemplateError> {
        match self {
            Self::None => {}
            Self::Bearer { token } => {
                parts.set_header(
                    "Authorization",
                    format!("Bearer {}", token.string(context)?),
                );
            }
            Self::ApiKey { token, into } => {
                let token = token.string(context)?;
                into.inject(parts, &token.into(), context)?;
            }
            Self::Basic { username, password } => {
                let username = username.string(context)?;
                let password = password
                    .as_ref()
                    .map(|password| password.string(context))
                    .transpose()?;
                let pair = format!("{username}:{}", password.unwrap_or_default());
                parts.set_header("Authorization", format!("Basic {}", STANDARD.encode(pair)));
            }
        }
        Ok(())
    }

    /// The query parameter that carries the credential, if one does.
    pub(crate) fn query_parameter(&self, context: &Context) -> Option<String> {
        match self {
            Self::ApiKey { into, .. } => into.parameter_name(context),
            Self::None | Self::Bearer { .. } | Self::Basic { .. } => None,
        }
    }
}
