//! `syncline manifest read`

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use clap::Args;
use serde_json::{Map, Value};
use syncline_connectors::auth::MemoryVault;
use syncline_connectors::declarative::stream_state;
use syncline_connectors::error::{SourceError, SourceErrorKind};
use syncline_connectors::standalone::{Asked, Audience, Message, ReadError, read};
use syncline_connectors::{JobWaits, Manifest, SourceOptions};

use super::{content, text_of};
use crate::error::CliError;
use crate::exit::Exit;
use crate::host::outgoing;
use crate::settings::Loaded;

/// What its help ends with.
pub const HELP: &str = "\
Standard output gets RECORD and STATE messages, one a line, as the reference runtime's `read`
prints them; warnings and errors go to standard error. Nothing is stored, and nothing is read
again beyond what the manifest asks for. What a provider asks to wait for is waited for.

Examples:
  syncline manifest read providers/acme.yaml --config acme.json --stream invoices --limit 10
  syncline manifest read providers/acme.yaml --config acme.json --stream invoices > out.jsonl
  grep '\"STATE\"' out.jsonl | tail -1 > state.json
  syncline manifest read providers/acme.yaml --config acme.json --stream invoices --state state.json

Exit codes:
  0  read to the end, or to --limit
  1  failed; standard error says why, and what was printed before it stands
  2  the command line or a setting is wrong";

/// The words of `manifest read`.
#[derive(Debug, Args)]
pub struct ReadArgs {
    /// The manifest
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The connection's configuration, secrets included, as a JSON object
    // The flag hides the settings file's of the same name.
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
    /// The stream
    #[arg(long, value_name = "NAME")]
    pub stream: String,
    /// Go on from a state: a STATE message, a list of them, or a stream's own state, as JSON
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
    /// Stop behind so many records
    #[arg(long, value_name = "N")]
    pub limit: Option<u64>,
    /// Read as if it were this moment, in RFC 3339 [default: now]
    #[arg(long, value_name = "TIME")]
    pub now: Option<DateTime<Utc>>,
}

/// Reads a stream.
pub async fn run(args: ReadArgs, loaded: &Loaded) -> Result<Exit, CliError> {
    let manifest =
        Manifest::parse(&text_of(&args.file)?).map_err(|error| content(&args.file, error))?;
    let config = config(&manifest, &args.config)?;
    let now = args.now.unwrap_or_else(Utc::now);
    let options = options(loaded)?;
    let manifest = found(Arc::new(manifest), &config, &options, now).await?;
    let states = match &args.state {
        None => Vec::new(),
        Some(path) => {
            let given = json(path)?;
            stream_state(&args.stream, &given)
                .and_then(|state| manifest.import_state(&args.stream, &config, state, now))
                .map_err(|problem| content(path, problem.to_string().trim_start()))?
        }
    };
    let asked = Asked {
        states,
        limit: args.limit,
        now,
        stream: args.stream,
    };
    let source = manifest.source(config, options);
    let source = source.map_err(CliError::run("the manifest cannot be read with"))?;
    let mut printer = Printer {
        out: BufWriter::with_capacity(64 * 1024, std::io::stdout()),
        line: Vec::new(),
    };
    let outcome = read(source.as_ref(), asked, &mut printer).await;
    let outcome = outcome.and_then(|()| Ok(printer.out.flush()?));
    match outcome {
        Ok(()) => Ok(Exit::Done),
        // Whoever closed the pipe has enough.
        Err(ReadError::Audience(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => {
            Ok(Exit::Done)
        }
        Err(error) => {
            let _ = printer.out.flush();
            Err(CliError::run("the stream was not read to its end")(error))
        }
    }
}

/// The manifest with the streams that its provider tells, where there are such.
pub async fn found(
    manifest: Arc<Manifest>,
    config: &Map<String, Value>,
    options: &SourceOptions,
    now: DateTime<Utc>,
) -> Result<Arc<Manifest>, CliError> {
    if !manifest.needs_discovery() {
        return Ok(manifest);
    }
    let vault = Arc::new(MemoryVault::default());
    let found = manifest
        .discover(config.clone(), options.clone(), vault, now)
        .await;
    match found {
        Ok(found) => Ok(manifest.with_discovered(found)),
        Err(health) => {
            let message = health.message.unwrap_or_default();
            Err(CliError::run("the provider was asked for the streams")(
                std::io::Error::other(message),
            ))
        }
    }
}

/// As patient as the reference: five more tries of a request, and minutes between them if the
/// provider asks for that.
pub fn options(loaded: &Loaded) -> Result<SourceOptions, CliError> {
    Ok(SourceOptions {
        tries: 6,
        retry_base: Duration::from_secs(1),
        retry_max_wait: Duration::from_secs(600),
        // Nobody else needs this process.
        jobs: JobWaits {
            patience: chrono::TimeDelta::days(1),
            ..JobWaits::default()
        },
        ..outgoing::source_options(&loaded.settings.outgoing)?
    })
}

fn json(path: &Path) -> Result<Value, CliError> {
    serde_json::from_str(&text_of(path)?)
        .map_err(|error| content(path, format!("it is not JSON: {error}")))
}

pub fn config(manifest: &Manifest, path: &Path) -> Result<Map<String, Value>, CliError> {
    let Value::Object(config) = json(path)? else {
        return Err(content(path, "a configuration is a JSON object"));
    };
    manifest.validate_config(&config).map_err(|problems| {
        let problems: Vec<_> = problems
            .into_iter()
            .map(|problem| format!("`{}` {}", problem.pointer, problem.message))
            .collect();
        content(path, problems.join("; "))
    })?;
    Ok(config)
}

/// Prints each message on a line.
struct Printer<W: Write> {
    out: W,
    line: Vec<u8>,
}

#[async_trait]
impl<W: Write + Send> Audience for Printer<W> {
    fn hear(&mut self, message: &Message<'_>) -> std::io::Result<()> {
        self.line.clear();
        serde_json::to_writer(&mut self.line, message)?;
        // A record stands as the provider sent it; between its tokens there may be line breaks,
        // inside its texts there are none.
        for byte in &mut self.line {
            if matches!(byte, b'\n' | b'\r') {
                *byte = b' ';
            }
        }
        self.line.push(b'\n');
        self.out.write_all(&self.line)
    }

    fn warn(&mut self, message: &str) {
        eprintln!("warning: {message}");
    }

    async fn wait(&mut self, error: &SourceError, in_a_row: u32) -> bool {
        /// As often in a row, without a page in between, is enough.
        const MOST: u32 = 10;
        let until = match error.kind {
            SourceErrorKind::Later { until } => until,
            // Its tries are used up.
            _ => return false,
        };
        if in_a_row > MOST {
            return false;
        }
        let asked = until.and_then(|until| (until - Utc::now()).to_std().ok());
        let pause = asked.unwrap_or(Duration::from_secs(1 << in_a_row.min(6)));
        let _ = self.out.flush();
        eprintln!("waiting {} s: {error}", pause.as_secs());
        tokio::time::sleep(pause).await;
        true
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use serde_json::value::RawValue;

    use super::*;

    #[test]
    fn a_message_is_a_line() {
        let mut printer = Printer {
            out: Vec::new(),
            line: Vec::new(),
        };
        let data = RawValue::from_string("{\n  \"a\": \"b\\nc\"\r\n}".to_owned()).unwrap();
        let record = Message::Record {
            stream: "items",
            data: &data,
            emitted_at: DateTime::UNIX_EPOCH,
        };
        printer.hear(&record).unwrap();
        let state = json!({"at": 1});
        let state = Message::State {
            stream: "items",
            state: state.as_object().unwrap(),
            records: 1,
        };
        printer.hear(&state).unwrap();
        let text = String::from_utf8(printer.out).unwrap();
        let messages: Vec<Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(
            messages,
            [
                json!({"type": "RECORD", "record": {
                    "stream": "items", "data": {"a": "b\nc"}, "emitted_at": 0,
                }}),
                json!({"type": "STATE", "state": {
                    "type": "STREAM",
                    "stream": {"stream_descriptor": {"name": "items"}, "stream_state": {"at": 1}},
                    "sourceStats": {"recordCount": 1.0},
                }}),
            ]
        );
    }
}
