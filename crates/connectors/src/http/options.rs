//! How patient a source is, and how it introduces itself.

use std::time::Duration;

use super::guard::NetworkRules;
use super::job_waits::JobWaits;

/// Settings of the HTTP side of a source.
#[derive(Debug, Clone)]
pub struct SourceOptions {
    /// Where requests may go; by default to the public internet alone.
    pub network: NetworkRules,
    /// To connect, TLS included.
    pub connect_timeout: Duration,
    /// From the request to the first byte of the answer.
    pub first_byte_timeout: Duration,
    /// The longest silence inside an answer.
    pub silence_timeout: Duration,
    /// From the first byte of an answer to its last: one that never falls silent and never ends is
    /// given up.
    pub answer_timeout: Duration,
    /// How often a request is sent within one attempt when failures may pass, unless the manifest
    /// says so itself; 1 never repeats a request, whatever the manifest says.
    pub tries: u32,
    /// The delay before the second try; doubled for each further one. Zero does not wait.
    pub retry_base: Duration,
    /// No delay between two tries of a request is longer; a provider that asks for more ends the
    /// attempt, to be tried again later.
    pub retry_max_wait: Duration,
    /// The `User-Agent` header, unless the manifest sets its own.
    pub user_agent: String,
    /// Answers with more bytes than this are refused.
    pub max_answer_bytes: u64,
    /// Answers with more bytes than this are kept in a temporary file.
    pub spool_above_bytes: usize,
    /// How jobs at the provider are waited for.
    pub jobs: JobWaits,
}

impl Default for SourceOptions {
    fn default() -> Self {
        Self {
            network: NetworkRules::default(),
            connect_timeout: Duration::from_secs(10),
            first_byte_timeout: Duration::from_secs(120),
            silence_timeout: Duration::from_secs(60),
            answer_timeout: Duration::from_secs(3600),
            tries: 6,
            retry_base: Duration::from_millis(500),
            retry_max_wait: Duration::from_secs(10),
            user_agent: concat!("syncline/", env!("CARGO_PKG_VERSION")).to_owned(),
            max_answer_bytes: 8 * 1024 * 1024 * 1024,
            spool_above_bytes: 8 * 1024 * 1024,
            jobs: JobWaits::default(),
        }
    }
}
