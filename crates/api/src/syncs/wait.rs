//! `?wait=`: a long poll that costs no thread.

use std::time::Duration;

use syncline_domain::{OrganizationId, Sync, SyncId};
use syncline_store::store::SyncChange;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, sleep, sleep_until};
use utoipa::IntoParams;

use crate::api::Api;
use crate::input::{FromQuery, Query};
use crate::problem::Problem;

/// How long to wait.
#[derive(Debug, Clone, Copy, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WaitParams {
    /// Wait up to so many seconds for the sync to become final.
    #[param(minimum = 0, maximum = 60, default = 0, nullable = false)]
    pub wait: Option<i64>,
}

impl FromQuery for WaitParams {
    fn read(query: &mut Query) -> Option<Self> {
        Some(Self {
            wait: query.integer("wait", 0, 60),
        })
    }
}

/// The sync once it is final, or as it stands when the time is over or the server shuts down.
/// When the caller is gone, its future is dropped and nothing remains.
///
/// # Errors
/// When there is no such sync, or it goes while it is waited for.
pub async fn read_when_final(
    api: &Api,
    organization_id: OrganizationId,
    id: SyncId,
    params: WaitParams,
) -> Result<Sync, Problem> {
    // Subscribed before the sync is read, so that no change falls between.
    let mut changes = api.store.subscribe();
    let seconds = params
        .wait
        .and_then(|wait| u64::try_from(wait).ok())
        .unwrap_or(0);
    let deadline = Instant::now() + Duration::from_secs(seconds);
    loop {
        let sync = read(api, organization_id, id).await?;
        let is_over = Instant::now() >= deadline || api.shutdown.is_cancelled();
        if sync.lifecycle.status().is_final() || is_over {
            return Ok(sync);
        }
        tokio::select! {
            () = is_perhaps_final(&mut changes, id) => {}
            () = sleep(poll_interval()) => {}
            () = sleep_until(deadline) => {}
            () = api.shutdown.cancelled() => {}
        }
    }
}

async fn read(api: &Api, organization_id: OrganizationId, id: SyncId) -> Result<Sync, Problem> {
    let found = api
        .store
        .read(move |tx| tx.find_sync(organization_id, id))
        .await?;
    found.ok_or_else(|| Problem::not_found("sync", &id.to_string()))
}

/// Returns when this process made the sync final, or when changes were missed.
async fn is_perhaps_final(changes: &mut Receiver<SyncChange>, id: SyncId) {
    loop {
        match changes.recv().await {
            Ok(change) if change.sync_id == id && change.status.is_final() => return,
            Ok(_) => {}
            Err(RecvError::Lagged(_)) => return,
            // The store is closing: the poll or the shutdown ends the wait.
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}

/// Another process may make it final, which nobody tells this one. About a second, drawn anew
/// each time, so that many who wait do not ask at once.
fn poll_interval() -> Duration {
    Duration::from_millis(rand::random_range(800..1200))
}
