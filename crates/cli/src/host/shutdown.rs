//! Ending in order.

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::error::CliError;

/// SIGXFSZ, by the number that Linux and macOS give it: a file would pass the limit on the size of
/// files.
const FILE_SIZE: i32 = 25;

/// Tells every part of the process when to end.
#[derive(Debug, Clone)]
pub struct Shutdown(CancellationToken);

impl Shutdown {
    /// The first SIGTERM or SIGINT asks to end; a second one ends the process at once. A limit on
    /// the size of files ends nothing: the write that meets it fails, as on a full disk.
    pub fn on_signals() -> Result<Self, CliError> {
        let listen = |kind| signal(kind).map_err(CliError::run("cannot listen for signals"));
        let (terminate, interrupt) = (
            listen(SignalKind::terminate())?,
            listen(SignalKind::interrupt())?,
        );
        // Whoever listens replaces what the system would do. Nobody has to hear it.
        drop(listen(SignalKind::from_raw(FILE_SIZE))?);
        let token = CancellationToken::new();
        tokio::spawn(watch(terminate, interrupt, token.clone()));
        Ok(Self(token))
    }

    /// For the parts that take a token.
    pub fn token(&self) -> CancellationToken {
        self.0.clone()
    }

    /// Asks every part to end, as a signal does.
    pub fn request(&self) {
        self.0.cancel();
    }

    /// Returns once it is time to end.
    pub async fn requested(&self) {
        self.0.cancelled().await;
    }
}

async fn watch(mut terminate: Signal, mut interrupt: Signal, token: CancellationToken) {
    first_of(&mut terminate, &mut interrupt).await;
    tracing::info!("shutting down in order; a second signal ends at once");
    token.cancel();
    let number = first_of(&mut terminate, &mut interrupt).await;
    std::process::exit(128 + number);
}

async fn first_of(terminate: &mut Signal, interrupt: &mut Signal) -> i32 {
    tokio::select! {
        _ = terminate.recv() => SignalKind::terminate().as_raw_value(),
        _ = interrupt.recv() => SignalKind::interrupt().as_raw_value(),
    }
}
