//! The whole state as a text, for snapshots.

use std::fmt::Write as _;

use syncline_domain::SyncId;
use syncline_domain::attempt::Attempt;
use syncline_store::page::PageRequest;

use super::world::World;

impl World {
    /// A sync with its attempts, and the records of the model.
    pub async fn view(&self, id: SyncId) -> String {
        let mut text = self.view_sync(id).await;
        let _ = write!(text, "records: {}", self.view_records().await);
        text
    }

    /// A sync with its attempts.
    pub async fn view_sync(&self, id: SyncId) -> String {
        let organization = self.organization;
        let (sync, attempts) = self
            .read(move |tx| {
                let first = PageRequest {
                    after: None,
                    limit: 100,
                };
                let sync = tx.find_sync(organization, id)?;
                let attempts = tx.list_attempts_of_sync(organization, id, first)?;
                Ok((sync, attempts))
            })
            .await;
        let sync = sync.unwrap();
        let parts = sync.lifecycle.parts();
        let mut text = format!("{} after {} attempts", parts.status, parts.attempt);
        if let Some(error) = &parts.error {
            let _ = write!(text, ", due {}: {error}", parts.due_at.format("%H:%M:%S"));
        }
        let _ = writeln!(
            text,
            "\nat {}, initial: {}, failures: {} of {}",
            serde_json::to_string(&sync.pagination_state).unwrap(),
            sync.is_initial_sync,
            parts.spent.consecutive,
            parts.spent.total,
        );
        for attempt in &attempts.items {
            view_attempt(&mut text, attempt);
        }
        text
    }

    /// Key, value and place in the feed of every record, in the order of the feed.
    pub async fn view_records(&self) -> String {
        let (organization, model) = (self.organization, self.model);
        let feed = self
            .read(move |tx| tx.list_records_of_model(organization, model, None, true, 1000))
            .await;
        let rows = feed.records.iter().map(|record| {
            let data: serde_json::Value = serde_json::from_str(record.data.get()).unwrap();
            let value = data["value"].as_str().unwrap_or("?").to_owned();
            let gone = if record.deleted_at.is_some() {
                " (gone)"
            } else {
                ""
            };
            format!("{}:{}={value}{gone}", record.number, record.key)
        });
        rows.collect::<Vec<_>>().join(", ")
    }

    pub async fn view_health(&self) -> String {
        let (organization, id) = (self.organization, self.connection.id);
        let connection = self
            .read(move |tx| tx.find_connection(organization, id))
            .await
            .unwrap();
        let health = connection.health;
        format!(
            "healthy: {:?}, authentication required: {}, status: {:?}, message: {:?}",
            health.healthy, health.authentication_required, health.status_code, health.message
        )
    }
}

fn view_attempt(text: &mut String, attempt: &Attempt) {
    let c = &attempt.counters;
    let outcome = attempt.outcome.map_or("runs", |outcome| outcome.as_str());
    let _ = write!(
        text,
        "{} by {}: {outcome}; {} pages, {} records: {} added, {} changed, {} unchanged, {} deleted; {} requests",
        attempt.number,
        attempt.worker,
        c.pages,
        c.records,
        c.added,
        c.changed,
        c.unchanged,
        c.deleted,
        c.requests
    );
    for warning in &attempt.warnings {
        let _ = write!(text, "; warning {}", warning.code);
    }
    text.push('\n');
}
