//! The log, on standard error: standard output is for what a command answers.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::settings::sections::{LogFormat, LogSettings};
use crate::settings::{Layer, SettingsError};

/// Starts the log, with the `usual` filter unless one is set; `layer` is where that came from,
/// should it be wrong.
pub fn start(settings: &LogSettings, usual: &str, layer: Layer) -> Result<(), SettingsError> {
    let filter = EnvFilter::builder()
        .parse(settings.filter.as_deref().unwrap_or(usual))
        .map_err(|error| SettingsError::Value {
            layer,
            key: "log.filter".to_owned(),
            reason: error.to_string(),
        })?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // A line that cannot be written, as on a full disk, would be told on standard error, which
        // fails as well, and panics.
        .log_internal_errors(false);
    match settings.format {
        LogFormat::Human => log.with_ansi(std::io::stderr().is_terminal()).init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
    Ok(())
}
