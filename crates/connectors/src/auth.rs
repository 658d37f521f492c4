//! Credentials at run time: puts them on requests, gets them from providers, and keeps them.

mod jwt;
mod memory;
mod oauth;
mod renewal;
mod session;
mod tokens;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures::future::BoxFuture;
use serde_json::Value;

use crate::components::authenticators::{Authenticator, SessionUse};
use crate::error::SourceError;
use crate::http::exchange::{Call, Exchange};
use crate::http::request::RequestParts;
use crate::source::Cost;

pub use memory::MemoryVault;
pub(crate) use tokens::Credentials;

/// A token that a request carried, and that can be had anew.
#[derive(Clone)]
pub(crate) struct Carried {
    pub(crate) token: String,
    /// An earlier run got it; the provider may have taken it back since.
    pub(crate) is_kept: bool,
}

impl Exchange {
    /// Adds the credential to a request, over whatever stands in its place. `refused` is a token
    /// that the provider did not take: another one is got.
    pub(crate) fn authorize<'a>(
        &'a self,
        authenticator: &'a Authenticator,
        parts: &'a mut RequestParts,
        call: &'a Call<'_>,
        refused: Option<&'a str>,
        cost: &'a mut Cost,
    ) -> BoxFuture<'a, Result<Option<Carried>, SourceError>> {
        let context = call.context;
        let wrong = |error| self.template(&error);
        Box::pin(async move {
            match authenticator {
                Authenticator::None => Ok(None),
                Authenticator::Bearer { token } => {
                    let token = token.string(context).map_err(wrong)?;
                    parts.set_header("Authorization", format!("Bearer {token}"));
                    Ok(None)
                }
                Authenticator::ApiKey { token, into } => {
                    let token = token.string(context).map_err(wrong)?;
                    into.inject(parts, &token.into(), context).map_err(wrong)?;
                    Ok(None)
                }
                Authenticator::Basic { username, password } => {
                    let username = username.string(context).map_err(wrong)?;
                    let password = password.as_ref().map(|password| password.string(context));
                    let password = password.transpose().map_err(wrong)?.unwrap_or_default();
                    let pair = STANDARD.encode(format!("{username}:{password}"));
                    self.redactor().learn(&pair);
                    parts.set_header("Authorization", format!("Basic {pair}"));
                    Ok(None)
                }
                Authenticator::Jwt(jwt) => {
                    let token = self.jwt(jwt, call)?;
                    match &jwt.into {
                        None => parts.set_header("Authorization", token),
                        Some(into) => into.inject(parts, &token.into(), context).map_err(wrong)?,
                    }
                    Ok(None)
                }
                Authenticator::OAuth(oauth) => {
                    let carried = self.oauth_token(oauth, call, refused, cost).await?;
                    parts.set_header("Authorization", format!("Bearer {}", carried.token));
                    Ok(Some(carried))
                }
                Authenticator::Session(session) => {
                    let carried = self.session_token(session, call, refused, cost).await?;
                    let token = Value::from(carried.token.clone());
                    match &session.used_as {
                        SessionUse::Bearer => {
                            let token = format!("Bearer {}", carried.token);
                            parts.set_header("Authorization", token);
                        }
                        SessionUse::ApiKey { into, token: made } => {
                            let context = context.clone().with("session_token", &token);
                            let token = made.string(&context).map_err(wrong)?;
                            into.inject(parts, &token.into(), &context).map_err(wrong)?;
                        }
                    }
                    Ok(Some(carried).filter(|_| session.lifetime.is_some()))
                }
                Authenticator::LegacySession(session) => {
                    let token = self.legacy_session_token(session, call, cost).await?;
                    let header = session.header.string(context).map_err(wrong)?;
                    parts.set_header(&header, token);
                    Ok(None)
                }
                Authenticator::Selective(selective) => {
                    let chosen = selective.chosen(context).map_err(wrong)?;
                    self.authorize(chosen, parts, call, refused, cost).await
                }
            }
        })
    }
}
