//! What a full pass did not see becomes a tombstone, some at a time.

use chrono::Duration;
use diesel::sql_types::{BigInt, Text};
use roaring::RoaringTreemap;
use syncline_domain::attempt::Counters;
use syncline_domain::{ModelId, Sync, SyncId};

use super::coverage::Coverage;
use super::read::check_fence;
use super::{Fence, Phase, SweepStep, seen};
use crate::error::StoreError;
use crate::sql::Sql;
use crate::tx::Tx;

/// Rows that one step looks at for each tombstone that it may make.
const LOOKED_AT: i64 = 10;

/// Tombstones of one statement.
const ROWS: usize = 100;

/// A live record on the way.
type Row = (String, i64);

impl Tx<'_> {
    /// Turns at most `limit` unseen records into tombstones and remembers how far it is.
    ///
    /// # Errors
    /// [`StoreError::Transition`] when the attempt is over; [`StoreError::Conflict`] before
    /// [`prove_end`](Self::prove_end).
    pub fn sweep_unseen(
        &mut self,
        fence: Fence,
        lease: Duration,
        limit: i64,
    ) -> Result<SweepStep, StoreError> {
        // The model too: it forgets what it suspected of those that go.
        let row = self.lock_model_and_sync(fence.sync_id)?;
        let facts = row.run_facts()?;
        let sync = row.into_sync()?;
        check_fence(&sync, fence)?;
        if facts.phase != Phase::Sweep {
            return Err(StoreError::Conflict(
                "the end of this sync is not proven".into(),
            ));
        }
        let limit = limit.max(1);
        let (rows, gone, left, after) = match facts.coverage {
            None => return Err(StoreError::Corrupt(format!("{} has no coverage", sync.id))),
            Some(Coverage::Settled) => {
                return Ok(SweepStep {
                    deleted: 0,
                    is_done: true,
                });
            }
            Some(Coverage::Gone { left }) => {
                let rows = self.list_live(sync.model_id, facts.sweep_after.as_deref(), limit)?;
                let seen = self.read_bitmap(sync.id, seen::ALL)?;
                let (gone, after) = pick(&rows, limit, |ordinal| !seen.contains(ordinal));
                let left = left - gone.len() as i64;
                let after = after.filter(|_| left > 0);
                (rows, gone, Coverage::Gone { left }, after)
            }
            Some(Coverage::Suspect) => {
                let rows = self.list_live(sync.model_id, facts.sweep_after.as_deref(), limit)?;
                let (gone, after) = self.pick_suspects(&sync, &rows, limit)?;
                (rows, gone, Coverage::Suspect, after)
            }
        };
        self.bury(sync.model_id, sync.id, &gone)?;
        self.clear_suspects_of_model(sync.model_id, &ordinals_of(&rows, &gone))?;
        let deleted = gone.len() as i64;
        self.tally(
            fence,
            &Counters {
                deleted,
                ..Counters::default()
            },
            &[],
        )?;
        let coverage = if after.is_some() {
            left
        } else {
            Coverage::Settled
        };
        self.write_sweep(fence, lease, coverage, after.as_deref())?;
        Ok(SweepStep {
            deleted,
            is_done: after.is_none(),
        })
    }

    /// Of those that this pass did not see, the ones that the pass before did not see either are
    /// gone; the others become the model's suspects.
    fn pick_suspects(
        &mut self,
        sync: &Sync,
        rows: &[Row],
        limit: i64,
    ) -> Result<(Vec<String>, Option<String>), StoreError> {
        let seen = self.read_bitmap(sync.id, seen::ALL)?;
        let before = self.find_suspects(sync.model_id)?;
        let mut suspects = self.read_bitmap(sync.id, seen::SUSPECTS)?;
        let picked = pick(rows, limit, |ordinal| {
            let is_unseen = !seen.contains(ordinal);
            let is_gone = is_unseen && before.contains(ordinal);
            if is_unseen && !is_gone {
                suspects.insert(ordinal);
            }
            is_gone
        });
        self.write_suspects(sync.id, &suspects)?;
        Ok(picked)
    }

    /// The next live records in the order of their keys.
    pub(crate) fn list_live(
        &mut self,
        model_id: ModelId,
        after: Option<&str>,
        limit: i64,
    ) -> Result<Vec<Row>, StoreError> {
        let behind = if after.is_some() { "AND r.key > ?" } else { "" };
        let mut list = Sql::new(format!(
            "SELECT r.key, r.ordinal FROM records r \
             WHERE r.model_id = ? AND r.deleted_at IS NULL {behind} ORDER BY r.key LIMIT ?",
        ))
        .id(model_id.uuid());
        if let Some(after) = after {
            list = list.text(after.to_owned());
        }
        list.big(limit.saturating_mul(LOOKED_AT))
            .rows::<(Text, BigInt)>()
            .load(self)
    }

    /// Makes tombstones of live records, in the name of a sync; gives the number before theirs.
    pub(crate) fn bury(
        &mut self,
        model_id: ModelId,
        sync_id: SyncId,
        keys: &[String],
    ) -> Result<Option<i64>, StoreError> {
        if keys.is_empty() {
            return Ok(None);
        }
        let count = keys.len() as i64;
        let before = self.take_numbers(model_id, count, -count)?;
        let mut number = before;
        let now = self.now();
        for keys in keys.chunks(ROWS) {
            let rows = vec!["(CAST(? AS TEXT), CAST(? AS BIGINT))"; keys.len()].join(", ");
            let mut update = Sql::new(format!(
                "WITH v (key, number) AS (VALUES {rows}) \
                 UPDATE records SET deleted_at = ?, number = v.number, sync_id = ? FROM v \
                 WHERE records.model_id = ? AND records.key = v.key",
            ));
            for key in keys {
                number += 1;
                update = update.text(key.as_str()).big(number);
            }
            let buried = update
                .time(now)
                .id(sync_id.uuid())
                .id(model_id.uuid())
                .run(self)?;
            if buried != keys.len() {
                return Err(StoreError::Corrupt(format!(
                    "{buried} of {} were buried",
                    keys.len()
                )));
            }
        }
        Ok(Some(before))
    }

    fn write_sweep(
        &mut self,
        fence: Fence,
        lease: Duration,
        coverage: Coverage,
        after: Option<&str>,
    ) -> Result<(), StoreError> {
        let now = self.now();
        Sql::new(
            "UPDATE syncs SET coverage = ?, sweep_after = ?, lease_expires_at = ?, \
             modified_at = ? WHERE id = ?",
        )
        .text(coverage.to_text()?)
        .opt_text(after.map(str::to_owned))
        .time(now + lease)
        .time(now)
        .id(fence.sync_id.uuid())
        .run(self)?;
        Ok(())
    }
}

/// Keys that are gone, at most `limit`, and the key to go on behind; none when `rows` end the
/// model.
pub(crate) fn pick(
    rows: &[Row],
    limit: i64,
    mut is_gone: impl FnMut(u64) -> bool,
) -> (Vec<String>, Option<String>) {
    let mut gone = Vec::new();
    for (key, ordinal) in rows {
        if is_gone(ordinal.cast_unsigned()) {
            gone.push(key.clone());
            if gone.len() as i64 == limit {
                return (gone, Some(key.clone()));
            }
        }
    }
    let is_full = rows.len() as i64 == limit.saturating_mul(LOOKED_AT);
    (
        gone,
        rows.last().filter(|_| is_full).map(|(key, _)| key.clone()),
    )
}

/// The places in bitmaps of those that are `gone`, which are in the order of `rows`.
pub(crate) fn ordinals_of(rows: &[Row], gone: &[String]) -> RoaringTreemap {
    let mut gone = gone.iter().peekable();
    rows.iter()
        .filter(|(key, _)| gone.next_if_eq(&key).is_some())
        .map(|(_, ordinal)| ordinal.cast_unsigned())
        .collect()
}
