//! The threads that everything runs on. Few of them: idle threads cost memory.

use tokio::runtime::{Builder, Runtime};

use crate::error::CliError;

/// For processes that serve: two threads for what waits, a bounded pool for what blocks.
pub fn large() -> Result<Runtime, CliError> {
    build(
        Builder::new_multi_thread()
            .worker_threads(2)
            .max_blocking_threads(32),
    )
}

/// For commands that answer and end.
pub fn small() -> Result<Runtime, CliError> {
    build(Builder::new_current_thread().max_blocking_threads(4))
}

fn build(builder: &mut Builder) -> Result<Runtime, CliError> {
    // TLS needs to know its cryptography before the first client is made. It fails only when
    // that was settled already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    builder
        .enable_all()
        .build()
        .map_err(CliError::run("the system gives no threads"))
}
