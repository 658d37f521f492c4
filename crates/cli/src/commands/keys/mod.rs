//! `syncline keys list|add|rotate`

mod add;
mod list;
mod rotate;

use clap::{Args, Subcommand};
use syncline_store::error::StoreError;
use syncline_store::secrets::{KeyId, KeyUse};
use syncline_store::store::Store;

use crate::error::CliError;
use crate::exit::Exit;
use crate::host::database::{self, Use};
use crate::settings::Loaded;

/// The words of `keys`.
#[derive(Debug, Args)]
pub struct KeysArgs {
    #[command(subcommand)]
    pub action: KeysAction,
}

/// What to do with master keys.
#[derive(Debug, Subcommand)]
pub enum KeysAction {
    /// List the master keys: id, what this process may do with it, how many secrets it opens
    ///
    /// An id is a hash of the key, which gives nothing away. Keys themselves are never shown.
    #[command(after_help = "Example:\n  syncline keys list")]
    List,
    /// Make a new master key
    #[command(after_help = ADD_HELP)]
    Add {
        /// Make it the one that seals; by default it only opens until it stands first
        #[arg(long)]
        primary: bool,
    },
    /// Bring every secret under the primary key, while servers run
    #[command(after_help = ROTATE_HELP)]
    Rotate {
        /// Also when the last server that started seals with another key
        #[arg(long)]
        force: bool,
    },
}

const ADD_HELP: &str = "\
The key goes into the file that holds the keys: that of --master-key-file, or the one beside the
SQLite file. The file is written anew, with mode 0600; standard output gets the id. Where the keys
stand in SYNCLINE_MASTER_KEY, or where there are none, standard output gets the key itself, to be
put there: it is shown this once.

Where several processes share a database, each must be able to open what another one seals:
  1. syncline keys add              and start every process again with both keys
  2. put the new key first          and start every process again
  3. syncline keys rotate
  4. take the old key out           and start every process again

One server alone: syncline keys add --primary, start it again, syncline keys rotate.";

const ROTATE_HELP: &str = "\
Secrets that another key wraps are wrapped by the primary, in small batches; who writes one at the
same time wins. It may be stopped, begun again and run twice at once.

Example:
  syncline keys rotate

Exit codes:
  0  done: every secret is under the primary key
  1  failed, or some secrets are left under another key; standard error says why
  2  the command line or a setting is wrong, or servers do not seal with the primary yet";

/// Lists, makes or rotates master keys.
pub async fn run(args: KeysArgs, loaded: &Loaded) -> Result<Exit, CliError> {
    let store = database::open(loaded, Use::Command).await?;
    database::prepare(&store, loaded).await?;
    let done = match args.action {
        KeysAction::List => list::list(&store).await,
        KeysAction::Add { primary } => add::add(&store, loaded, primary),
        KeysAction::Rotate { force } => rotate::rotate(&store, loaded, force).await,
    };
    store.close().await;
    done
}

/// What the keys of the database open, and what servers seal with.
async fn uses(store: &Store) -> Result<(Vec<KeyUse>, Option<KeyId>), CliError> {
    let found: Result<_, StoreError> = store
        .read(|tx| Ok((tx.list_key_uses()?, tx.find_servers_key()?)))
        .await;
    found.map_err(CliError::store("count what the master keys open"))
}
