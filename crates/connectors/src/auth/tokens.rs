//! Tokens in the hands of this process, each got by one task at a time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use syncline_domain::credential::{CredentialVault, KeptCredential};

use super::Carried;

/// No connection holds more: each has one for each authenticator of its manifest.
const MAX_CELLS: usize = 256;

/// The tokens of one connection, shared by all its runs in this process.
pub(crate) struct Credentials {
    pub(super) vault: Arc<dyn CredentialVault>,
    cells: Mutex<HashMap<String, Arc<tokio::sync::Mutex<Cell>>>>,
}

/// Where one token is held. Its lock is held while a token is got, so that others wait for it.
#[derive(Default)]
pub(super) struct Cell(Option<Held>);

struct Held {
    token: Token,
    is_kept: bool,
}

/// A token as it is kept. Never printed.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Token {
    pub(super) access_token: String,
    /// Good for ever when it is not told.
    pub(super) expires_at: Option<DateTime<Utc>>,
    /// What the next one is got with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) refresh_token: Option<String>,
}

impl Credentials {
    pub(crate) fn new(vault: Arc<dyn CredentialVault>) -> Self {
        Self {
            vault,
            cells: Mutex::default(),
        }
    }

    pub(super) fn cell(&self, purpose: &str) -> Arc<tokio::sync::Mutex<Cell>> {
        let mut cells = self.cells.lock().unwrap_or_else(PoisonError::into_inner);
        if cells.len() >= MAX_CELLS && !cells.contains_key(purpose) {
            cells.clear();
        }
        Arc::clone(cells.entry(purpose.to_owned()).or_default())
    }
}

impl Cell {
    /// The token, while it is good.
    pub(super) fn good(&self, now: DateTime<Utc>, refused: Option<&str>) -> Option<Carried> {
        let held = self.0.as_ref()?;
        held.token.is_good(now, refused).then(|| Carried {
            token: held.token.access_token.clone(),
            is_kept: held.is_kept,
        })
    }

    pub(super) fn hold(&mut self, token: Token, is_kept: bool) -> Carried {
        let carried = Carried {
            token: token.access_token.clone(),
            is_kept,
        };
        self.0 = Some(Held { token, is_kept });
        carried
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_none()
    }
}

impl Token {
    pub(super) fn is_good(&self, now: DateTime<Utc>, refused: Option<&str>) -> bool {
        self.expires_at.is_none_or(|until| now <= until)
            && refused != Some(self.access_token.as_str())
    }

    /// Reads what is kept; another format counts as nothing.
    pub(super) fn read(kept: &KeptCredential) -> Option<Self> {
        serde_json::from_str(&kept.document).ok()
    }

    pub(super) fn write(&self) -> String {
        serde_json::json!(self).to_string()
    }
}
