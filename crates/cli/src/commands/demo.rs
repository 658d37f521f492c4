//! `syncline demo`

use std::io::Write;

use crate::error::CliError;
use crate::exit::Exit;
use crate::host::listen::Suggestion;
use crate::host::{Shutdown, demo};
use crate::settings::Loaded;

/// What its help ends with.
pub const HELP: &str = "\
Lists: GET /customers (paged by number), /invoices (by offset), /payments (by cursor), each with
?updated_since= and ?updated_before=, with `Authorization: Bearer demo-token`. `syncline
quickstart` connects to it by a manifest that it writes to .syncline/providers/demo.yaml.

Faults: too_many_requests, server_error, slow, drop, cut, truncate and duplicate, each with a
share of the requests (0.1 if left out); or a plan as JSON, or @FILE with one:
  --faults drop=0.05,slow
  --faults '{\"rules\": [{\"fault\": {\"kind\": \"server_error\", \"status\": 503}, \"when\": {\"nth\": [2, 5]}}]}'

Examples:
  syncline demo
  syncline demo --seed 7 --invoices 100000 --advance-every 0
  curl -H 'Authorization: Bearer demo-token' 'http://127.0.0.1:8090/invoices?limit=2'

Exit codes:
  0  ended by SIGTERM or Ctrl-C
  1  failed; standard error says why
  2  the command line or a setting is wrong";

/// Serves the demo provider until a signal comes.
pub async fn run(loaded: &Loaded) -> Result<Exit, CliError> {
    let shutdown = Shutdown::on_signals()?;
    let settings = &loaded.settings.demo;
    let mut config = demo::config(settings)?;
    config.advance_every = demo::advance_every(settings)?;
    let demo = demo::start(settings, config, Suggestion::LISTEN)?;
    let mut stdout = std::io::stdout();
    let _ = writeln!(stdout, "listening on {}", demo.url()).and_then(|()| stdout.flush());
    shutdown.requested().await;
    demo.stop();
    Ok(Exit::Done)
}
