//! `syncline openapi`

use std::io::Write;

use clap::{Args, ValueEnum};

use crate::error::CliError;
use crate::exit::Exit;

/// Help that clap shows after the flags.
pub const HELP: &str = "\
Examples:
  syncline openapi > openapi.json
  syncline openapi --version 3.0 > openapi-3.0.json";

/// The words of `syncline openapi`.
#[derive(Debug, Args)]
pub struct OpenapiArgs {
    /// The version of OpenAPI that the document is written in; 3.0 is for generators that read
    /// nothing newer
    #[arg(long, value_enum, default_value_t = OpenapiVersion::V3_1)]
    pub version: OpenapiVersion,
}

/// A version of OpenAPI.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum OpenapiVersion {
    /// 3.1.0, as the server answers at `/openapi.json`.
    #[value(name = "3.1")]
    V3_1,
    /// 3.0.3, derived from it.
    #[value(name = "3.0")]
    V3_0,
}

/// Prints the document.
pub fn run(args: OpenapiArgs) -> Result<Exit, CliError> {
    let OpenapiArgs { version } = args;
    let document = match version {
        OpenapiVersion::V3_1 => syncline_api::openapi_json(),
        OpenapiVersion::V3_0 => syncline_api::openapi_3_0_json(),
    };
    writeln!(std::io::stdout(), "{}", document.trim_end())
        .map_err(CliError::run("cannot write to standard output"))?;
    Ok(Exit::Done)
}
