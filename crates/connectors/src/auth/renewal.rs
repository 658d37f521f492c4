//! Renews an access token: one process at a time, and what the provider gives is kept before it
//! is used.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use syncline_domain::credential::{Claim, CredentialVault};
use uuid::Uuid;

use super::oauth::{Grant, transient, unkept};
use super::tokens::Token;
use crate::error::{SourceError, SourceErrorKind};
use crate::http::exchange::{Clock, Exchange, Wire};
use crate::http::request::{Body, RequestParts};
use crate::source::Cost;

/// How long the right to renew is asked for.
const LEASE: Duration = Duration::from_secs(90);
/// The provider is not asked for longer: the lease must outlive the request.
const MAX_RENEWAL: Duration = Duration::from_secs(75);
/// Between two looks at what another process got.
const LOOK_AGAIN: Duration = Duration::from_millis(200);
/// How often keeping what the provider gave is tried.
const KEEP_TRIES: u32 = 5;

/// Everything that a renewal needs, so that it can outlive whoever asked for it.
pub(super) struct Renewal {
    wire: Wire,
    vault: Arc<dyn CredentialVault>,
    grant: Grant,
    clock: Clock,
    refused: Option<String>,
}

/// What came of it, and what it cost.
pub(super) struct Renewed {
    /// The token, and whether somebody else got it.
    pub(super) token: Result<(Token, bool), SourceError>,
    pub(super) cost: Cost,
}

impl Renewal {
    pub(super) fn new(
        exchange: &Exchange,
        grant: Grant,
        clock: Clock,
        refused: Option<String>,
    ) -> Self {
        Self {
            wire: exchange.wire().clone(),
            vault: Arc::clone(&exchange.credentials().vault),
            grant,
            clock,
            refused,
        }
    }

    pub(super) async fn run(self) -> Renewed {
        let mut cost = Cost::default();
        let token = self.token(&mut cost).await;
        Renewed { token, cost }
    }

    /// Waits for the right to renew, or for the token that another process got meanwhile.
    async fn token(&self, cost: &mut Cost) -> Result<(Token, bool), SourceError> {
        let holder = Uuid::new_v4();
        let begin = Instant::now();
        loop {
            let purpose = &self.grant.purpose;
            let claim = self.vault.claim(purpose, holder, LEASE).await;
            let claim = claim.map_err(unkept)?;
            let kept = claim.kept.as_ref().and_then(Token::read);
            let good = kept
                .as_ref()
                .filter(|token| token.is_good(self.clock.now(), self.refused.as_deref()));
            if let Some(token) = good {
                self.learn(token);
                if claim.is_granted {
                    self.release(holder).await;
                }
                return Ok((token.clone(), true));
            }
            if claim.is_granted {
                let renewed = self.renew(&claim, kept.as_ref(), cost).await;
                self.release(holder).await;
                return renewed.map(|token| (token, false));
            }
            if begin.elapsed() > LEASE {
                return Err(transient(
                    "another process renews the access token for too long",
                ));
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    async fn renew(
        &self,
        claim: &Claim,
        kept: Option<&Token>,
        cost: &mut Cost,
    ) -> Result<Token, SourceError> {
        let asked = tokio::time::timeout(MAX_RENEWAL, self.ask(kept, cost)).await;
        let answer = asked.map_err(|_| transient("the access token was not renewed in time"))??;
        let token = self.grant.token(&answer, kept, self.clock.now());
        let token = token.ok_or_else(|| {
            SourceError::new(
                SourceErrorKind::Refused,
                "the answer to the request for an access token holds none",
            )
        })?;
        self.learn(&token);
        self.keep(claim, &token).await?;
        Ok(token)
    }

    /// A failure of the keeper is tried again: the old refresh token may be worth nothing now.
    async fn keep(&self, claim: &Claim, token: &Token) -> Result<(), SourceError> {
        let mut expected = claim.kept.as_ref().map(|kept| kept.version);
        let mut tried = 0;
        loop {
            tried += 1;
            let purpose = &self.grant.purpose;
            let error = match self.vault.replace(purpose, expected, token.write()).await {
                Ok(true) => return Ok(()),
                // The lease ran out, and somebody else wrote. This token is the latest all the
                // same: the provider gave it for the refresh token that was kept before.
                Ok(false) if tried < KEEP_TRIES => {
                    let kept = self.vault.find(purpose).await.map_err(unkept)?;
                    expected = kept.map(|kept| kept.version);
                    continue;
                }
                Ok(false) => return Err(transient("the renewed access token could not be kept")),
                Err(error) => unkept(error),
            };
            if tried >= KEEP_TRIES {
                return Err(error);
            }
            tokio::time::sleep(LOOK_AGAIN * tried).await;
        }
    }

    async fn ask(&self, kept: Option<&Token>, cost: &mut Cost) -> Result<Value, SourceError> {
        let grant = &self.grant;
        let mut parts = RequestParts::new(reqwest::Method::POST, grant.endpoint.clone());
        for (name, value) in &grant.headers {
            parts.set_header(name, value.clone());
        }
        let fields = grant.fields(kept);
        if grant.in_query {
            parts.parameters = fields;
        } else {
            parts.body = Body::Form(fields);
        }
        self.wire
            .ask_for_token(&parts, &grant.rejected, self.clock, cost)
            .await
    }

    fn learn(&self, token: &Token) {
        self.wire.redactor.learn(&token.access_token);
        token
            .refresh_token
            .iter()
            .for_each(|token| self.wire.redactor.learn(token));
    }

    /// A lease that cannot be given back runs out.
    async fn release(&self, holder: Uuid) {
        if let Err(error) = self.vault.release(&self.grant.purpose, holder).await {
            tracing::warn!(error = %error, "the right to renew a credential was not given back");
        }
    }
}
