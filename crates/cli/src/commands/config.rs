//! `syncline config`

use std::io::Write;

use clap::Args;

use crate::error::CliError;
use crate::exit::Exit;
use crate::settings::{DEFAULT_FILE, Loaded, catalog};

/// The words of `config`.
#[derive(Debug, Args)]
pub struct ConfigArgs {
    /// Print each setting that counts here, with where it came from
    #[arg(long)]
    pub effective: bool,
}

/// Prints the default file, or what counts.
pub fn run(args: ConfigArgs, loaded: &Loaded) -> Result<Exit, CliError> {
    let text = if args.effective {
        effective(loaded)
    } else {
        DEFAULT_FILE.to_owned()
    };
    write!(std::io::stdout(), "{text}")
        .map_err(CliError::run("cannot write to standard output"))?;
    Ok(Exit::Done)
}

fn effective(loaded: &Loaded) -> String {
    let values = serde_json::to_value(&loaded.settings).unwrap_or_default();
    let lines = catalog::all().map(|setting| {
        let value = setting
            .key
            .split('.')
            .fold(&values, |value, name| &value[name]);
        let layer = loaded.layer(setting.key);
        match (value, setting.key) {
            (serde_json::Value::Null, key) => format!("# {key} is not set\n"),
            // The URL may hold a password.
            (_, "database.url" | "database.notify_url") => {
                format!("{} = …  # {layer}\n", setting.key)
            }
            (value, key) => format!("{key} = {value}  # {layer}\n"),
        }
    });
    lines.collect()
}
