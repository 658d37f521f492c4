//! `syncline token rotate`

use chrono::TimeDelta;
use clap::Args;
use syncline_store::error::StoreError;
use syncline_store::store::{Lane, Store};
use syncline_store::tokens::{Rotation, Token, TokenSecret};

use super::lifetime::lifetime;
use crate::error::CliError;

/// Examples.
pub const HELP: &str = "\
Examples:
  TOKEN=$(syncline token rotate tok_01h455vb4pex5vsknk084sn02q)
  syncline token rotate tok_01h455vb4pex5vsknk084sn02q --overlap 0s";

/// How the token is rotated.
#[derive(Debug, Args)]
pub struct RotateArgs {
    /// Its id, as `syncline token list` shows it
    pub id: String,
    /// So long the secret of now goes on: `1d`, `12h`, `30m`; `0s` ends it at once
    #[arg(long, value_name = "TIME", value_parser = lifetime, default_value = "1d")]
    pub overlap: TimeDelta,
    /// After so long the token opens nothing; that stays as it is unless it is given
    #[arg(long, value_name = "TIME", value_parser = lifetime)]
    pub expires_in: Option<TimeDelta>,
}

/// Gives a token another secret, and answers it.
pub async fn rotate(store: &Store, args: RotateArgs) -> Result<String, CliError> {
    let RotateArgs {
        id,
        overlap,
        expires_in,
    } = args;
    let id = super::parse(&id)?;
    let secret = TokenSecret::generate().map_err(CliError::store("rotate the token"))?;
    let sha256 = secret.sha256();
    let rotated: Result<Token, StoreError> = store
        .write(Lane::Control, move |tx| {
            let organization_id = super::find(tx, id)?.organization_id;
            let rotation = Rotation {
                sha256,
                overlap,
                expires_at: expires_in.map(|lifetime| tx.now() + lifetime),
            };
            let token = tx.rotate_token(organization_id, id, rotation)?;
            super::note(tx, "rotate_token", &token)?;
            Ok(token)
        })
        .await;
    rotated.map_err(CliError::store("rotate the token"))?;
    Ok(secret.text().to_owned())
}
