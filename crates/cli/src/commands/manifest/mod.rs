//! `syncline manifest check|read`: for authors of manifests.

mod check;
mod read;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use crate::error::CliError;
use crate::exit::Exit;
use crate::host::runtime;
use crate::settings::Loaded;

/// The words of `manifest`.
#[derive(Debug, Args)]
pub struct ManifestArgs {
    /// What to do with a manifest.
    #[command(subcommand)]
    pub action: ManifestAction,
}

/// What to do with a manifest.
#[derive(Debug, Subcommand)]
pub enum ManifestAction {
    /// Tell which streams of a manifest can be read here, and what is in the way of the others
    #[command(after_help = check::HELP)]
    Check(check::CheckArgs),
    /// Read one stream of a manifest, and print its records and states; nothing is stored
    #[command(after_help = read::HELP)]
    Read(read::ReadArgs),
}

/// Checks or reads a manifest.
pub fn run(args: ManifestArgs, loaded: &Loaded) -> Result<Exit, CliError> {
    match args.action {
        ManifestAction::Check(args) => runtime::small()?.block_on(check::run(args, loaded)),
        ManifestAction::Read(args) => runtime::small()?.block_on(read::run(args, loaded)),
    }
}

fn text_of(path: &Path) -> Result<String, CliError> {
    std::fs::read_to_string(path).map_err(CliError::file("read", path))
}

/// A file is not what it should be.
fn content(path: &Path, problem: impl std::fmt::Display) -> CliError {
    CliError::Content {
        path: PathBuf::from(path),
        problem: format!("cannot be used: {problem}"),
    }
}
