//! `syncline sync`

use std::collections::HashMap;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, NaiveTime, SecondsFormat, Utc};
use clap::Args;
use serde_json::{Map, Value, json};

use crate::client::views::{ModelView, SyncView};
use crate::client::{ApiClient, find_token};
use crate::error::CliError;
use crate::exit::Exit;
use crate::progress;
use crate::settings::Loaded;
use crate::span;

/// The words of `sync`.
#[derive(Debug, Args)]
pub struct SyncArgs {
    /// The connection to sync, as `GET /v2/integrations/connections` lists them
    #[arg(value_name = "CONNECTION_ID")]
    pub connection_id: String,
    /// The API token; others can see it in the list of processes, so --token-file is better
    /// [variable: SYNCLINE_TOKEN]
    #[arg(
        long,
        value_name = "TOKEN",
        conflicts_with = "client.token_file",
        hide_env_values = true
    )]
    pub token: Option<String>,
    /// Only these models, by name or id; otherwise every model that is enabled for reading
    #[arg(long, value_name = "MODEL,…", value_delimiter = ',')]
    pub models: Vec<String>,
    /// Read everything from the beginning, whatever was synced before
    #[arg(long, conflicts_with_all = ["timerange_start", "timerange_end", "entity_id"])]
    pub full_refresh: bool,
    /// Only what changed at this moment or later: 2026-01-31T12:00:00Z, or a day in UTC
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub timerange_start: Option<DateTime<Utc>>,
    /// Only what changed before this moment
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub timerange_end: Option<DateTime<Utc>>,
    /// Only this entity, with exactly one model
    #[arg(long, value_name = "ID")]
    pub entity_id: Option<String>,
    /// Print the ids of the syncs and end, without waiting for them
    #[arg(long, conflicts_with = "timeout")]
    pub detach: bool,
    /// Watch no longer than this: 30s, 10m, 2h. The syncs go on
    #[arg(long, value_name = "TIME", value_parser = span::parse)]
    pub timeout: Option<Duration>,
}

/// What its help ends with.
pub const HELP: &str = "\
Progress goes to standard error, what came of each sync to standard output. A request joins a
sync of the same scope that waits already.

Examples:
  syncline sync conn_01h455vb4pex5vsknk084sn02q --token-file .syncline/token
  syncline sync conn_01h455vb4pex5vsknk084sn02q --models customers,invoices --full-refresh
  syncline sync conn_01h455vb4pex5vsknk084sn02q --timerange-start 2026-01-01 --timeout 10m
  SYNCLINE_TOKEN=… syncline sync conn_01h455vb4pex5vsknk084sn02q --detach

Exit codes:
  0    every sync is complete (with --detach: every sync is accepted)
  1    a sync failed
  2    the command line or a setting is wrong
  3    a sync was cancelled, and none failed
  4    --timeout is over; the syncs go on at the server
  5    the server cannot be reached, or refused the request
  130  Ctrl-C; the syncs go on at the server";

/// Asks for a sync, and watches it.
pub async fn run(args: SyncArgs, loaded: &Loaded) -> Result<Exit, CliError> {
    let (body, path) = (args.body()?, args.path()?);
    let token = find_token(args.token.clone(), loaded)?;
    let api = ApiClient::new(&loaded.settings.client.url, token)?;
    let syncs: Vec<SyncView> = api.post(&format!("{path}/sync"), &body).await?;
    let models: Vec<ModelView> = api.get(&format!("{path}/models?limit=1000")).await?;
    let names: HashMap<_, _> = models
        .into_iter()
        .map(|model| (model.id, model.name))
        .collect();
    if syncs.is_empty() {
        eprintln!("no model of this connection is enabled for reading: there is nothing to sync");
    }
    if args.detach {
        for sync in &syncs {
            println!(
                "{}\t{}",
                sync.id,
                names.get(&sync.model_id).unwrap_or(&sync.model_id)
            );
        }
        return Ok(Exit::Done);
    }
    let mut display = progress::display();
    let watching = progress::follow(&api, syncs, &names, args.timeout, display.as_mut());
    tokio::select! {
        followed = watching => {
            let followed = followed?;
            println!("{}", progress::summary(&followed.rows));
            if followed.ended == progress::Ended::TimedOut {
                eprintln!("the time is over; the syncs go on at the server");
            }
            Ok(followed.exit())
        }
        _ = tokio::signal::ctrl_c() => {
            eprintln!("\nno longer watching; the syncs go on at the server");
            Ok(Exit::Interrupted)
        }
    }
}

impl SyncArgs {
    fn path(&self) -> Result<String, CliError> {
        let id = &self.connection_id;
        let is_id = !id.is_empty()
            && id
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if !is_id {
            return Err(CliError::Usage(format!(
                "`{id}` is not the id of a connection, such as conn_01h455…"
            )));
        }
        Ok(format!("/v2/integrations/connections/{id}"))
    }

    fn body(&self) -> Result<Value, CliError> {
        if self.entity_id.is_some() && self.models.len() != 1 {
            return Err(CliError::Usage(
                "--entity-id needs --models with exactly one model".to_owned(),
            ));
        }
        let time = |at: &DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Micros, true);
        let mut body = Map::new();
        let mut put = |name: &str, value: Value| body.insert(name.to_owned(), value);
        if !self.models.is_empty() {
            put("models", json!(self.models));
        }
        if self.full_refresh {
            put("full_refresh", json!(true));
        }
        if let Some(at) = &self.timerange_start {
            put("timerange_start", json!(time(at)));
        }
        if let Some(at) = &self.timerange_end {
            put("timerange_end", json!(time(at)));
        }
        if let Some(id) = &self.entity_id {
            put("entity_id", json!(id));
        }
        Ok(Value::Object(body))
    }
}

/// A moment in RFC 3339, or the beginning of a day.
fn moment(text: &str) -> Result<DateTime<Utc>, String> {
    let day = || {
        text.parse::<NaiveDate>()
            .map(|day| day.and_time(NaiveTime::MIN).and_utc())
    };
    DateTime::parse_from_rfc3339(text)
        .map(|at| at.to_utc())
        .or_else(|_| day())
        .map_err(|_| "write 2026-01-31T12:00:00Z or 2026-01-31".to_owned())
}

#[cfg(test)]
#[path = "sync_tests.rs"]
mod tests;
