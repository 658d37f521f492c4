//! `syncline organization weight`

use clap::{Args, Subcommand};
use syncline_store::error::StoreError;
use syncline_store::store::Lane;

use crate::error::CliError;
use crate::exit::Exit;
use crate::host::database::{self, Use};
use crate::settings::Loaded;

/// The words of `organization`.
#[derive(Debug, Args)]
pub struct OrganizationArgs {
    #[command(subcommand)]
    pub action: OrganizationAction,
}

/// What to do with organizations.
#[derive(Debug, Subcommand)]
pub enum OrganizationAction {
    /// Tell or set how many syncs of an organization start for each one of another that waits
    #[command(after_help = WEIGHT_HELP)]
    Weight {
        /// Its name
        name: String,
        /// From 1, which all have at first, to 1000; by default it is only told
        #[arg(value_parser = clap::value_parser!(i32).range(1..=1000))]
        weight: Option<i32>,
    },
}

const WEIGHT_HELP: &str = "\
Organizations take turns: while several of them wait, each has as many turns in a round as its
weight. Running servers heed a new weight at once.

Examples:
  syncline organization weight acme
  syncline organization weight acme 3

Exit codes:
  0  done
  1  failed; standard error says why
  2  the command line or a setting is wrong, or there is no such organization";

/// Tells or sets a weight.
pub async fn run(args: OrganizationArgs, loaded: &Loaded) -> Result<Exit, CliError> {
    let OrganizationAction::Weight { name, weight } = args.action;
    let store = database::open(loaded, Use::Command).await?;
    database::prepare(&store, loaded).await?;
    let wanted = name.clone();
    let found: Result<_, StoreError> = match weight {
        None => store.read(move |tx| tx.find_organization(&wanted)).await,
        Some(weight) => {
            store
                .write(Lane::Control, move |tx| {
                    match tx.update_organization_weight(&wanted, weight) {
                        Err(StoreError::NotFound { .. }) => Ok(None),
                        other => other.map(Some),
                    }
                })
                .await
        }
    };
    store.close().await;
    let found = found.map_err(CliError::store("weigh an organization"))?;
    let Some(organization) = found else {
        return Err(CliError::Usage(format!(
            "there is no organization `{name}`: `syncline token create --organization {name}` \
             makes it with its first token"
        )));
    };
    println!("{}", organization.claim_weight);
    Ok(Exit::Done)
}
