//! Watches syncs over HTTP until they are final.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use tokio::time::{sleep, timeout_at};

use super::Display;
use super::tally::{Row, Tally};
use crate::client::views::{AttemptView, SyncView};
use crate::client::{ApiClient, ClientError};
use crate::exit::Exit;

/// How often progress is asked for.
const STEP: Duration = Duration::from_secs(1);

/// How watching ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Every sync is final.
    Final,
    /// The time is over.
    TimedOut,
}

/// What was seen last.
#[derive(Debug)]
pub struct Followed {
    /// How watching ended.
    pub ended: Ended,
    /// Every sync.
    pub rows: Vec<Row>,
}

/// Watches until every sync is final, or until `limit` has passed. `names` are the models' names
/// by id.
pub async fn follow(
    api: &ApiClient,
    syncs: Vec<SyncView>,
    names: &HashMap<String, String>,
    limit: Option<Duration>,
    display: &mut dyn Display,
) -> Result<Followed, ClientError> {
    let mut watched: Vec<Watched> = syncs
        .into_iter()
        .map(|sync| Watched::new(sync, names))
        .collect();
    let watching = async {
        loop {
            for sync in &mut watched {
                sync.look(api).await?;
            }
            let rows: Vec<Row> = watched.iter().map(Watched::row).collect();
            let Some(unfinished) = watched.iter().find(|sync| !sync.is_done) else {
                return Ok(rows);
            };
            display.show(&rows);
            // Returns early when this one is done, which keeps short syncs short.
            let wait = format!(
                "/v2/integrations/syncs/{}?wait={}",
                unfinished.sync.id,
                STEP.as_secs()
            );
            let asked = Instant::now();
            let sync: SyncView = api.get(&wait).await?;
            if !sync.status.is_final() {
                // A server that shuts down answers at once.
                sleep(STEP.saturating_sub(asked.elapsed()).min(STEP)).await;
            }
        }
    };
    let outcome = match limit.and_then(|limit| tokio::time::Instant::now().checked_add(limit)) {
        Some(deadline) => timeout_at(deadline, watching).await,
        None => Ok(watching.await),
    };
    let (ended, rows) = match outcome {
        Ok(rows) => (Ended::Final, rows?),
        Err(_) => (Ended::TimedOut, watched.iter().map(Watched::row).collect()),
    };
    display.finish(&rows);
    Ok(Followed { ended, rows })
}

impl Followed {
    /// How a command ends that waited for these syncs.
    pub fn exit(&self) -> Exit {
        use syncline_domain::Status;
        let any = |status| self.rows.iter().any(|row| row.status == status);
        match self.ended {
            _ if any(Status::Failed) => Exit::Failed,
            Ended::TimedOut => Exit::TimedOut,
            Ended::Final if any(Status::Cancelled) => Exit::Cancelled,
            Ended::Final => Exit::Done,
        }
    }
}

/// A sync, and how fast it went lately.
struct Watched {
    model: String,
    sync: SyncView,
    tally: Tally,
    looked_at: Option<Instant>,
    rate: Option<f64>,
    /// It is final, and its last counts are known.
    is_done: bool,
}

impl Watched {
    fn new(sync: SyncView, names: &HashMap<String, String>) -> Self {
        let model = names.get(&sync.model_id).unwrap_or(&sync.model_id).clone();
        Self {
            model,
            sync,
            tally: Tally::default(),
            looked_at: None,
            rate: None,
            is_done: false,
        }
    }

    async fn look(&mut self, api: &ApiClient) -> Result<(), ClientError> {
        if self.is_done {
            return Ok(());
        }
        // The status first: what is final counts no more.
        self.sync = api
            .get(&format!("/v2/integrations/syncs/{}", self.sync.id))
            .await?;
        let attempts: Vec<AttemptView> = api
            .get(&format!(
                "/v2/integrations/syncs/{}/attempts?limit=1000",
                self.sync.id
            ))
            .await?;
        let tally = Tally::of(&attempts);
        let now = Instant::now();
        if let Some(last) = self.looked_at.replace(now) {
            let seconds = now.duration_since(last).as_secs_f64();
            let landed = tally.records.saturating_sub(self.tally.records) as f64;
            self.rate = (landed > 0.0 && seconds > 0.0).then(|| landed / seconds);
        }
        self.tally = tally;
        self.is_done = self.sync.status.is_final();
        Ok(())
    }

    fn row(&self) -> Row {
        Row::new(
            self.model.clone(),
            &self.sync,
            self.tally.clone(),
            self.rate,
        )
    }
}

#[cfg(test)]
mod tests {
    use syncline_domain::Status;

    use super::*;

    #[test]
    fn the_worst_outcome_is_the_exit_code() {
        let exit = |ended, statuses: &[Status]| {
            let rows = statuses.iter().map(|status| Row {
                model: String::new(),
                status: *status,
                error: None,
                tally: Tally::default(),
                rate: None,
            });
            Followed {
                ended,
                rows: rows.collect(),
            }
            .exit()
        };
        use Status::{Cancelled, Complete, Failed, Running};
        assert_eq!(exit(Ended::Final, &[]), Exit::Done);
        assert_eq!(exit(Ended::Final, &[Complete, Complete]), Exit::Done);
        assert_eq!(exit(Ended::Final, &[Complete, Cancelled]), Exit::Cancelled);
        assert_eq!(exit(Ended::Final, &[Failed, Cancelled]), Exit::Failed);
        assert_eq!(exit(Ended::TimedOut, &[Complete, Running]), Exit::TimedOut);
        assert_eq!(exit(Ended::TimedOut, &[Failed, Running]), Exit::Failed);
    }
}
