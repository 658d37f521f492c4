//! The command line: its words from clap, its settings from the catalog.

use std::path::{Path, PathBuf};

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::commands::{config, keys, manifest, openapi, organization, quickstart, sync, token};
use crate::settings::catalog::{
    CLIENT, DATABASE, DEMO, ENGINE, LIMITS, LOG, MIGRATE, OUTGOING, PROVIDERS, RETENTION, SERVER,
    SHARED, Setting, WAKE_UPS,
};
use crate::settings::flags::{self, Given};

/// Keeps copies of what outside systems hold: a self-hosted integration sync engine.
///
/// A connection is an account at an outside system, which a manifest describes. A sync, asked
/// for over HTTP or by a schedule, reads what is new there; its records land in SQLite or
/// PostgreSQL and are read back over HTTP.
#[derive(Debug, Parser)]
#[command(version, after_help = ROOT_HELP, subcommand_required = true, arg_required_else_help = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    #[command(flatten)]
    pub common: Common,
}

impl Cli {
    /// The settings file that the command line names. The `--config` of `manifest` is the
    /// connection's.
    pub fn settings_file(&self) -> Option<&Path> {
        match self.command {
            Command::Manifest(_) => None,
            _ => self.common.config.as_deref(),
        }
    }
}

/// What every command takes.
#[derive(Debug, Args)]
pub struct Common {
    /// The settings file [variable: SYNCLINE_CONFIG] [default: syncline.toml, if there is one]
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        help_heading = "Settings",
        display_order = 999
    )]
    pub config: Option<PathBuf>,
}

/// The commands, in the order in which they are met.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Try everything on this machine: demo provider, server and a first sync, in one process
    #[command(after_help = QUICKSTART_HELP)]
    Quickstart(quickstart::QuickstartArgs),
    /// Serve the API, and run syncs
    #[command(after_help = SERVE_HELP)]
    Serve,
    /// Run syncs only, beside servers on the same PostgreSQL
    #[command(after_help = WORKER_HELP)]
    Worker,
    /// Ask a server for a sync, and watch it
    #[command(after_help = sync::HELP)]
    Sync(sync::SyncArgs),
    /// Check a manifest, or read one of its streams, without a server: for its author
    Manifest(manifest::ManifestArgs),
    /// Make, list, rotate and revoke API tokens
    Token(token::TokenArgs),
    /// List, make and rotate the keys that encrypt the secrets of connections
    Keys(keys::KeysArgs),
    /// Weigh organizations, which take turns in starting syncs
    Organization(organization::OrganizationArgs),
    /// Bring the schema of the database up to date
    #[command(after_help = MIGRATE_HELP)]
    Migrate,
    /// Serve an outside system to try things with: customers, invoices and payments
    #[command(after_help = DEMO_HELP)]
    Demo,
    /// Print the OpenAPI document of the API
    #[command(after_help = openapi::HELP)]
    Openapi(openapi::OpenapiArgs),
    /// Print the commented default settings file, or the settings that count
    #[command(after_help = CONFIG_HELP)]
    Config(config::ConfigArgs),
}

/// A parsed command line.
#[derive(Debug)]
pub struct Invocation {
    /// The command and its words.
    pub cli: Cli,
    /// The settings among its flags.
    pub given: Given,
}

/// Parses this process's command line; help and wrong usage end the process.
pub fn parse() -> Invocation {
    parse_from(std::env::args_os()).unwrap_or_else(|error| error.exit())
}

fn parse_from<W>(words: impl IntoIterator<Item = W>) -> Result<Invocation, clap::Error>
where
    W: Into<std::ffi::OsString> + Clone,
{
    let matches = command().try_get_matches_from(words)?;
    let cli = Cli::from_arg_matches(&matches)?;
    let mut leaf = &matches;
    let mut name = "";
    while let Some((inner, matches)) = leaf.subcommand() {
        (name, leaf) = (inner, matches);
    }
    Ok(Invocation {
        given: flags::given(name, leaf),
        cli,
    })
}

/// The whole command line, settings included.
fn command() -> clap::Command {
    const SERVE: &[&[Setting]] = &[
        SERVER, SHARED, LIMITS, DATABASE, WAKE_UPS, MIGRATE, PROVIDERS, OUTGOING, ENGINE,
        RETENTION, LOG,
    ];
    const WORKER: &[&[Setting]] = &[
        DATABASE, WAKE_UPS, MIGRATE, PROVIDERS, OUTGOING, ENGINE, RETENTION, LOG,
    ];
    const LOCAL: &[&[Setting]] = &[DATABASE, MIGRATE, LOG];
    let with = |groups: &'static [&'static [Setting]]| move |command| flags::add(command, groups);
    Cli::command()
        .max_term_width(100)
        .mut_subcommand("quickstart", with(&[SERVER, OUTGOING, ENGINE, DEMO, LOG]))
        .mut_subcommand("serve", with(SERVE))
        .mut_subcommand("worker", with(WORKER))
        .mut_subcommand("sync", with(&[CLIENT, LOG]))
        .mut_subcommand("manifest", |manifest| {
            manifest
                .mut_subcommand("check", with(&[LOG]))
                .mut_subcommand("read", with(&[OUTGOING, LOG]))
        })
        .mut_subcommand("token", |token| token.mut_subcommands(with(LOCAL)))
        .mut_subcommand("keys", |keys| keys.mut_subcommands(with(LOCAL)))
        .mut_subcommand("organization", |organization| {
            organization.mut_subcommands(with(LOCAL))
        })
        .mut_subcommand("migrate", with(&[DATABASE, LOG]))
        .mut_subcommand("demo", with(&[DEMO, LOG]))
        .mut_subcommand(
            "config",
            with(&[
                SERVER, SHARED, LIMITS, DATABASE, WAKE_UPS, MIGRATE, PROVIDERS, OUTGOING, ENGINE,
                RETENTION, CLIENT, DEMO, LOG,
            ]),
        )
}

const ROOT_HELP: &str = "\
Every setting is a flag, else a SYNCLINE_* variable, else a line of the settings file, else a
default; `syncline config` prints the file.

A first look, which leaves everything in ./.syncline:
  syncline quickstart

A server of your own:
  syncline token create --organization acme --database-url sqlite:///var/lib/syncline/data.db
  syncline serve --database-url sqlite:///var/lib/syncline/data.db --providers ./providers";

const QUICKSTART_HELP: &str = "\
Examples:
  syncline quickstart
  syncline quickstart --listen 127.0.0.1:0 --demo-listen 127.0.0.1:0
  syncline quickstart --once

A second run goes on with the same database, token and connection. Delete the directory to
begin anew.

Exit codes:
  0  done: Ctrl-C, or with --once every sync is complete
  1  failed, or with --once a sync did not complete
  2  the command line or a setting is wrong
  5  the API refused a request";

const SERVE_HELP: &str = "\
One process on SQLite needs nothing else. On PostgreSQL any number of `serve` and `worker`
processes share one database. Once it is ready, standard output says `listening on http://…`;
the log goes to standard error. SIGTERM and Ctrl-C end it in order: syncs stop behind their
last committed page and go on from there later. A second signal ends it at once. SIGHUP reads
the certificate of --tls-cert and its key again.

Examples:
  syncline serve
  syncline serve --listen 0.0.0.0:8080 --database-url sqlite:///var/lib/syncline/data.db
  SYNCLINE_DATABASE_URL=postgres://syncline@db/syncline syncline serve --workers 0

Exit codes:
  0  ended in order, by SIGTERM or Ctrl-C
  1  failed; standard error says why
  2  the command line or a setting is wrong";

const WORKER_HELP: &str = "\
Takes the settings of `syncline serve`, but for the API's. SQLite is for one process alone:
there, `syncline serve` runs the syncs.

Example:
  syncline worker --database-url postgres://syncline@db/syncline --workers 8

Exit codes:
  0  ended in order, by SIGTERM or Ctrl-C
  1  failed; standard error says why
  2  the command line or a setting is wrong";

const MIGRATE_HELP: &str = "\
`syncline serve` does this by itself, unless it is told --no-migrate. Several processes may do it
at once. Prints the migrations that ran, one a line.

Example:
  syncline migrate --database-url postgres://syncline@db/syncline

Exit codes:
  0  done
  1  failed; standard error says why
  2  the command line or a setting is wrong";

const DEMO_HELP: &str = crate::commands::demo::HELP;

const CONFIG_HELP: &str = "\
Examples:
  syncline config > syncline.toml
  syncline config --effective";

#[cfg(test)]
#[path = "cli_tests.rs"]
mod tests;
