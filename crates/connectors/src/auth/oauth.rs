//! Tokens by OAuth: what a grant is made of, and what its answer says.

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};
use url::Url;

use super::Carried;
use super::renewal::Renewal;
use super::tokens::Token;
use crate::components::authenticators::{OAuth, RejectedGrant};
use crate::datetime::{parse, parse_iso};
use crate::error::{SourceError, SourceErrorKind};
use crate::http::exchange::{Call, Exchange};
use crate::source::Cost;
use crate::template::{Context, Template, TemplateError, python};
use crate::text::{canonical_json, sha256_hex};

/// A grant with a configuration: everything that a renewal needs. Holds secrets; never printed.
#[derive(Clone)]
pub(super) struct Grant {
    pub(super) endpoint: Url,
    pub(super) in_query: bool,
    pub(super) headers: Vec<(String, String)>,
    /// All fields but the refresh token, nulls left out.
    fields: Vec<(String, Value)>,
    /// Its name in requests; none where requests carry no refresh token.
    refresh_field: Option<String>,
    /// The configuration's own.
    refresh_token: Option<String>,
    access_name: String,
    refresh_name: String,
    expires_name: String,
    expiry_format: Option<String>,
    /// Answers replace the refresh token.
    pub(super) rotates: bool,
    pub(super) rejected: RejectedGrant,
    /// A token of the configuration, while it is good.
    first: Option<Token>,
    /// Names the credential among those of its connection; another one after the user changed it.
    pub(super) purpose: String,
}

/// An hour, for answers that do not tell how long a token is good.
const USUAL_LIFE: Duration = Duration::hours(1);
/// RFC 7523.
const BY_ASSERTION: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

impl Exchange {
    /// An access token that is good, but for `refused`.
    pub(super) async fn oauth_token(
        &self,
        oauth: &OAuth,
        call: &Call<'_>,
        refused: Option<&str>,
        cost: &mut Cost,
    ) -> Result<Carried, SourceError> {
        let Some(grant) = self.grant(oauth, call)? else {
            // There is nowhere to get another one.
            let token = text(oauth.access_token.as_ref(), call.context);
            let token = token.map_err(|error| self.template(&error))?;
            return Ok(Carried {
                token: token.unwrap_or_default(),
                is_kept: false,
            });
        };
        let cell = self.credentials().cell(&grant.purpose);
        let mut cell = cell.lock().await;
        let now = call.clock.now();
        if let Some(carried) = cell.good(now, refused) {
            return Ok(carried);
        }
        if cell.is_empty() {
            let kept = self.credentials().vault.find(&grant.purpose).await;
            let kept = kept.map_err(unkept)?;
            let token = kept.as_ref().and_then(Token::read);
            let is_kept = token.is_some();
            if let Some(token) = token.or_else(|| grant.first.clone())
                && token.is_good(now, refused)
            {
                self.learn(&token);
                return Ok(cell.hold(token, is_kept));
            }
        }
        let renewal = Renewal::new(self, grant, call.clock, refused.map(str::to_owned));
        // A task of its own: what the provider gives is kept even if nobody waits for it any more.
        let renewed = tokio::spawn(renewal.run()).await;
        let renewed = renewed.map_err(|error| SourceError {
            source: Some(Box::new(error)),
            ..transient("the renewal of the access token was broken off")
        })?;
        cost.requests += renewed.cost.requests;
        cost.bytes += renewed.cost.bytes;
        let (token, is_kept) = renewed.token?;
        Ok(cell.hold(token, is_kept))
    }

    fn learn(&self, token: &Token) {
        self.redactor().learn(&token.access_token);
        token
            .refresh_token
            .iter()
            .for_each(|token| self.redactor().learn(token));
    }

    /// `None` when the configuration's access token is all there is.
    fn grant(&self, oauth: &OAuth, call: &Call<'_>) -> Result<Option<Grant>, SourceError> {
        let context = call.context;
        let by_assertion = match &oauth.uses_assertion {
            None => false,
            Some(uses) => uses
                .condition(context)
                .map_err(|error| self.template(&error))?,
        };
        let assertion = match oauth.assertion.as_ref().filter(|_| by_assertion) {
            None => None,
            Some(jwt) => Some(self.jwt(jwt, call)?),
        };
        let endpoint = text(oauth.endpoint.as_ref(), context);
        let Some(endpoint) = endpoint.map_err(|error| self.template(&error))? else {
            return Ok(None);
        };
        let endpoint = Url::parse(endpoint.trim()).map_err(|_| {
            let message = "`token_refresh_endpoint` gives no valid URL with this configuration";
            SourceError::new(SourceErrorKind::Configuration, message)
        })?;
        Grant::new(oauth, endpoint, assertion, context)
            .map(Some)
            .map_err(|error| self.template(&error))
    }
}

impl Grant {
    fn new(
        oauth: &OAuth,
        endpoint: Url,
        assertion: Option<String>,
        context: &Context,
    ) -> Result<Self, TemplateError> {
        let headers: Vec<(String, String)> = match &oauth.headers {
            None => Vec::new(),
            Some(headers) => headers
                .headers(context)?
                .into_iter()
                .map(|(name, value)| (name, python::str(&value)))
                .collect(),
        };
        let mut fields: Vec<(String, Value)> = Vec::new();
        let grant_name = oauth.grant_type_name.string(context)?;
        let refresh_name = match &oauth.updater {
            Some(updater) => updater.refresh_token_name.clone(),
            None => oauth.refresh_token_name.string(context)?,
        };
        let is_by_assertion = assertion.is_some();
        if let Some(assertion) = assertion {
            fields.push((grant_name, Value::from(BY_ASSERTION)));
            fields.push(("assertion".to_owned(), Value::from(assertion)));
        } else {
            fields.push((grant_name, oauth.grant_type.string_value(context)?));
            if !headers.iter().any(|(name, _)| name == "Authorization") {
                let given = |key: &str| {
                    oauth
                        .updater
                        .as_ref()
                        .and_then(|_| at(context, &["credentials", key]))
                };
                let id = given("client_id").map_or_else(
                    || text(oauth.client_id.as_ref(), context),
                    |id| Ok(Some(id)),
                )?;
                let secret = given("client_secret").map_or_else(
                    || text(oauth.client_secret.as_ref(), context),
                    |id| Ok(Some(id)),
                )?;
                fields.push((oauth.client_id_name.string(context)?, id.into()));
                fields.push((
                    oauth.client_secret_name.string(context)?,
                    secret.unwrap_or_default().into(),
                ));
            }
            if !oauth.scopes.is_empty() {
                fields.push(("scopes".to_owned(), json!(oauth.scopes)));
            }
            let more = match &oauth.body {
                None => Vec::new(),
                Some(body) => body.headers(context)?,
            };
            for (name, value) in more {
                if name != refresh_name && !fields.iter().any(|(known, _)| *known == name) {
                    fields.push((name, value));
                }
            }
        }
        fields.retain(|(_, value)| !value.is_null());
        let (refresh_token, first) = Self::of_configuration(oauth, context)?;
        let identity = json!([
            endpoint.as_str(),
            if is_by_assertion {
                json!(BY_ASSERTION)
            } else {
                json!(fields)
            },
            headers,
            refresh_token,
            first.as_ref().map(|token| &token.access_token)
        ]);
        Ok(Self {
            endpoint,
            in_query: oauth.in_query && !is_by_assertion,
            headers,
            fields,
            refresh_field: (!is_by_assertion).then_some(refresh_name.clone()),
            refresh_token,
            access_name: oauth.access_token_name.string(context)?,
            refresh_name,
            expires_name: oauth.expires_in_name.string(context)?,
            expiry_format: oauth.expiry_format.clone(),
            rotates: oauth.updater.is_some(),
            rejected: oauth.rejected.clone(),
            first,
            purpose: format!("oauth.{}", &sha256_hex(canonical_json(&identity))[..32]),
        })
    }

    /// The refresh token that the user entered, and an access token, if there is one.
    fn of_configuration(
        oauth: &OAuth,
        context: &Context,
    ) -> Result<(Option<String>, Option<Token>), TemplateError> {
        let (refresh, access, expiry) = match &oauth.updater {
            Some(updater) => {
                let find = |path: &[String]| {
                    let path: Vec<&str> = path.iter().map(String::as_str).collect();
                    at(context, &path)
                };
                (
                    find(&updater.refresh_token_path),
                    find(&updater.access_token_path),
                    find(&updater.expiry_path),
                )
            }
            None => (
                text(oauth.refresh_token.as_ref(), context)?,
                text(oauth.access_token.as_ref(), context)?,
                text(oauth.expiry.as_ref(), context)?,
            ),
        };
        // Without its expiry, an access token of the configuration is taken to have expired.
        let expires_at = expiry.and_then(|text| moment(&text, oauth.expiry_format.as_deref()));
        let first = access.zip(expires_at).map(|(access_token, until)| Token {
            access_token,
            expires_at: Some(until),
            refresh_token: None,
        });
        Ok((refresh, first))
    }

    /// What is sent, with the refresh token that is the latest.
    pub(super) fn fields(&self, kept: Option<&Token>) -> Vec<(String, Value)> {
        let mut fields = self.fields.clone();
        let latest = kept
            .and_then(|token| token.refresh_token.clone())
            .or_else(|| self.refresh_token.clone());
        if let (Some(name), Some(token)) = (&self.refresh_field, latest) {
            fields.push((name.clone(), Value::from(token)));
        }
        fields
    }

    /// The token of an answer; `None` when it holds none.
    pub(super) fn token(
        &self,
        answer: &Value,
        before: Option<&Token>,
        now: DateTime<Utc>,
    ) -> Option<Token> {
        let access = find(answer, &self.access_name, 0).filter(|value| python::is_truthy(value))?;
        let expires_at = match find(answer, &self.expires_name, 0) {
            Some(value) => self.expiry(&python::str(value), now),
            None => before
                .and_then(|token| token.expires_at)
                .filter(|until| now <= *until),
        };
        let rotated = find(answer, &self.refresh_name, 0).filter(|value| !value.is_null());
        let rotated = rotated.map(python::str).filter(|_| self.rotates);
        Some(Token {
            access_token: python::str(access),
            expires_at: Some(expires_at.unwrap_or(now + USUAL_LIFE)),
            refresh_token: rotated.or_else(|| before?.refresh_token.clone()),
        })
    }

    fn expiry(&self, text: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match &self.expiry_format {
            Some(format) => moment(text, Some(format)),
            None => {
                let seconds: f64 = text.trim().parse().ok()?;
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "whole seconds are meant, and a cast keeps within the bounds"
                )]
                let life = Duration::try_seconds(seconds as i64)?;
                now.checked_add_signed(life)
            }
        }
    }
}

fn text(template: Option<&Template>, context: &Context) -> Result<Option<String>, TemplateError> {
    let value = template
        .map(|template| template.string(context))
        .transpose()?;
    Ok(value.filter(|text| !text.is_empty()))
}

fn at(context: &Context, path: &[&str]) -> Option<String> {
    let path: Vec<String> = path.iter().map(|part| (*part).to_owned()).collect();
    let value = context.config_value(&path)?;
    Some(python::str(&value)).filter(|text| !value.is_null() && !text.is_empty())
}

fn moment(text: &str, format: Option<&str>) -> Option<DateTime<Utc>> {
    let by_format = format.and_then(|format| parse(text, format));
    let seconds = || DateTime::from_timestamp(text.trim().parse::<i64>().ok()?, 0);
    by_format
        .or_else(|| parse_iso(text))
        .map(|moment| moment.to_utc())
        .or_else(seconds)
}

/// The first field of this name, at most five levels deep.
fn find<'v>(value: &'v Value, name: &str, depth: usize) -> Option<&'v Value> {
    if depth > 5 {
        return None;
    }
    match value {
        Value::Object(map) => match map.get(name) {
            Some(found) => Some(found),
            None => map
                .values()
                .find_map(|value| find(value, name, depth + 1).filter(|found| !found.is_null())),
        },
        Value::Array(items) => items
            .iter()
            .find_map(|value| find(value, name, depth + 1).filter(|found| !found.is_null())),
        _ => None,
    }
}

pub(super) fn transient(message: &str) -> SourceError {
    SourceError::new(SourceErrorKind::Transient { not_before: None }, message)
}

pub(super) fn unkept(error: syncline_domain::credential::VaultError) -> SourceError {
    let message = error.to_string();
    SourceError {
        source: Some(Box::new(error)),
        ..transient(&message)
    }
}
