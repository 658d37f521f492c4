//! One file, or folder, for each command.

pub mod config;
pub mod demo;
pub mod keys;
pub mod manifest;
mod migrate;
pub mod openapi;
pub mod organization;
pub mod quickstart;
mod serve;
pub mod sync;
pub mod token;
mod worker;

use crate::cli::{Command, Invocation};
use crate::error::CliError;
use crate::exit::Exit;
use crate::host::runtime;
use crate::logging;
use crate::settings::{Loaded, Surroundings};

/// Does what the command line says.
pub fn run(invocation: Invocation) -> Result<Exit, CliError> {
    let Invocation { cli, given } = invocation;
    let around = Surroundings::of_this_process();
    let loaded = Loaded::read(&given, cli.settings_file(), &around)?;
    // Who waits for a command's answer wants to see that, and what is wrong.
    let usual = if is_server(&cli.command) {
        "info"
    } else {
        "warn,tracing_actix_web=error"
    };
    logging::start(&loaded.settings.log, usual, loaded.layer("log.filter"))?;
    for name in around.unknown_variables() {
        tracing::warn!("the variable {name} is not a setting of this program: it is ignored");
    }
    match cli.command {
        Command::Quickstart(args) => runtime::large()?.block_on(quickstart::run(args, loaded)),
        Command::Serve => runtime::large()?.block_on(serve::run(loaded)),
        Command::Worker => runtime::large()?.block_on(worker::run(loaded)),
        Command::Sync(args) => runtime::small()?.block_on(sync::run(args, &loaded)),
        Command::Token(args) => runtime::small()?.block_on(token::run(args, &loaded)),
        Command::Manifest(args) => manifest::run(args, &loaded),
        Command::Keys(args) => runtime::small()?.block_on(keys::run(args, &loaded)),
        Command::Organization(args) => runtime::small()?.block_on(organization::run(args, &loaded)),
        Command::Migrate => runtime::small()?.block_on(migrate::run(&loaded)),
        Command::Demo => runtime::small()?.block_on(demo::run(&loaded)),
        Command::Openapi(args) => openapi::run(args),
        Command::Config(args) => config::run(args, &loaded),
    }
}

fn is_server(command: &Command) -> bool {
    match command {
        Command::Serve | Command::Worker => true,
        Command::Quickstart(_)
        | Command::Sync(_)
        | Command::Token(_)
        | Command::Manifest(_)
        | Command::Keys(_)
        | Command::Organization(_)
        | Command::Migrate
        | Command::Demo
        | Command::Openapi(_)
        | Command::Config(_) => false,
    }
}
