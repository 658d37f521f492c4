//! One struct for each concern, with the defaults that `default.toml` restates.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use syncline_store::store::StoreOptions;

use super::address::ListenAddress;

/// Everything that can be set, but for secrets: those come by variable or from a file of their own.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub server: ServerSettings,
    pub limits: LimitSettings,
    pub database: DatabaseSettings,
    pub secrets: SecretSettings,
    pub providers: ProviderSettings,
    pub outgoing: OutgoingSettings,
    pub engine: EngineSettings,
    pub retention: RetentionSettings,
    pub log: LogSettings,
    pub client: ClientSettings,
    pub demo: DemoSettings,
}

/// The API server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerSettings {
    pub listen: ListenAddress,
    pub threads: usize,
    pub tls_cert: Option<PathBuf>,
    pub tls_key: Option<PathBuf>,
    pub cors_origins: String,
}

/// What one caller may ask of the API.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitSettings {
    pub max_body_bytes: usize,
    pub max_url_bytes: usize,
    pub max_header_bytes: usize,
    pub requests_per_minute: u32,
    pub concurrent_requests: usize,
    pub strangers_per_minute: u32,
    pub head_timeout: String,
    pub body_timeout: String,
    pub write_timeout: String,
    pub keep_alive: String,
}

/// The database.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseSettings {
    pub url: String,
    pub pool_size: u32,
    pub group_size: usize,
    pub notify_url: Option<String>,
    pub migrate: bool,
}

/// Where the key lies that encrypts the secrets of connections.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecretSettings {
    pub master_key_file: Option<PathBuf>,
}

/// The manifests.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderSettings {
    pub dir: PathBuf,
}

/// Requests to providers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutgoingSettings {
    pub allow_private_networks: bool,
    pub connect_timeout: String,
    pub first_byte_timeout: String,
    pub silence_timeout: String,
    pub answer_timeout: String,
    pub max_answer_bytes: u64,
}

/// The workers that run syncs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EngineSettings {
    pub workers: usize,
    pub one_off_percent: u8,
    pub max_per_organization: u32,
    pub max_per_connection: u32,
    pub max_per_provider: u32,
}

/// How long what is over is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetentionSettings {
    pub keep_syncs: String,
    pub keep_deletions: String,
    pub keep_audit_events: String,
    pub keep_events: String,
}

/// What is logged, and how it looks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogSettings {
    pub filter: Option<String>,
    pub format: LogFormat,
}

/// How a line of the log looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Human,
    /// One JSON object a line.
    Json,
}

/// How `syncline sync` reaches a server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientSettings {
    pub url: String,
    pub token_file: Option<PathBuf>,
}

/// The demo provider.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoSettings {
    pub listen: ListenAddress,
    pub seed: u64,
    pub customers: usize,
    pub invoices: usize,
    pub payments: usize,
    pub token: String,
    pub advance_every: String,
    pub faults: String,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            listen: ListenAddress::loopback(8080),
            threads: 2,
            tls_cert: None,
            tls_key: None,
            cors_origins: String::new(),
        }
    }
}

impl Default for LimitSettings {
    fn default() -> Self {
        Self {
            max_body_bytes: 1024 * 1024,
            max_url_bytes: 8 * 1024,
            max_header_bytes: 32 * 1024,
            requests_per_minute: 60_000,
            concurrent_requests: 2_048,
            strangers_per_minute: 300,
            head_timeout: "10s".to_owned(),
            body_timeout: "30s".to_owned(),
            write_timeout: "30s".to_owned(),
            keep_alive: "5s".to_owned(),
        }
    }
}

impl Default for DatabaseSettings {
    fn default() -> Self {
        Self {
            url: "sqlite://syncline.db".to_owned(),
            pool_size: 8,
            group_size: StoreOptions::GROUP_SIZE,
            notify_url: None,
            migrate: true,
        }
    }
}

impl Default for ProviderSettings {
    fn default() -> Self {
        Self {
            dir: PathBuf::from("providers"),
        }
    }
}

impl Default for OutgoingSettings {
    fn default() -> Self {
        Self {
            allow_private_networks: false,
            connect_timeout: "10s".to_owned(),
            first_byte_timeout: "2m".to_owned(),
            silence_timeout: "1m".to_owned(),
            answer_timeout: "1h".to_owned(),
            max_answer_bytes: 8 * 1024 * 1024 * 1024,
        }
    }
}

impl Default for EngineSettings {
    fn default() -> Self {
        Self {
            workers: 4,
            one_off_percent: 25,
            max_per_organization: 0,
            max_per_connection: 0,
            max_per_provider: 0,
        }
    }
}

impl Default for RetentionSettings {
    fn default() -> Self {
        Self {
            keep_syncs: "90d".to_owned(),
            keep_deletions: "90d".to_owned(),
            keep_audit_events: "365d".to_owned(),
            keep_events: "30d".to_owned(),
        }
    }
}

impl Default for LogSettings {
    fn default() -> Self {
        Self {
            filter: None,
            format: LogFormat::Human,
        }
    }
}

impl Default for ClientSettings {
    fn default() -> Self {
        Self {
            url: "http://127.0.0.1:8080".to_owned(),
            token_file: None,
        }
    }
}

impl Default for DemoSettings {
    fn default() -> Self {
        Self {
            listen: ListenAddress::loopback(8090),
            seed: 1,
            customers: 200,
            invoices: 2_000,
            payments: 1_500,
            token: "demo-token".to_owned(),
            advance_every: "10s".to_owned(),
            faults: String::new(),
        }
    }
}
