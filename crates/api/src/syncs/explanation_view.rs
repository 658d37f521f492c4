//! An explanation on the wire.

use chrono::{DateTime, Utc};
use serde::Serialize;
use syncline_domain::Sync;
use syncline_domain::explain::{Explanation, Reason};
use utoipa::ToSchema;

use super::SyncStatus;
use crate::time;

/// Why a sync stands where it stands.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Explanation)]
pub struct ExplanationView {
    /// The sync.
    #[schema(example = "sync_01h455vb4pex5vsknk084sn02q")]
    pub sync_id: String,
    /// Where it stands.
    #[schema(example = json!("scheduled"))]
    pub status: SyncStatus,
    /// Why, for programs.
    #[schema(example = json!("turn"))]
    pub reason: ReasonView,
    /// Why, for people, and what to do when somebody has to act.
    #[schema(
        example = "another sync of its model, sync_01h455vb4pex5vsknk084sn02r, is running and has the turn"
    )]
    pub message: String,
    /// When it should start or go on, as far as that can be told: a known time, or for `turn` when
    /// the other should be done by the length of the model's last syncs. Null when nobody can
    /// tell, and when nothing is waited for.
    #[serde(serialize_with = "time::nullable")]
    #[schema(required, example = "2026-01-31T12:00:30.000000Z")]
    pub expected_at: Option<DateTime<Utc>>,
    /// The sync that has the turn, for `turn`.
    #[schema(required, example = "sync_01h455vb4pex5vsknk084sn02r")]
    pub turn_holder_id: Option<String>,
    /// The worker that runs it, for `running` and `worker_silent`.
    #[schema(required, example = json!(null))]
    pub worker: Option<String>,
    /// Failures without progress so far, for `backoff`.
    #[schema(required, example = json!(null))]
    pub failures: Option<i32>,
    /// At so many failures without progress it fails, for `backoff`.
    #[schema(required, example = json!(null))]
    pub max_failures: Option<i32>,
    /// How many syncs run where it would, for `workers_busy`, `slots_reserved` and `cap_reached`.
    #[schema(required, example = json!(null))]
    pub running: Option<i64>,
    /// How many may run there, for `workers_busy`, `slots_reserved` and `cap_reached`.
    #[schema(required, example = json!(null))]
    pub limit: Option<i64>,
    /// Always `explanation`.
    #[schema(example = "explanation")]
    pub object: &'static str,
}

/// Why a sync stands where it stands.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[schema(as = ExplanationReason)]
#[serde(rename_all = "snake_case")]
pub enum ReasonView {
    /// It has ended.
    Final,
    /// A worker runs it.
    Running,
    /// Its worker fell silent: it will be rescued.
    WorkerSilent,
    /// Its time has not come.
    NotDue,
    /// Another sync of its model has the turn.
    Turn,
    /// Its connection is disabled.
    ConnectionDisabled,
    /// It failed, and is tried again.
    Backoff,
    /// The provider asked to come back later.
    ProviderAskedToWait,
    /// The quota of its account at the provider is used up.
    QuotaExhausted,
    /// No worker is alive.
    NoWorker,
    /// All slots of all workers are taken.
    WorkersBusy,
    /// A schedule made it, and the slots that are free are kept for syncs that callers ask for.
    SlotsReserved,
    /// A limit on syncs that run at once is reached.
    CapReached,
    /// Nothing holds it.
    Next,
}

impl ExplanationView {
    pub(super) fn new(sync: &Sync, explanation: Explanation) -> Self {
        let Explanation {
            reason,
            expected_at,
        } = explanation;
        let mut view = Self {
            sync_id: sync.id.to_string(),
            status: sync.lifecycle.status().into(),
            reason: ReasonView::Next,
            message: reason.to_string(),
            expected_at,
            turn_holder_id: None,
            worker: None,
            failures: None,
            max_failures: None,
            running: None,
            limit: None,
            object: "explanation",
        };
        view.reason = match reason {
            Reason::Final(_) => ReasonView::Final,
            Reason::Running { worker, .. } => {
                view.worker = Some(worker);
                ReasonView::Running
            }
            Reason::WorkerSilent { worker, .. } => {
                view.worker = Some(worker);
                ReasonView::WorkerSilent
            }
            Reason::NotDue { .. } => ReasonView::NotDue,
            Reason::Turn(holder) => {
                view.turn_holder_id = Some(holder.id.to_string());
                ReasonView::Turn
            }
            Reason::ConnectionDisabled => ReasonView::ConnectionDisabled,
            Reason::Backoff {
                failures,
                max_failures,
                ..
            } => {
                view.failures = Some(failures);
                view.max_failures = Some(max_failures);
                ReasonView::Backoff
            }
            Reason::ProviderAskedToWait { .. } => ReasonView::ProviderAskedToWait,
            Reason::QuotaExhausted { .. } => ReasonView::QuotaExhausted,
            Reason::NoWorker => ReasonView::NoWorker,
            Reason::WorkersBusy(fleet) => {
                view.running = Some(fleet.running);
                view.limit = Some(fleet.slots);
                ReasonView::WorkersBusy
            }
            Reason::SlotsReserved(fleet) => {
                view.running = Some(fleet.running_scheduled);
                view.limit = Some(fleet.slots_for_scheduled);
                ReasonView::SlotsReserved
            }
            Reason::CapReached(cap) => {
                view.running = Some(cap.running);
                view.limit = Some(cap.limit);
                ReasonView::CapReached
            }
            Reason::Next => ReasonView::Next,
        };
        view
    }
}
