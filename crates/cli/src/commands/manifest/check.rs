//! `syncline manifest check`

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::Utc;
use clap::Args;
use syncline_connectors::Manifest;
use syncline_connectors::manifest::{StreamSupport, support, support_of};

use super::{content, read, text_of};
use crate::error::CliError;
use crate::exit::Exit;
use crate::settings::Loaded;

/// What its help ends with.
pub const HELP: &str = "\
One line for each stream; with --json an array of {stream, supported, reason, line}, and `notes`
where there is something to know of a stream that can be read. The line is that of the component
that is in the way, else that of the stream. The streams of a template are told with --config;
without it the template itself is, as far as it can be.

Examples:
  syncline manifest check providers/acme.yaml
  syncline manifest check providers/acme.yaml --json | jq '.[] | select(.supported | not)'

Exit codes:
  0  every stream can be read
  1  a stream cannot be read, or the manifest cannot be used at all; standard error says why
  2  the command line or a setting is wrong";

/// The words of `manifest check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// The manifest
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The configuration of a connection, secrets included, as a JSON object: tells the streams of
    /// templates, too, and asks the provider where it tells them
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Prints what can be read.
pub async fn run(args: CheckArgs, loaded: &Loaded) -> Result<Exit, CliError> {
    let text = text_of(&args.file)?;
    let told = match &args.config {
        None => support(&text).map_err(|error| content(&args.file, error))?,
        Some(config) => of_connection(&args.file, config, &text, loaded).await?,
    };
    let text = if args.json {
        let json = serde_json::to_string_pretty(&told);
        json.map_err(CliError::run("cannot write JSON"))?
    } else {
        lines(&args.file.display().to_string(), &told)
    };
    writeln!(std::io::stdout(), "{}", text.trim_end())
        .map_err(CliError::run("cannot write to standard output"))?;
    if told.iter().all(|stream| stream.supported) {
        Ok(Exit::Done)
    } else {
        Ok(Exit::Failed)
    }
}

/// The streams that a connection with this configuration has.
async fn of_connection(
    file: &Path,
    config: &Path,
    text: &str,
    loaded: &Loaded,
) -> Result<Vec<StreamSupport>, CliError> {
    let manifest = Manifest::parse(text).map_err(|error| content(file, error))?;
    let given = read::config(&manifest, config)?;
    let options = read::options(loaded)?;
    let found = read::found(Arc::new(manifest), &given, &options, Utc::now()).await?;
    Ok(support_of(&found.of_connection(&given), text))
}

/// In the form that editors take for places in files.
fn lines(file: &str, told: &[StreamSupport]) -> String {
    let mut text = String::new();
    for stream in told {
        let StreamSupport {
            stream,
            supported: _,
            reason,
            line,
            notes,
        } = stream;
        let reason = reason.as_deref().unwrap_or("can be read");
        // Writing to a text does not fail.
        let _ = writeln!(text, "{file}:{line}: {stream}: {reason}");
        for note in notes {
            let _ = writeln!(text, "{file}:{line}: {stream}: warning: {note}");
        }
    }
    let readable = told.iter().filter(|stream| stream.supported).count();
    let _ = writeln!(text, "{readable} of {} streams can be read", told.len());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_names_its_place_in_the_file() {
        let stream = |name: &str, reason: Option<&str>, line| StreamSupport {
            stream: name.to_owned(),
            supported: reason.is_none(),
            reason: reason.map(str::to_owned),
            line,
            notes: Vec::new(),
        };
        let told = [
            StreamSupport {
                notes: vec!["mind the gap".to_owned()],
                ..stream("items", None, 3)
            },
            stream("users", Some("CustomRetriever is not supported"), 9),
        ];
        assert_eq!(
            lines("a.yaml", &told),
            "a.yaml:3: items: can be read\n\
             a.yaml:3: items: warning: mind the gap\n\
             a.yaml:9: users: CustomRetriever is not supported\n\
             1 of 2 streams can be read\n"
        );
    }
}
