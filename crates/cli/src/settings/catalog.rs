//! Every setting, once: its key in the file, its flag, its variable and its help text.

mod engine;

pub use engine::{ENGINE, RETENTION, WAKE_UPS};

/// One setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// `section.name` in the file.
    pub key: &'static str,
    /// The flag, without its dashes. In `syncline demo` the prefix `demo-` falls away.
    pub flag: &'static str,
    /// The environment variable.
    pub variable: &'static str,
    /// What stands for the value in the help text.
    pub value_name: &'static str,
    /// What it is for.
    pub help: &'static str,
    /// How its text is read.
    pub kind: Kind,
}

/// How the text of a flag or a variable is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// As it stands.
    Text,
    /// A whole number that is not negative.
    Number,
    /// The flag takes no value and sets `false`; the variable is `true` or `false`.
    TurnsOff,
    /// The flag takes no value and sets `true`; the variable is `true` or `false`.
    TurnsOn,
}

const fn text(
    key: &'static str,
    flag: &'static str,
    variable: &'static str,
    value_name: &'static str,
    help: &'static str,
) -> Setting {
    Setting {
        key,
        flag,
        variable,
        value_name,
        help,
        kind: Kind::Text,
    }
}

const fn number(
    key: &'static str,
    flag: &'static str,
    variable: &'static str,
    help: &'static str,
) -> Setting {
    Setting {
        key,
        flag,
        variable,
        value_name: "N",
        help,
        kind: Kind::Number,
    }
}

/// Where the API server listens, and with how many threads.
pub const SERVER: &[Setting] = &[
    text(
        "server.listen",
        "listen",
        "SYNCLINE_LISTEN",
        "ADDRESS",
        "Where the API listens; port 0 takes any free port",
    ),
    number(
        "server.threads",
        "http-threads",
        "SYNCLINE_HTTP_THREADS",
        "How many threads answer requests",
    ),
];

/// What only a server for others needs: TLS, and pages of other origins.
pub const SHARED: &[Setting] = &[
    text(
        "server.tls_cert",
        "tls-cert",
        "SYNCLINE_TLS_CERT",
        "FILE",
        "Serve HTTPS with this certificate: PEM, the server's own first, then its chain. SIGHUP \
         reads it and its key again",
    ),
    text(
        "server.tls_key",
        "tls-key",
        "SYNCLINE_TLS_KEY",
        "FILE",
        "The private key of the certificate, in PEM",
    ),
    text(
        "server.cors_origins",
        "cors-origins",
        "SYNCLINE_CORS_ORIGINS",
        "ORIGINS",
        "The origins, separated by commas, whose pages may call the API in a browser, as in \
         https://app.example.com; none unless set",
    ),
];

/// What one caller may ask of the API.
pub const LIMITS: &[Setting] = &[
    number(
        "limits.max_body_bytes",
        "max-body-bytes",
        "SYNCLINE_MAX_BODY_BYTES",
        "The most bytes of a request's body",
    ),
    number(
        "limits.max_url_bytes",
        "max-url-bytes",
        "SYNCLINE_MAX_URL_BYTES",
        "The most bytes of a request's path and query",
    ),
    number(
        "limits.max_header_bytes",
        "max-header-bytes",
        "SYNCLINE_MAX_HEADER_BYTES",
        "The most bytes of all headers of a request",
    ),
    number(
        "limits.requests_per_minute",
        "requests-per-minute",
        "SYNCLINE_REQUESTS_PER_MINUTE",
        "How many requests a minute each token may send; 0 for any number",
    ),
    number(
        "limits.concurrent_requests",
        "concurrent-requests",
        "SYNCLINE_CONCURRENT_REQUESTS",
        "How many requests each token may have under way, those that wait included; 0 for any \
         number",
    ),
    number(
        "limits.strangers_per_minute",
        "strangers-per-minute",
        "SYNCLINE_STRANGERS_PER_MINUTE",
        "How many requests a minute an address may send without a token, or with one that this \
         process has not accepted before; 0 for any number",
    ),
    text(
        "limits.head_timeout",
        "head-timeout",
        "SYNCLINE_HEAD_TIMEOUT",
        "TIME",
        "How long a caller may take to send the head of a request",
    ),
    text(
        "limits.body_timeout",
        "body-timeout",
        "SYNCLINE_BODY_TIMEOUT",
        "TIME",
        "How long a caller may take to send a body",
    ),
    text(
        "limits.write_timeout",
        "write-timeout",
        "SYNCLINE_WRITE_TIMEOUT",
        "TIME",
        "How long a caller may take nothing of an answer",
    ),
    text(
        "limits.keep_alive",
        "keep-alive",
        "SYNCLINE_KEEP_ALIVE",
        "TIME",
        "How long a connection is kept open for another request",
    ),
];

/// The database, and the key of the secrets in it.
pub const DATABASE: &[Setting] = &[
    text(
        "database.url",
        "database-url",
        "SYNCLINE_DATABASE_URL",
        "URL",
        "Where everything is kept: sqlite:///absolute/path.db, sqlite://relative/path.db or \
         postgres://user:password@host/database",
    ),
    number(
        "database.pool_size",
        "database-pool-size",
        "SYNCLINE_DATABASE_POOL_SIZE",
        "How many connections to PostgreSQL, or readers of SQLite, are open at most",
    ),
    number(
        "database.group_size",
        "database-group-size",
        "SYNCLINE_DATABASE_GROUP_SIZE",
        "How many calls that come at the same moment share a transaction at most; 1: none do",
    ),
    text(
        "secrets.master_key_file",
        "master-key-file",
        "SYNCLINE_MASTER_KEY_FILE",
        "FILE",
        "A file with the key that encrypts the secrets of connections: 32 bytes in base64 or 64 \
         hexadecimal digits. Behind it may stand further keys that only open. The variable \
         SYNCLINE_MASTER_KEY can hold the keys themselves. Without either, a key is made once in \
         a file of mode 0600 beside the SQLite file",
    ),
];

/// Whether a command that needs the schema brings it up to date first.
pub const MIGRATE: &[Setting] = &[Setting {
    key: "database.migrate",
    flag: "no-migrate",
    variable: "SYNCLINE_MIGRATE",
    value_name: "",
    help: "Do not bring the schema of the database up to date at start",
    kind: Kind::TurnsOff,
}];

/// The manifests.
pub const PROVIDERS: &[Setting] = &[text(
    "providers.dir",
    "providers",
    "SYNCLINE_PROVIDERS",
    "DIR",
    "The directory of manifests: DIR/<provider_name>.yaml describes a provider",
)];

/// Requests to providers.
pub const OUTGOING: &[Setting] = &[
    Setting {
        key: "outgoing.allow_private_networks",
        flag: "allow-private-networks",
        variable: "SYNCLINE_ALLOW_PRIVATE_NETWORKS",
        value_name: "",
        help: "Let connections ask loopback, private, link-local and other addresses that are not \
               on the public internet",
        kind: Kind::TurnsOn,
    },
    text(
        "outgoing.connect_timeout",
        "connect-timeout",
        "SYNCLINE_CONNECT_TIMEOUT",
        "TIME",
        "How long a provider may take to accept a connection, TLS included",
    ),
    text(
        "outgoing.first_byte_timeout",
        "first-byte-timeout",
        "SYNCLINE_FIRST_BYTE_TIMEOUT",
        "TIME",
        "How long a provider may take to begin an answer",
    ),
    text(
        "outgoing.silence_timeout",
        "silence-timeout",
        "SYNCLINE_SILENCE_TIMEOUT",
        "TIME",
        "How long a provider may be silent inside an answer",
    ),
    text(
        "outgoing.answer_timeout",
        "answer-timeout",
        "SYNCLINE_ANSWER_TIMEOUT",
        "TIME",
        "How long one answer of a provider may take",
    ),
    number(
        "outgoing.max_answer_bytes",
        "max-answer-bytes",
        "SYNCLINE_MAX_ANSWER_BYTES",
        "The most bytes that are taken of one answer of a provider, unpacked",
    ),
];

/// What is logged, and how.
pub const LOG: &[Setting] = &[
    text(
        "log.filter",
        "log",
        "SYNCLINE_LOG",
        "FILTER",
        "What is logged to standard error: error, warn, info, debug or trace, for everything or \
         by part, as in info,syncline_engine=debug; by default info for `serve` and `worker`, \
         else warn",
    ),
    text(
        "log.format",
        "log-format",
        "SYNCLINE_LOG_FORMAT",
        "FORMAT",
        "How log lines look: human, or json with one object a line",
    ),
];

/// How to reach a server. The token itself is not here: it is a secret.
pub const CLIENT: &[Setting] = &[
    text(
        "client.url",
        "url",
        "SYNCLINE_URL",
        "URL",
        "The server to ask",
    ),
    text(
        "client.token_file",
        "token-file",
        "SYNCLINE_TOKEN_FILE",
        "FILE",
        "A file that holds the API token",
    ),
];

/// The demo provider.
pub const DEMO: &[Setting] = &[
    text(
        "demo.listen",
        "demo-listen",
        "SYNCLINE_DEMO_LISTEN",
        "ADDRESS",
        "Where the demo provider listens; port 0 takes any free port",
    ),
    number(
        "demo.seed",
        "demo-seed",
        "SYNCLINE_DEMO_SEED",
        "Decides all of the demo's data: equal seeds serve equal records",
    ),
    number(
        "demo.customers",
        "demo-customers",
        "SYNCLINE_DEMO_CUSTOMERS",
        "How many customers the demo has at the start",
    ),
    number(
        "demo.invoices",
        "demo-invoices",
        "SYNCLINE_DEMO_INVOICES",
        "How many invoices the demo has at the start",
    ),
    number(
        "demo.payments",
        "demo-payments",
        "SYNCLINE_DEMO_PAYMENTS",
        "How many payments the demo has at the start",
    ),
    text(
        "demo.token",
        "demo-token",
        "SYNCLINE_DEMO_TOKEN",
        "TOKEN",
        "The bearer token that the demo wants of its callers; not a secret",
    ),
    text(
        "demo.advance_every",
        "demo-advance-every",
        "SYNCLINE_DEMO_ADVANCE_EVERY",
        "TIME",
        "How often some of the demo's records are added, changed and deleted, as in 500ms, 10s \
         or 5m; 0 for never",
    ),
    text(
        "demo.faults",
        "demo-faults",
        "SYNCLINE_DEMO_FAULTS",
        "FAULTS",
        "Faults that the demo commits, separated by commas",
    ),
];

/// Every setting there is.
pub fn all() -> impl Iterator<Item = &'static Setting> {
    [
        SERVER, SHARED, LIMITS, DATABASE, WAKE_UPS, MIGRATE, PROVIDERS, OUTGOING, ENGINE,
        RETENTION, LOG, CLIENT, DEMO,
    ]
    .into_iter()
    .flatten()
}

/// The setting of this key.
pub fn find(key: &str) -> Option<&'static Setting> {
    all().find(|setting| setting.key == key)
}
