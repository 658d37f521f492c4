//! `syncline openapi`

use std::io::Write;

use crate::error::CliError;
use crate::exit::Exit;

/// Prints the document that the server answers at `/openapi.json`.
pub fn run() -> Result<Exit, CliError> {
    let document = syncline_api::openapi_json();
    writeln!(std::io::stdout(), "{}", document.trim_end())
        .map_err(CliError::run("cannot write to standard output"))?;
    Ok(Exit::Done)
}
