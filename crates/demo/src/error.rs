use std::net::SocketAddr;

/// Why a demo provider did not start, or refused what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DemoError {
    /// The configuration contradicts itself.
    #[error("the demo's configuration is wrong: {0}")]
    Config(String),
    /// The address is taken, or is not ours to bind.
    #[error("the demo provider cannot listen on {address}")]
    Bind {
        /// The address that was asked for.
        address: SocketAddr,
        /// What the operating system said.
        #[source]
        source: std::io::Error,
    },
    /// The server's thread or its runtime could not be set up.
    #[error("the demo provider's server did not start")]
    Start(#[source] std::io::Error),
}
