//! Tokens by login.

use serde_json::{Value, json};
use url::Url;

use super::Carried;
use super::tokens::Token;
use crate::components::authenticators::{LegacySession, Session};
use crate::components::decoders::Decoder;
use crate::declarative::first_body;
use crate::error::{SourceError, SourceErrorKind};
use crate::http::exchange::{Call, Exchange, Outcome};
use crate::http::request::{Body, RequestParts};
use crate::source::Cost;
use crate::template::{Template, python};
use crate::text::sha256_hex;

/// How long a token of a legacy login is used.
const LEGACY_LIFE: chrono::Duration = chrono::Duration::days(1);

impl Exchange {
    /// A session that is good, but for `refused`. Without a lifetime each request logs in.
    pub(super) async fn session_token(
        &self,
        session: &Session,
        call: &Call<'_>,
        refused: Option<&str>,
        cost: &mut Cost,
    ) -> Result<Carried, SourceError> {
        let login = Call {
            requester: &session.login,
            ..*call
        };
        let parts = crate::declarative::plain_request(&session.login, call.context)
            .map_err(|error| self.template(&error))?;
        let Some(lifetime) = session.lifetime else {
            let token = self.login(session, &parts, &login, cost).await?;
            return Ok(Carried {
                token,
                is_kept: false,
            });
        };
        let cell = self.credentials().cell(&purpose(&parts));
        let mut cell = cell.lock().await;
        if let Some(carried) = cell.good(call.clock.now(), refused) {
            return Ok(carried);
        }
        let access_token = self.login(session, &parts, &login, cost).await?;
        let until = lifetime.after(call.clock.now().fixed_offset());
        let token = Token {
            access_token,
            expires_at: until.map(|until| until.to_utc()),
            refresh_token: None,
        };
        Ok(cell.hold(token, false))
    }

    async fn login(
        &self,
        session: &Session,
        parts: &RequestParts,
        login: &Call<'_>,
        cost: &mut Cost,
    ) -> Result<String, SourceError> {
        let answer = match Box::pin(self.run(parts, login, cost)).await? {
            Outcome::Answer(answer) => answer,
            Outcome::Ignored { what, .. } => return Err(no_token(&what)),
            Outcome::Reset => return Err(no_token(&self.asked(parts))),
            Outcome::Less(_, error) => return Err(error),
        };
        let body = match session.decoder {
            Decoder::Json { .. } => answer.body.json(),
            _ => first_body(&session.decoder, &answer.body),
        };
        let body = match body {
            Some(Value::Array(items)) => items.into_iter().next(),
            body => body,
        };
        let mut found = body.as_ref();
        for name in &session.token_path {
            found = found.and_then(|value| match value {
                Value::Array(items) => items.get(name.parse::<usize>().ok()?),
                value => value.get(name),
            });
        }
        let token = found
            .filter(|token| python::is_truthy(token))
            .map(python::str)
            .ok_or_else(|| no_token(&self.asked(parts)))?;
        self.redactor().learn(&token);
        Ok(token)
    }

    /// The user's session while the provider takes it, or else that of a login.
    pub(super) async fn legacy_session_token(
        &self,
        session: &LegacySession,
        call: &Call<'_>,
        cost: &mut Cost,
    ) -> Result<String, SourceError> {
        let text = |template: Option<&Template>| match template {
            None => Ok(String::new()),
            Some(template) => template
                .string(call.context)
                .map_err(|error| self.template(&error)),
        };
        let base = text(Some(&session.base))?;
        let url = |path: &Template| {
            let url = Url::parse(&format!("{base}{}", text(Some(path))?));
            url.map_err(|_| {
                SourceError::new(
                    SourceErrorKind::Configuration,
                    "the session's URL is not valid with this configuration",
                )
            })
        };
        let own = text(session.session_token.as_ref())?;
        if !own.is_empty() {
            let validate = url(&session.validate_url)?;
            let mut parts = RequestParts::new(reqwest::Method::GET, validate);
            parts.set_header(&text(Some(&session.header))?, own.clone());
            if self.wire().is_welcome(&parts, call.clock, cost).await? {
                return Ok(own);
            }
        }
        let username = text(session.username.as_ref())?;
        let password = text(session.password.as_ref())?;
        if username.is_empty() || password.is_empty() {
            return Err(SourceError::new(
                SourceErrorKind::Authentication,
                "the session token is not valid any more, and there is no user name and password to log in with",
            ));
        }
        let mut parts = RequestParts::new(reqwest::Method::POST, url(&session.login_url)?);
        parts.body = Body::Json(json!({ "username": username, "password": password }));
        let field = text(Some(&session.token_field))?;
        let cell = self.credentials().cell(&purpose(&parts));
        let mut cell = cell.lock().await;
        if let Some(carried) = cell.good(call.clock.now(), None) {
            return Ok(carried.token);
        }
        let rejected = Default::default();
        let wire = self.wire();
        let answer = wire
            .ask_for_token(&parts, &rejected, call.clock, cost)
            .await?;
        let token = answer
            .get(&field)
            .map(python::str)
            .ok_or_else(|| no_token(&self.asked(&parts)))?;
        self.redactor().learn(&token);
        let token = Token {
            access_token: token,
            expires_at: Some(call.clock.now() + LEGACY_LIFE),
            refresh_token: None,
        };
        Ok(cell.hold(token, false).token)
    }
}

/// Equal logins share their session.
fn purpose(parts: &RequestParts) -> String {
    let body = match &parts.body {
        Body::None => Value::Null,
        Body::Text(text) => Value::from(text.clone()),
        Body::Form(fields) => json!(fields),
        Body::Json(value) => value.clone(),
    };
    let login = json!([parts.full_url().as_str(), parts.headers, body]);
    format!("session.{}", &sha256_hex(login.to_string())[..32])
}

fn no_token(what: &str) -> SourceError {
    SourceError::new(
        SourceErrorKind::Authentication,
        format!("{what}: the login gave no session token"),
    )
}
