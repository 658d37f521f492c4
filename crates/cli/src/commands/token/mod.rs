//! `syncline token create|list|rotate|revoke`

mod create;
mod lifetime;
mod line;
mod rotate;

use clap::{Args, Subcommand};
use syncline_domain::TokenId;
use syncline_store::audit::NewAuditEvent;
use syncline_store::error::StoreError;
use syncline_store::store::{Lane, Store};
use syncline_store::tokens::Token;
use syncline_store::tx::Tx;

pub use create::{CreateArgs, create};
pub use rotate::RotateArgs;

use crate::error::CliError;
use crate::exit::Exit;
use crate::host::database::{self, Use};
use crate::settings::Loaded;
use line::line;

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
    #[command(after_help = create::HELP)]
    Create(CreateArgs),
    /// List the tokens: id, organization, scope, name, reach, and when what happened to each
    #[command(after_help = "Example:\n  syncline token list --organization acme")]
    List {
        /// Only those of this tenant
        #[arg(long, value_name = "NAME")]
        organization: Option<String>,
    },
    /// Give a token another secret; the one of now goes on for a while
    ///
    /// Standard output gets the new secret and nothing else. It is shown this once.
    #[command(after_help = rotate::HELP)]
    Rotate(RotateArgs),
    /// Revoke a token: from then on it opens nothing
    #[command(after_help = "Example:\n  syncline token revoke tok_01h455vb4pex5vsknk084sn02q")]
    Revoke {
        /// Its id, as `syncline token list` shows it
        id: String,
    },
}

/// Makes, lists, rotates or revokes tokens.
pub async fn run(args: TokenArgs, loaded: &Loaded) -> Result<Exit, CliError> {
    let store = database::open(loaded, Use::Command).await?;
    database::prepare(&store, loaded).await?;
    match args.action {
        TokenAction::Create(args) => println!("{}", create(&store, args).await?),
        TokenAction::List { organization } => {
            let listed: Result<Vec<Token>, StoreError> = store
                .read(move |tx| tx.list_tokens(organization.as_deref()))
                .await;
            for token in listed.map_err(CliError::store("list the tokens"))? {
                println!("{}", line(&token));
            }
        }
        TokenAction::Rotate(args) => println!("{}", rotate::rotate(&store, args).await?),
        TokenAction::Revoke { id } => println!("{}", line(&revoke(&store, &id).await?)),
    }
    store.close().await;
    Ok(Exit::Done)
}

async fn revoke(store: &Store, id: &str) -> Result<Token, CliError> {
    let id = parse(id)?;
    let revoked: Result<Token, StoreError> = store
        .write(Lane::Control, move |tx| {
            let organization_id = find(tx, id)?.organization_id;
            let token = tx.revoke_token(organization_id, id)?;
            note(tx, "revoke_token", &token)?;
            Ok(token)
        })
        .await;
    revoked.map_err(CliError::store("revoke the token"))
}

/// The organization's audit trail has what the operator does to its tokens.
fn note(tx: &mut Tx<'_>, operation: &str, token: &Token) -> Result<(), StoreError> {
    let target = token.id.to_string();
    let event = NewAuditEvent::by_operator(token.organization_id, operation, target);
    tx.insert_audit_event(event).map(drop)
}

fn parse(id: &str) -> Result<TokenId, CliError> {
    id.parse()
        .map_err(|error| CliError::Usage(format!("{error}")))
}

/// The operator is nobody's tenant.
fn find(tx: &mut Tx<'_>, id: TokenId) -> Result<Token, StoreError> {
    tx.find_token_of_any_organization(id)?
        .ok_or_else(|| StoreError::NotFound {
            what: "token",
            id: id.to_string(),
        })
}
