//! `syncline token create|list|revoke`

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, SecondsFormat, Utc};
use clap::{Args, Subcommand};
use rand::TryRng;
use sha2::{Digest, Sha256};
use syncline_domain::TokenId;
use syncline_store::error::StoreError;
use syncline_store::organizations::Token;
use syncline_store::store::{Lane, Store};

use crate::error::CliError;
use crate::exit::Exit;
use crate::host::database::{self, Use};
use crate::settings::Loaded;

/// The words of `token`.
#[derive(Debug, Args)]
pub struct TokenArgs {
    #[command(subcommand)]
    pub action: TokenAction,
}

/// What to do with tokens.
#[derive(Debug, Subcommand)]
pub enum TokenAction {
    /// Make a token, and its organization if there is none of this name
    ///
    /// Standard output gets the token and nothing else. It is shown this once: the database keeps
    /// a hash of it.
    #[command(after_help = "Example:\n  TOKEN=$(syncline token create --organization acme)")]
    Create {
        /// The tenant that the token acts for
        #[arg(long, value_name = "NAME")]
        organization: String,
    },
    /// List the tokens: id, organization, when made, when revoked
    #[command(after_help = "Example:\n  syncline token list --organization acme")]
    List {
        /// Only those of this tenant
        #[arg(long, value_name = "NAME")]
        organization: Option<String>,
    },
    /// Revoke a token: from then on it opens nothing
    #[command(after_help = "Example:\n  syncline token revoke tok_01h455vb4pex5vsknk084sn02q")]
    Revoke {
        /// Its id, as `syncline token list` shows it
        id: String,
    },
}

/// Makes, lists or revokes tokens.
pub async fn run(args: TokenArgs, loaded: &Loaded) -> Result<Exit, CliError> {
    let store = database::open(loaded, Use::Command).await?;
    database::prepare(&store, loaded).await?;
    match args.action {
        TokenAction::Create { organization } => println!("{}", create(&store, organization).await?),
        TokenAction::List { organization } => {
            let listed: Result<Vec<Token>, StoreError> = store
                .read(move |tx| tx.list_tokens(organization.as_deref()))
                .await;
            for token in listed.map_err(CliError::store("list the tokens"))? {
                println!("{}", line(&token));
            }
        }
        TokenAction::Revoke { id } => {
            let id: TokenId = id
                .parse()
                .map_err(|error| CliError::Usage(format!("{error}")))?;
            let revoked: Result<Token, StoreError> = store
                .write(Lane::Control, move |tx| tx.revoke_token(id))
                .await;
            println!(
                "{}",
                line(&revoked.map_err(CliError::store("revoke the token"))?)
            );
        }
    }
    store.close().await;
    Ok(Exit::Done)
}

/// Makes a token of this organization, and answers its text.
pub async fn create(store: &Store, organization: String) -> Result<String, CliError> {
    if organization.trim().is_empty() || organization.chars().count() > 255 {
        return Err(CliError::Usage(
            "the name of an organization has 1 to 255 characters".to_owned(),
        ));
    }
    let mut bytes = [0; 32];
    rand::rngs::SysRng
        .try_fill_bytes(&mut bytes)
        .map_err(CliError::run("the system gives no randomness"))?;
    let text = format!("syncline_{}", URL_SAFE_NO_PAD.encode(bytes));
    let hash: [u8; 32] = Sha256::digest(&text).into();
    let made: Result<Token, StoreError> = store
        .write(Lane::Control, move |tx| {
            let organization = tx.find_or_insert_organization(&organization)?;
            tx.insert_token(organization.id, hash)
        })
        .await;
    made.map_err(CliError::store("make the token"))?;
    Ok(text)
}

fn line(token: &Token) -> String {
    let Token {
        id,
        organization_id: _,
        organization_name,
        created_at,
        revoked_at,
    } = token;
    let revoked =
        revoked_at.map_or_else(|| "in use".to_owned(), |at| format!("revoked {}", time(at)));
    format!(
        "{id}\t{organization_name}\tmade {}\t{revoked}",
        time(*created_at)
    )
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests {
    use syncline_domain::OrganizationId;

    use super::*;

    #[test]
    fn a_token_is_shown_on_one_line() {
        let at = DateTime::UNIX_EPOCH;
        let mut token = Token {
            id: TokenId::from_parts(at, [0; 10]),
            organization_id: OrganizationId::from_parts(at, [0; 10]),
            organization_name: "acme".to_owned(),
            created_at: at,
            revoked_at: None,
        };
        let start = format!("{}\tacme\tmade 1970-01-01T00:00:00Z\t", token.id);
        assert_eq!(line(&token), format!("{start}in use"));
        token.revoked_at = Some(at);
        assert_eq!(line(&token), format!("{start}revoked 1970-01-01T00:00:00Z"));
    }
}
