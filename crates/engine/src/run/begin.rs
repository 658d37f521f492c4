//! The start of an attempt: what to read, and from where.

use syncline_connectors::source::{Plan, PlanRequest, ReadRequest};
use syncline_domain::attempt::Warning;
use syncline_domain::range::TimeRange;
use syncline_store::bug::{self, Bug};
use syncline_store::error::StoreError;
use syncline_store::runs::{Phase, Run, RunStart, SettledRun};
use syncline_store::store::Lane;

use super::interrupt::Interrupt;
use super::persist::mark;
use super::prefetch::Prefetch;
use super::reading::Reading;
use super::{Account, Stage, SyncRun};
use crate::sources::{SourcesError, SyncSource};

impl SyncRun {
    /// Reads what is known of the sync, settles what its first start settles, and begins to read
    /// where the last committed page left off.
    pub(super) async fn begin(&self) -> Result<Stage, Interrupt> {
        let fence = self.fence();
        let run = self.read_run().await?;
        let now = run.read_at;
        let account = Account {
            connection: run.connection.clone(),
        };
        match run.phase {
            Phase::Sweep => return Ok(Stage::Sweep(account)),
            Phase::Read => {}
        }
        let SyncSource {
            source,
            manifest_hash,
        } = self.source(&run).await?;
        let plan = source.plan(PlanRequest {
            stream: &run.model.name,
            scope: &run.sync.scope,
            states: &run.states,
            overlap: run.model.overlap,
            now,
        })?;
        let run = if run.manifest_hash.is_some() && !bug::is_on(Bug::RangeOfEachAttempt) {
            run
        } else {
            let settled = self.settle(&plan, manifest_hash).await?;
            run.settled(settled)
        };
        let from = resume(&run, &plan);
        tracing::info!(
            sync = %fence.sync_id, attempt = fence.attempt, model = %run.model.id,
            stream = run.model.name, provider = run.connection.provider_name,
            resumes = from.position.is_some(), full_pass = run.is_full_pass, "reads"
        );
        let last = run.position.as_ref().map(mark);
        let reader = source.open(ReadRequest {
            stream: run.model.name,
            scope: run.sync.scope,
            range: from.range,
            states: run.states,
            overlap: run.model.overlap,
            position: from.position,
            now,
        })?;
        Ok(Stage::Read(Box::new(Reading {
            pages: Prefetch::start(reader, self.worker.options().prefetch),
            last,
            warnings: from.warnings,
            is_full_pass: run.is_full_pass,
            doubt: from.doubt,
            account,
        })))
    }

    async fn source(&self, run: &Run) -> Result<SyncSource, Interrupt> {
        loop {
            let source = self.worker.sources().source(run);
            match self.place.control().unless_stopped(source).await? {
                Ok(source) => return Ok(source),
                Err(SourcesError::Source(error)) => return Err(error.into()),
                Err(SourcesError::Store(StoreError::Unavailable { .. })) => {
                    // Waits until the database answers, then asks for the source again.
                    self.read_run().await?;
                }
                Err(SourcesError::Store(error)) => return Err(error.into()),
            }
        }
    }

    async fn settle(&self, plan: &Plan, manifest_hash: String) -> Result<SettledRun, Interrupt> {
        let fence = self.fence();
        let start = RunStart {
            range: plan.range,
            manifest_hash,
            is_full_pass: plan.is_full_pass,
            fingerprint: plan.fingerprint.clone(),
            warnings: plan.warnings.clone(),
        };
        self.write(Lane::Control, move |tx| tx.settle_run(fence, &start))
            .await
    }
}

/// Where an attempt takes up its sync.
struct Resume {
    range: TimeRange,
    position: Option<syncline_domain::state::Position>,
    warnings: Vec<Warning>,
    doubt: Option<String>,
}

/// A position counts only for the configuration that it was reached with: after a change the open
/// window starts again, and what was seen under the old one proves no deletion.
fn resume(run: &Run, plan: &Plan) -> Resume {
    let sync = &run.sync;
    let range = TimeRange::frozen(
        sync.timerange_start,
        sync.timerange_end.unwrap_or(plan.range.end()),
    );
    match &run.position {
        Some(position) if position.fingerprint != plan.fingerprint => {
            let message = "the connector or its configuration changed while this sync was under \
                           way: what was open is read again";
            Resume {
                range,
                position: None,
                warnings: vec![Warning {
                    code: "configuration_changed".to_owned(),
                    message: message.to_owned(),
                }],
                doubt: Some("its configuration changed during the pass".to_owned()),
            }
        }
        position => Resume {
            range,
            position: position.clone(),
            warnings: Vec::new(),
            doubt: None,
        },
    }
}
