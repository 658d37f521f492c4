//! What has to be known to explain why a sync waits.

use chrono::{DateTime, Duration, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Bool, Nullable, Text};
use syncline_domain::attempt::AttemptOutcome;
use syncline_domain::explain::{Cap, CapKind, Explanation, Facts, Fleet, TurnHolder, explain};
use syncline_domain::retry::RetryPolicy;
use syncline_domain::status::UnknownStatus;
use syncline_domain::{OrganizationId, Status, Sync, SyncId};
use uuid::Uuid;

use super::row::{self, SyncRow};
use crate::db::types::{Instant, Uid};
use crate::error::StoreError;
use crate::sql::Sql;
use crate::transitions::statuses;
use crate::tx::Tx;

/// So many syncs of the model tell how long one takes.
const RECENT: i64 = 10;

/// The start and the end of a sync.
type Times = (Option<DateTime<Utc>>, Option<DateTime<Utc>>);

#[derive(QueryableByName)]
struct FleetRow {
    #[diesel(sql_type = BigInt)]
    workers: i64,
    #[diesel(sql_type = BigInt)]
    slots: i64,
    #[diesel(sql_type = BigInt)]
    slots_for_scheduled: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    per_organization: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    per_connection: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    per_provider: Option<i64>,
}

impl Tx<'_> {
    /// Why a sync stands where it stands. `None` when there is no such sync.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub fn explain_sync(
        &mut self,
        organization_id: OrganizationId,
        id: SyncId,
    ) -> Result<Option<(Sync, Explanation)>, StoreError> {
        let row: Option<SyncRow> = Sql::new(format!(
            "SELECT {} FROM syncs s JOIN connections c ON c.id = s.connection_id \
             WHERE s.id = ? AND s.organization_id = ? AND c.deleted_at IS NULL",
            row::COLUMNS,
        ))
        .id(id.uuid())
        .id(organization_id.uuid())
        .find(self)?;
        let Some(row) = row else { return Ok(None) };
        let run = row.run_facts()?;
        let sync = row.into_sync()?;
        let (fleet, caps) = self.read_fleet(&sync)?;
        let facts = Facts {
            lifecycle: sync.lifecycle.clone(),
            now: self.now(),
            lease: run.worker.zip(run.lease_expires_at),
            last_outcome: self
                .find_last_outcome(sync.id)?
                .and_then(|text| outcome_of(&text)),
            is_disabled: self.is_connection_disabled(&sync)?,
            is_asked_for: self.is_asked_for(&sync)?,
            turn_holder: self.find_turn_holder(&sync)?,
            usual_duration: self.usual_duration(&sync)?,
            quota: self.find_quota_held(sync.connection_id)?,
            fleet,
            caps,
            max_failures: RetryPolicy::default().max_consecutive,
        };
        Ok(Some((sync, explain(&facts))))
    }

    fn find_last_outcome(&mut self, id: SyncId) -> Result<Option<String>, StoreError> {
        let outcome: Option<Option<String>> =
            Sql::new("SELECT outcome FROM attempts WHERE sync_id = ? ORDER BY number DESC LIMIT 1")
                .id(id.uuid())
                .rows::<Nullable<Text>>()
                .find(self)?;
        Ok(outcome.flatten())
    }

    fn is_connection_disabled(&mut self, sync: &Sync) -> Result<bool, StoreError> {
        let is_disabled: Option<bool> =
            Sql::new("SELECT is_sync_disabled FROM connections WHERE id = ?")
                .id(sync.connection_id.uuid())
                .rows::<Bool>()
                .find(self)?;
        Ok(is_disabled.unwrap_or(false))
    }

    fn is_asked_for(&mut self, sync: &Sync) -> Result<bool, StoreError> {
        let is_asked_for: Option<bool> = Sql::new("SELECT is_asked_for FROM syncs WHERE id = ?")
            .id(sync.id.uuid())
            .rows::<Bool>()
            .find(self)?;
        Ok(is_asked_for.unwrap_or(false))
    }

    fn find_turn_holder(&mut self, sync: &Sync) -> Result<Option<TurnHolder>, StoreError> {
        let holder: Option<(SyncId, String, Option<DateTime<Utc>>)> = Sql::new(format!(
            "SELECT id, status, started_at FROM syncs \
             WHERE model_id = ? AND status IN ({}) AND id <> ?",
            statuses::turn_holders(),
        ))
        .id(sync.model_id.uuid())
        .id(sync.id.uuid())
        .rows::<(Uid, Text, Nullable<Instant>)>()
        .find(self)?;
        holder
            .map(|(id, status, started_at)| {
                let status = status
                    .parse()
                    .map_err(|error: UnknownStatus| StoreError::Corrupt(error.to_string()))?;
                Ok(TurnHolder {
                    id,
                    status,
                    started_at,
                })
            })
            .transpose()
    }

    fn usual_duration(&mut self, sync: &Sync) -> Result<Option<Duration>, StoreError> {
        let times: Vec<Times> = Sql::new(
            "SELECT started_at, completed_at FROM syncs \
             WHERE model_id = ? AND status = 'complete' ORDER BY id DESC LIMIT ?",
        )
        .id(sync.model_id.uuid())
        .big(RECENT)
        .rows::<(Nullable<Instant>, Nullable<Instant>)>()
        .load(self)?;
        let lengths: Vec<Duration> = times
            .into_iter()
            .filter_map(|(start, end)| Some(end? - start?))
            .collect();
        let count = i32::try_from(lengths.len()).unwrap_or(i32::MAX);
        Ok((count > 0).then(|| lengths.into_iter().sum::<Duration>() / count))
    }

    /// The workers that are alive, and the limits that hold: those that no worker is free of, as
    /// the most generous of them has them.
    fn read_fleet(&mut self, sync: &Sync) -> Result<(Fleet, Vec<Cap>), StoreError> {
        let now = self.now();
        let row: Option<FleetRow> = Sql::new(format!(
            "SELECT COUNT(*) AS workers, CAST(COALESCE(SUM(slots), 0) AS BIGINT) AS slots, \
             CAST(COALESCE(SUM(slots_for_scheduled), 0) AS BIGINT) AS slots_for_scheduled, \
             {} AS per_organization, {} AS per_connection, {} AS per_provider \
             FROM workers WHERE expires_at > ?",
            loosest("cap_per_organization"),
            loosest("cap_per_connection"),
            loosest("cap_per_provider"),
        ))
        .time(now)
        .find(self)?;
        let (running, running_scheduled) = self.count_running_of_all()?;
        let Some(row) = row else {
            return Ok((Fleet::default(), Vec::new()));
        };
        let limits = [
            (CapKind::Organization, row.per_organization),
            (CapKind::Connection, row.per_connection),
            (CapKind::Provider, row.per_provider),
        ];
        let mut caps = Vec::new();
        if sync.lifecycle.status() == Status::Queued {
            for (kind, limit) in limits {
                if let Some(limit) = limit {
                    let running = self.count_running_under(kind, sync)?;
                    caps.push(Cap {
                        kind,
                        limit,
                        running,
                    });
                }
            }
        }
        let fleet = Fleet {
            workers: row.workers,
            slots: row.slots,
            running,
            slots_for_scheduled: row.slots_for_scheduled,
            running_scheduled,
        };
        Ok((fleet, caps))
    }

    /// All, and those that no caller asked for.
    fn count_running_of_all(&mut self) -> Result<(i64, i64), StoreError> {
        let running: Vec<bool> =
            Sql::new("SELECT is_asked_for FROM syncs WHERE status = 'running'")
                .rows::<Bool>()
                .load(self)?;
        let scheduled = running.iter().filter(|is_asked_for| !**is_asked_for);
        let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        Ok((count(running.len()), count(scheduled.count())))
    }

    fn count_running_under(&mut self, kind: CapKind, sync: &Sync) -> Result<i64, StoreError> {
        let count = match kind {
            CapKind::Organization => Sql::new(
                "SELECT COUNT(*) FROM syncs WHERE organization_id = ? AND status = 'running'",
            )
            .id(sync.organization_id.uuid()),
            CapKind::Connection => Sql::new(
                "SELECT COUNT(*) FROM syncs WHERE connection_id = ? AND status = 'running'",
            )
            .id(sync.connection_id.uuid()),
            CapKind::Provider => return self.count_running_of_provider(sync),
        };
        Ok(count.rows::<BigInt>().find(self)?.unwrap_or(0))
    }

    /// Counted here, and with a column that no index of all syncs has: either would tempt SQLite
    /// to read such an index.
    fn count_running_of_provider(&mut self, sync: &Sync) -> Result<i64, StoreError> {
        let own: Option<String> = Sql::new("SELECT provider_name FROM connections WHERE id = ?")
            .id(sync.connection_id.uuid())
            .rows::<Text>()
            .find(self)?;
        let running: Vec<(Uuid, String)> = Sql::new(
            "SELECT s.organization_id, c.provider_name FROM syncs s JOIN connections c ON c.id = s.connection_id \
             WHERE s.status = 'running'",
        )
        .rows::<(Uid, Text)>()
        .load(self)?;
        let same = running
            .iter()
            .filter(|(_, name)| Some(name) == own.as_ref());
        Ok(i64::try_from(same.count()).unwrap_or(i64::MAX))
    }
}

/// A limit that all workers keep: the largest, or none when one of them knows none.
fn loosest(cap: &str) -> String {
    format!("CASE WHEN COUNT({cap}) = COUNT(*) THEN MAX({cap}) END")
}

fn outcome_of(text: &str) -> Option<AttemptOutcome> {
    AttemptOutcome::ALL
        .into_iter()
        .find(|outcome| outcome.as_str() == text)
}
