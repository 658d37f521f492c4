//! Why a command failed, and what a person can do about it.

use std::path::PathBuf;

use syncline_connectors::RegistryError;
use syncline_store::error::StoreError;

use crate::client::ClientError;
use crate::exit::Exit;
use crate::host::ListenError;
use crate::settings::SettingsError;

/// A command's failure.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// The settings cannot be used.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The command line asks for what makes no sense.
    #[error("{0}")]
    Usage(String),
    /// A file cannot be read or written.
    #[error("cannot {doing} {}", path.display())]
    File {
        /// What was tried: `read`, `write`, …
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A file holds something else than it should.
    #[error("{} {problem}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The database does not do what was asked.
    #[error("cannot {doing}")]
    Store {
        /// What was tried: `open the database`, …
        doing: &'static str,
        /// Why not.
        #[source]
        source: StoreError,
    },
    /// The manifests cannot be read.
    #[error("no providers: set --providers to the directory that holds the manifests")]
    Providers(#[from] RegistryError),
    /// An address to listen on is taken, or not ours.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// Something that should run did not start, or stopped.
    #[error("{what}")]
    Run {
        /// What happened.
        what: &'static str,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A server did not answer, or said no.
    #[error(transparent)]
    Client(#[from] ClientError),
}

impl CliError {
    /// Names what was tried when the database refused; for `map_err`.
    pub fn store(doing: &'static str) -> impl FnOnce(StoreError) -> Self {
        move |source| Self::Store { doing, source }
    }

    /// Names the file, and what was tried with it; for `map_err`.
    pub fn file(
        doing: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::File {
            doing,
            path,
            source,
        }
    }

    /// Names what did not run; for `map_err`.
    pub fn run<E>(what: &'static str) -> impl FnOnce(E) -> Self
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        move |source| Self::Run {
            what,
            source: source.into(),
        }
    }

    /// How the program ends.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Settings(_) | Self::Usage(_) => Exit::Usage,
            Self::Client(error) => error.exit(),
            Self::File { .. }
            | Self::Content { .. }
            | Self::Store { .. }
            | Self::Providers(_)
            | Self::Listen(_)
            | Self::Run { .. } => Exit::Failed,
        }
    }

    /// What standard error shows: the failure, then each cause on a line of its own.
    pub fn report(&self) -> String {
        let mut text = format!("error: {self}");
        let mut said = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            let next = error.to_string();
            if !said.ends_with(&next) {
                text.push_str(&format!("\n  because: {next}"));
            }
            said = next;
            cause = error.source();
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_names_each_cause_once() {
        let io = std::io::Error::other("disk on fire");
        let error = CliError::file("write", "/tmp/token")(io);
        assert_eq!(
            error.report(),
            "error: cannot write /tmp/token\n  because: disk on fire"
        );
        let store = StoreError::Unavailable {
            reason: "gone".into(),
            source: Some("gone".into()),
        };
        assert_eq!(
            CliError::store("list the tokens")(store).report(),
            "error: cannot list the tokens\n  because: the database is not available: gone"
        );
    }

    #[test]
    fn wrong_usage_is_told_from_failure() {
        assert_eq!(CliError::Usage("no".into()).exit(), Exit::Usage);
        assert_eq!(
            CliError::store("open")(StoreError::Open("no".into())).exit(),
            Exit::Failed
        );
    }
}
