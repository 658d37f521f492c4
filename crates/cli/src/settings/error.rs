//! What can be wrong with the settings.

use std::path::PathBuf;

use super::load::Layer;

/// Settings that cannot be used. Every variant says where the setting came from.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// A settings file that was asked for and cannot be read.
    #[error("cannot read the settings file {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A settings file that is not TOML.
    #[error("the settings file {} is not TOML:\n{reason}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Where, and what is wrong there.
        reason: String,
    },
    /// A key that means nothing.
    #[error("the settings file {} has an unknown setting `{key}`{}", path.display(), did_you_mean(suggestion.as_deref()))]
    Unknown {
        /// The file.
        path: PathBuf,
        /// The key, with its section.
        key: String,
        /// A key that looks like it.
        suggestion: Option<String>,
    },
    /// A value of the wrong kind or size.
    #[error("{layer} ({key}): {reason}")]
    Value {
        /// Where the value came from.
        layer: Layer,
        /// Which setting.
        key: String,
        /// What is wrong with it.
        reason: String,
    },
}

fn did_you_mean(suggestion: Option<&str>) -> String {
    match suggestion {
        Some(key) => format!(": did you mean `{key}`?"),
        None => "; `syncline config` prints all that there are".to_owned(),
    }
}
