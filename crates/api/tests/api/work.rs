//! What a worker does, step by step: the API and the engine meet in the store alone.

use chrono::Duration;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use syncline_domain::range::TimeRange;
use syncline_domain::retry::{Failure, RetryPolicy};
use syncline_domain::state::{Fingerprint, PaginationState, Position, Progress};
use syncline_store::runs::{
    Claim, DeleteGuard, Fence, PageWrite, ProvenEnd, RecordDraft, RunStart, Unseen,
};

use crate::test_app::TestApp;

const LEASE: Duration = Duration::seconds(60);

impl TestApp {
    /// Starts the oldest queued sync as a full pass.
    pub async fn db_start(&self) -> Fence {
        let now = self.clock.now();
        let start = RunStart {
            range: TimeRange::frozen(None, now),
            manifest_hash: "m1".to_owned(),
            is_full_pass: true,
            fingerprint: Fingerprint::new("f1"),
            warnings: Vec::new(),
        };
        self.db_write(move |tx| {
            tx.insert_manifest("m1", "books", "version: 1")?;
            let fence = tx.claim_syncs(&Claim::new("worker-1", 1, LEASE))?.fences()[0];
            tx.settle_run(fence, &start)?;
            Ok(fence)
        })
        .await
    }

    /// Commits a page of these records.
    pub async fn db_page(&self, fence: Fence, number: i64, records: &[(&str, Value)]) {
        let draft = |(key, data): &(&str, Value)| RecordDraft {
            key: (*key).to_owned(),
            data: RawValue::from_string(data.to_string()).unwrap(),
        };
        let state = json!({ "page": number }).as_object().unwrap().clone();
        let page = PageWrite {
            records: records.iter().map(draft).collect(),
            position: Position {
                pagination_state: PaginationState::new(state).unwrap(),
                fingerprint: Fingerprint::new("f1"),
                progress: Progress {
                    slice: 0,
                    request: number,
                    record: 0,
                },
            },
            states: Vec::new(),
            requests: 1,
            bytes: 100,
            warnings: Vec::new(),
        };
        self.db_write(move |tx| tx.commit_page(fence, LEASE, &page))
            .await;
    }

    /// Proves the end, deletes what was not seen, and completes.
    pub async fn db_complete(&self, fence: Fence) {
        let guard = DeleteGuard {
            share: 1.0,
            rows: 1_000_000,
        };
        self.db_complete_within(fence, guard).await;
    }

    /// The same, by the guard that everybody has.
    pub async fn db_complete_guarded(&self, fence: Fence) {
        self.db_complete_within(fence, DeleteGuard::default()).await;
    }

    async fn db_complete_within(&self, fence: Fence, guard: DeleteGuard) {
        let end = ProvenEnd {
            states: Vec::new(),
            drops_partitions: false,
            unseen: Unseen::Gone,
            requests: 1,
            bytes: 10,
            warnings: Vec::new(),
        };
        self.db_write(move |tx| {
            if tx.prove_end(fence, &end, guard)? {
                while !tx.sweep_unseen(fence, LEASE, 1000)?.is_done {}
            }
            tx.complete_sync(fence)
        })
        .await;
    }

    /// Fails for good, or for now.
    pub async fn db_fail(&self, fence: Fence, failure: Failure) {
        self.db_write(move |tx| {
            tx.fail_attempt(fence, &RetryPolicy::default(), failure, 1.0, 1, 10)
        })
        .await;
    }

    /// Syncs one model with exactly these records.
    pub async fn db_full_pass(&self, connection: &str, model: &str, records: &[(&str, Value)]) {
        let path = format!("connections/{connection}/sync");
        self.post(&path, json!({ "models": [model] }))
            .await
            .expect(200);
        let fence = self.db_start().await;
        self.db_page(fence, 1, records).await;
        self.db_complete(fence).await;
    }
}

pub fn permanent(message: &str) -> Failure {
    Failure::Permanent {
        message: message.to_owned(),
    }
}

pub fn transient(message: &str) -> Failure {
    Failure::Transient {
        message: message.to_owned(),
        not_before: None,
    }
}
