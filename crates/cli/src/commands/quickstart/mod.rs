//! `syncline quickstart`: everything at once, to see it work.

mod connection;
mod directory;
mod outside;
mod report;
mod token;

use std::path::PathBuf;

use clap::Args;
use syncline_store::store::Store;

use crate::client::ApiClient;
use crate::client::views::SyncView;
use crate::error::CliError;
use crate::exit::Exit;
use crate::host::database::{self, Use};
use crate::host::incoming::Incoming;
use crate::host::listen::{Listener, Suggestion};
use crate::host::{Server, Shutdown, outgoing, providers};
use crate::progress;
use crate::settings::Loaded;

use directory::Directory;
use outside::Outside;
use report::Places;

/// The words of `quickstart`.
#[derive(Debug, Args)]
pub struct QuickstartArgs {
    /// Where everything is kept: database, token, manifests
    #[arg(long, value_name = "DIR", default_value = ".syncline")]
    pub dir: PathBuf,
    /// End once the first sync is complete, instead of serving on
    #[arg(long)]
    pub once: bool,
}

/// Starts everything, syncs once, and goes on serving.
pub async fn run(args: QuickstartArgs, mut loaded: Loaded) -> Result<Exit, CliError> {
    let shutdown = Shutdown::on_signals()?;
    let directory = Directory::prepare(args.dir)?;
    loaded.settings.database.url = directory.database_url();
    loaded.settings.providers.dir = directory.providers();
    // Before any port is taken, so that a second run in the same directory hears of the first.
    let store = database::open(&loaded, Use::Server)
        .await
        .map_err(suggest_another_directory)?;
    database::prepare(&store, &loaded).await?;
    let listener = Listener::bind(loaded.settings.server.listen, Suggestion::RUN)?;
    let outside = Outside::start(&loaded.settings.demo, &directory)?;
    let registry = providers::load(&loaded)?;
    let url = listener.url("http");
    let mut sources = outgoing::source_options(&loaded.settings.outgoing)?;
    sources.network.allowed.push(outside.address());
    let server = Server::start(
        listener,
        &store,
        &registry,
        sources,
        Incoming::of_one_machine(&loaded.settings.limits)?,
        &loaded.settings,
        &shutdown,
    )?;

    let tour = tour(&store, &directory, &outside, &url, args.once);
    let serving = server.until(&shutdown);
    tokio::pin!(serving);
    let toured = tokio::select! {
        toured = tour => toured,
        ended = &mut serving => return ended.map(|()| Exit::Done),
    };
    let is_over = args.once || toured.is_err();
    if is_over {
        shutdown.request();
    } else {
        println!("\nServing until Ctrl-C.");
    }
    let ended = serving.await;
    outside.stop();
    store.close().await;
    let exit = toured?;
    ended.map(|()| if args.once { exit } else { Exit::Done })
}

/// What a user would do with curl: a connection, a sync, a look at the records.
async fn tour(
    store: &Store,
    directory: &Directory,
    outside: &Outside,
    url: &str,
    is_once: bool,
) -> Result<Exit, CliError> {
    let token = token::find_or_make(store, &directory.token()).await?;
    let api = ApiClient::new(url, token)?;
    let connection = connection::find_or_make(&api, outside).await?;
    eprintln!(
        "Syncing connection {} ({}) from {}",
        connection.id,
        connection.name,
        outside.url()
    );
    let path = format!("/v2/integrations/connections/{}/sync", connection.id);
    let syncs: Vec<SyncView> = api.post(&path, &serde_json::json!({})).await?;
    let names = connection
        .models
        .iter()
        .map(|model| (model.id.clone(), model.name.clone()))
        .collect();
    let mut display = progress::display();
    let followed = progress::follow(&api, syncs, &names, None, display.as_mut()).await?;
    let samples = report::samples(&api, &connection.models).await?;
    let places = Places {
        url,
        outside: outside.url(),
        token: directory.token(),
        connection: &connection,
    };
    println!("\n{}\n{samples}", progress::summary(&followed.rows));
    println!(
        "{}",
        if is_once {
            places.addresses()
        } else {
            places.text()
        }
    );
    Ok(followed.exit())
}

fn suggest_another_directory(error: CliError) -> CliError {
    match error {
        CliError::Store { doing: _, source } => CliError::Store {
            doing: "open the database (--dir names another directory)",
            source,
        },
        error => error,
    }
}
