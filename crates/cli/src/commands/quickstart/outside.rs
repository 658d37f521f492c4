//! The outside system of a quickstart: the demo provider, whose data go on where they left off.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use syncline_demo::Demo;
use tokio_util::task::AbortOnDropHandle;

use super::directory::Directory;
use crate::error::CliError;
use crate::host::demo;
use crate::host::listen::Suggestion;
use crate::settings::sections::DemoSettings;

/// Changes that a pause between two runs brings, so that the next sync finds something new.
const STEPS_OF_A_PAUSE: u32 = 3;

/// A demo provider that changes as time goes on.
pub struct Outside {
    demo: Arc<Demo>,
    url: String,
    token: String,
    has_own_token: bool,
    clock: Option<AbortOnDropHandle<()>>,
}

/// How far the data went. Another seed or size is another outside system, which begins anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Progress {
    seed: u64,
    customers: usize,
    invoices: usize,
    payments: usize,
    steps: u32,
}

impl Outside {
    /// Starts it, with the changes of earlier runs.
    pub fn start(settings: &DemoSettings, directory: &Directory) -> Result<Self, CliError> {
        let every = demo::advance_every(settings)?;
        let demo = Arc::new(demo::start(
            settings,
            demo::config(settings)?,
            Suggestion::RUN_DEMO,
        )?);
        let path = directory.demo_progress();
        let progress = Progress::read(&path, settings);
        if progress.steps > 0 {
            demo.advance(progress.steps);
        }
        progress.write(&path)?;
        let clock = every.map(|every| {
            let advancing = keep_advancing(Arc::clone(&demo), every, progress, path);
            AbortOnDropHandle::new(tokio::spawn(advancing))
        });
        Ok(Self {
            url: demo.url(),
            demo,
            token: settings.token.clone(),
            has_own_token: settings.token != DemoSettings::default().token,
            clock,
        })
    }

    /// Where it listens.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The same, as an address.
    pub fn address(&self) -> std::net::SocketAddr {
        self.demo.address()
    }

    /// What it wants to be shown.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Whether its token is another than the usual one.
    pub fn has_own_token(&self) -> bool {
        self.has_own_token
    }

    /// Ends it.
    pub fn stop(self) {
        drop(self.clock);
        // The last owner's drop stops the server and waits for its thread.
        drop(self.demo);
    }
}

impl Progress {
    /// What the file says, and the changes of the pause since; from the beginning without a file.
    fn read(path: &Path, settings: &DemoSettings) -> Self {
        let DemoSettings {
            seed,
            customers,
            invoices,
            payments,
            ..
        } = *settings;
        let fresh = Self {
            seed,
            customers,
            invoices,
            payments,
            steps: 0,
        };
        let known = std::fs::read_to_string(path)
            .ok()
            .and_then(|text| serde_json::from_str::<Self>(&text).ok());
        match known {
            Some(known) if (Self { steps: 0, ..known }) == fresh => Self {
                steps: known.steps.saturating_add(STEPS_OF_A_PAUSE),
                ..fresh
            },
            Some(_) | None => fresh,
        }
    }

    fn write(&self, path: &Path) -> Result<(), CliError> {
        let text = serde_json::to_string(self)
            .map_err(CliError::run("the demo's progress cannot be written"))?;
        std::fs::write(path, text).map_err(CliError::file("write", path))
    }
}

async fn keep_advancing(demo: Arc<Demo>, every: Duration, mut progress: Progress, path: PathBuf) {
    let mut ticks = tokio::time::interval(every);
    ticks.tick().await;
    loop {
        ticks.tick().await;
        progress.steps = progress.steps.saturating_add(1);
        let (demo, progress, path) = (Arc::clone(&demo), progress.clone(), path.clone());
        let step = tokio::task::spawn_blocking(move || {
            // First the file: a change that was counted and did not happen is made up for by the
            // next run, one that happened uncounted would be undone by it.
            let written = progress.write(&path);
            demo.advance(1);
            written
        });
        if let Ok(Err(error)) = step.await {
            tracing::warn!("{}", error.report());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_go_on_where_they_left_off() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("demo.json");
        let settings = DemoSettings::default();
        let first = Progress::read(&path, &settings);
        assert_eq!(first.steps, 0);
        Progress { steps: 40, ..first }.write(&path).unwrap();
        assert_eq!(
            Progress::read(&path, &settings).steps,
            40 + STEPS_OF_A_PAUSE
        );
        let other = DemoSettings {
            seed: 2,
            ..settings.clone()
        };
        assert_eq!(Progress::read(&path, &other).steps, 0);
        std::fs::write(&path, "{").unwrap();
        assert_eq!(Progress::read(&path, &settings).steps, 0);
    }
}
