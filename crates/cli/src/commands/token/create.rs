//! `syncline token create`

use chrono::TimeDelta;
use clap::Args;
use syncline_domain::ConnectionId;
use syncline_domain::access::{Grant, Reach, TokenScope};
use syncline_store::error::StoreError;
use syncline_store::store::{Lane, Store};
use syncline_store::tokens::{NewToken, Token, TokenSecret};

use super::lifetime::lifetime;
use crate::error::CliError;

/// Examples.
pub const HELP: &str = "\
Examples:
  TOKEN=$(syncline token create --organization acme)
  syncline token create --organization acme --name loader --scope read \\
    --connection conn_01h455vb4pex5vsknk084sn02q --expires-in 90d";

/// What the token shall be.
#[derive(Debug, Args)]
pub struct CreateArgs {
    /// The tenant that the token acts for
    #[arg(long, value_name = "NAME")]
    pub organization: String,
    /// What you call it
    #[arg(long, value_name = "TEXT")]
    pub name: Option<String>,
    /// What it may do: `read`, `write` (and read), or `admin` (all, tokens included)
    #[arg(long, value_name = "SCOPE", default_value = "admin")]
    pub scope: TokenScope,
    /// The only connection that it reaches; may be given several times. Not for an admin
    #[arg(long = "connection", value_name = "ID")]
    pub connections: Vec<ConnectionId>,
    /// After so long it opens nothing: `90d`, `12h`, `30m`. Never, unless it is given
    #[arg(long, value_name = "TIME", value_parser = lifetime)]
    pub expires_in: Option<TimeDelta>,
}

impl CreateArgs {
    /// A token of this organization that may do everything.
    pub fn admin(organization: String) -> Self {
        Self {
            organization,
            name: None,
            scope: TokenScope::Admin,
            connections: Vec::new(),
            expires_in: None,
        }
    }
}

/// Makes a token, and answers its secret.
pub async fn create(store: &Store, args: CreateArgs) -> Result<String, CliError> {
    let CreateArgs {
        organization,
        name,
        scope,
        connections,
        expires_in,
    } = args;
    insist_on_length("an organization", &organization)?;
    if let Some(name) = &name {
        insist_on_length("a token", name)?;
    }
    let reach = if connections.is_empty() {
        Reach::All
    } else {
        Reach::Only(connections)
    };
    let grant = Grant::new(scope, reach).map_err(|error| CliError::Usage(error.to_string()))?;
    let secret = TokenSecret::generate().map_err(CliError::store("make the token"))?;
    let sha256 = secret.sha256();
    let made: Result<Token, StoreError> = store
        .write(Lane::Control, move |tx| {
            let expires_at = expires_in.map(|lifetime| tx.now() + lifetime);
            let organization_id = tx.find_or_insert_organization(&organization)?.id;
            let token = tx.insert_token(NewToken {
                organization_id,
                sha256,
                name,
                grant,
                expires_at,
            })?;
            super::note(tx, "create_token", &token)?;
            Ok(token)
        })
        .await;
    made.map_err(CliError::store("make the token"))?;
    Ok(secret.text().to_owned())
}

fn insist_on_length(whose: &str, name: &str) -> Result<(), CliError> {
    if name.trim().is_empty() || name.chars().count() > 255 || name.contains('\0') {
        return Err(CliError::Usage(format!(
            "the name of {whose} has 1 to 255 characters"
        )));
    }
    Ok(())
}
