//! The log, on standard error: standard output is for what a command answers.
//!
//! No line leaves with a secret of a connection that is in use, whoever wrote it: also the
//! libraries' own lines, and panics.

use std::io::{IsTerminal, Write};
use std::panic::PanicHookInfo;

use syncline_connectors::redact::clean_all;

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
        .with_writer(|| Clean(std::io::stderr()))
        // A line that cannot be written, as on a full disk, would be told on standard error, which
        // fails as well, and panics.
        .log_internal_errors(false);
    match settings.format {
        LogFormat::Human => log.with_ansi(std::io::stderr().is_terminal()).init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
    std::panic::set_hook(Box::new(tell_panic));
    Ok(())
}

/// A writer of whole lines, without the secrets in them.
struct Clean<W>(W);

impl<W: Write> Write for Clean<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let line = String::from_utf8_lossy(bytes);
        self.0.write_all(clean_all(&line).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}

/// One line in the log, instead of what Rust writes past it.
fn tell_panic(panic: &PanicHookInfo<'_>) {
    let place = panic
        .location()
        .map(ToString::to_string)
        .unwrap_or_default();
    let text = panic.payload_as_str().unwrap_or("without a text");
    let trace = std::backtrace::Backtrace::capture();
    let trace = match trace.status() {
        std::backtrace::BacktraceStatus::Captured => format!("\n{trace}"),
        _ => String::new(),
    };
    tracing::error!(place, "a thread panicked: {text}{trace}");
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use syncline_connectors::redact::Redactor;
    use tracing_subscriber::EnvFilter;

    use super::*;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn neither_a_line_nor_a_panic_shows_a_secret_that_is_in_use() {
        let secret = serde_json::json!("pl4nted\"in/the log");
        let _in_use = Redactor::new([&secret]);
        let kept = Kept::default();
        for is_json in [false, true] {
            let writer = kept.clone();
            let log = tracing_subscriber::fmt()
                .with_env_filter(EnvFilter::new("debug"))
                .with_ansi(false)
                .with_writer(move || Clean(writer.clone()));
            let secret = secret.as_str().unwrap();
            let work = || {
                tracing::debug!(field = secret, other = ?secret, "connects with {secret}");
                let before = std::panic::take_hook();
                std::panic::set_hook(Box::new(tell_panic));
                let panicked = std::panic::catch_unwind(|| {
                    // As a library's slice out of bounds shows the text that it was given.
                    std::panic::panic_any(format!("no char boundary in `{secret}`"))
                });
                std::panic::set_hook(before);
                assert!(panicked.is_err());
            };
            if is_json {
                tracing::subscriber::with_default(log.json().flatten_event(true).finish(), work);
            } else {
                tracing::subscriber::with_default(log.finish(), work);
            }
        }
        let text = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
        assert_eq!(text.matches("connects with ***").count(), 2, "{text}");
        assert_eq!(
            text.matches("no char boundary in `***`").count(),
            2,
            "{text}"
        );
        assert!(text.contains("logging.rs"), "{text}");
        assert!(!text.contains("pl4nted"), "{text}");
    }
}
