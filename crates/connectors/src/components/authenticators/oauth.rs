//! Tokens that the provider gives, for a while.

use serde_json::Value;

use super::super::interpolated::InterpolatedMap;
use super::super::{CompileError, Node};
use super::jwt::Jwt;
use super::texts;
use crate::template::{Names, Template};

/// `OAuthAuthenticator`: RFC 6749 with the refresh-token and client-credentials grants, and
/// RFC 7523 with an assertion.
#[derive(Debug, Clone)]
pub struct OAuth {
    /// Where tokens are given; without it the access token is the configuration's.
    pub endpoint: Option<Template>,
    /// The client's name in requests.
    pub client_id_name: Template,
    /// The client.
    pub client_id: Option<Template>,
    /// The secret's name in requests.
    pub client_secret_name: Template,
    /// The client's secret.
    pub client_secret: Option<Template>,
    /// The refresh token's name in requests and answers.
    pub refresh_token_name: Template,
    /// The refresh token.
    pub refresh_token: Option<Template>,
    /// The grant type's name in requests.
    pub grant_type_name: Template,
    /// The grant type.
    pub grant_type: Template,
    /// Each is sent as a value of `scopes`.
    pub scopes: Vec<String>,
    /// What else requests carry.
    pub body: Option<InterpolatedMap>,
    /// With `Authorization` among them, the body has no client.
    pub headers: Option<InterpolatedMap>,
    /// Send the fields in the query.
    pub in_query: bool,
    /// The access token's name in answers.
    pub access_token_name: Template,
    /// An access token to begin with.
    pub access_token: Option<Template>,
    /// The name of the token's life in answers.
    pub expires_in_name: Template,
    /// When the access token of the configuration expires.
    pub expiry: Option<Template>,
    /// Answers tell when a token expires, and not after how many seconds.
    pub expiry_format: Option<String>,
    /// Refresh tokens are replaced by every answer.
    pub updater: Option<TokenUpdater>,
    /// Which refusals mean that the grant itself is no longer good.
    pub rejected: RejectedGrant,
    /// Signs the assertion.
    pub assertion: Option<Jwt>,
    /// Whether the assertion is used; a constant or a condition.
    pub uses_assertion: Option<Template>,
}

/// `refresh_token_updater`: where in the configuration the first tokens are.
#[derive(Debug, Clone)]
pub struct TokenUpdater {
    /// The refresh token's name in answers.
    pub refresh_token_name: String,
    /// Where the access token is.
    pub access_token_path: Vec<String>,
    /// Where the refresh token is.
    pub refresh_token_path: Vec<String>,
    /// Where the access token's expiry is.
    pub expiry_path: Vec<String>,
}

/// `refresh_token_error_status_codes`, `_key` and `_values`, all of which must fit.
#[derive(Debug, Clone, Default)]
pub struct RejectedGrant {
    /// The statuses.
    pub statuses: Vec<u64>,
    /// The field of the answer.
    pub key: String,
    /// Its values.
    pub values: Vec<String>,
}

impl OAuth {
    pub(super) fn compile(node: &Node<'_>) -> Result<Self, CompileError> {
        let named = |field: &str, default: &str| match node.template(field, Names::Config)? {
            Some(name) if !name.source().is_empty() => Ok(name),
            _ => node.compile(default, Names::Config),
        };
        let optional = |field: &str| node.template(field, Names::Config);
        let updater = node.child("refresh_token_updater")?;
        let rejected = match &updater {
            Some(updater) if updater.field("refresh_token_error_key").is_some() => {
                RejectedGrant::compile(updater)?
            }
            _ => RejectedGrant::compile(node)?,
        };
        let uses_assertion = optional("use_profile_assertion")?
            .filter(|uses| !(uses.is_constant() && uses.source() == "False"));
        let assertion = node.child("profile_assertion")?;
        let assertion = assertion.as_ref().map(Jwt::compile).transpose()?;
        let oauth = Self {
            endpoint: optional("token_refresh_endpoint")?,
            client_id_name: named("client_id_name", "client_id")?,
            client_id: optional("client_id")?,
            client_secret_name: named("client_secret_name", "client_secret")?,
            client_secret: optional("client_secret")?,
            refresh_token_name: named("refresh_token_name", "refresh_token")?,
            refresh_token: optional("refresh_token")?,
            grant_type_name: named("grant_type_name", "grant_type")?,
            grant_type: named("grant_type", "refresh_token")?,
            scopes: texts(node, "scopes"),
            body: InterpolatedMap::compile(node, "refresh_request_body", Names::Config)?,
            headers: InterpolatedMap::compile(node, "refresh_request_headers", Names::Config)?,
            in_query: node.flag("send_refresh_request_as_query_params"),
            access_token_name: named("access_token_name", "access_token")?,
            access_token: optional("access_token_value")?,
            expires_in_name: named("expires_in_name", "expires_in")?,
            expiry: optional("token_expiry_date")?,
            expiry_format: node
                .text("token_expiry_date_format")?
                .filter(|format| !format.is_empty())
                .map(str::to_owned),
            updater: updater.as_ref().map(TokenUpdater::compile).transpose()?,
            rejected,
            assertion,
            uses_assertion,
        };
        oauth.check(node)?;
        Ok(oauth)
    }

    fn check(&self, node: &Node<'_>) -> Result<(), CompileError> {
        if self.uses_assertion.is_some() {
            return match self.assertion {
                Some(_) => Ok(()),
                None => Err(node.missing("profile_assertion")),
            };
        }
        if self.endpoint.is_none() {
            return match self.access_token {
                Some(_) => Ok(()),
                None => Err(node.missing("token_refresh_endpoint")),
            };
        }
        if self.updater.is_some() {
            return Ok(());
        }
        for (field, value) in [
            ("client_id", &self.client_id),
            ("client_secret", &self.client_secret),
        ] {
            if value.is_none() {
                return Err(node.missing(field));
            }
        }
        let refreshes =
            self.grant_type.is_constant() && self.grant_type.source() == "refresh_token";
        if refreshes && self.refresh_token.is_none() {
            return Err(node.missing("refresh_token"));
        }
        Ok(())
    }
}

impl TokenUpdater {
    fn compile(node: &Node<'_>) -> Result<Self, CompileError> {
        let path = |field: &str, name: &str| match texts(node, field) {
            path if path.is_empty() => vec!["credentials".to_owned(), name.to_owned()],
            path => path,
        };
        Ok(Self {
            refresh_token_name: node
                .text("refresh_token_name")?
                .unwrap_or("refresh_token")
                .to_owned(),
            access_token_path: path("access_token_config_path", "access_token"),
            refresh_token_path: path("refresh_token_config_path", "refresh_token"),
            expiry_path: path("token_expiry_date_config_path", "token_expiry_date"),
        })
    }
}

impl RejectedGrant {
    fn compile(node: &Node<'_>) -> Result<Self, CompileError> {
        let statuses = node
            .field("refresh_token_error_status_codes")
            .and_then(Value::as_array);
        Ok(Self {
            statuses: statuses
                .into_iter()
                .flatten()
                .filter_map(Value::as_u64)
                .collect(),
            key: node
                .text("refresh_token_error_key")?
                .unwrap_or_default()
                .to_owned(),
            values: texts(node, "refresh_token_error_values"),
        })
    }
}
