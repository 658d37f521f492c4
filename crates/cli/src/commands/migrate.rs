//! `syncline migrate`

use crate::error::CliError;
use crate::exit::Exit;
use crate::host::database::{self, Use};
use crate::settings::Loaded;

/// Brings the schema up to date, and names what was done.
pub async fn run(loaded: &Loaded) -> Result<Exit, CliError> {
    let store = database::open(loaded, Use::Command).await?;
    let ran = store
        .migrate()
        .await
        .map_err(CliError::store("migrate the database"))?;
    store.close().await;
    for name in &ran {
        println!("{name}");
    }
    if ran.is_empty() {
        eprintln!("the schema is up to date already");
    }
    Ok(Exit::Done)
}
