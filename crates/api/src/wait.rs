//! `?wait=`: a long poll that costs no thread.

use std::time::Duration;

use syncline_domain::SyncId;
use tokio::time::{Instant, sleep_until};
use utoipa::IntoParams;

use crate::api::Api;
use crate::input::{FromQuery, Query};
use crate::problem::Problem;

/// How long to wait.
#[derive(Debug, Clone, Copy, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WaitParams {
    /// Wait up to so many seconds for everything to become final.
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

/// What `read` gives once nothing in it is `open` any more, or as it stands when the time is over
/// or the server shuts down. When the caller is gone, its future is dropped and nothing remains.
///
/// # Errors
/// What `read` gives.
pub async fn read_when_final<T>(
    api: &Api,
    params: WaitParams,
    read: impl AsyncFn() -> Result<T, Problem>,
    open: impl Fn(&T) -> Vec<SyncId>,
) -> Result<T, Problem> {
    let seconds = params
        .wait
        .and_then(|wait| u64::try_from(wait).ok())
        .unwrap_or(0);
    let deadline = Instant::now() + Duration::from_secs(seconds);
    let mut found = read().await?;
    loop {
        let ids = open(&found);
        let is_over = Instant::now() >= deadline || api.shutdown.is_cancelled();
        if ids.is_empty() || is_over {
            return Ok(found);
        }
        // It may have become final before the place was taken, so it is read once more.
        let mut place = api.watch.place(ids);
        found = read().await?;
        if open(&found).is_empty() {
            return Ok(found);
        }
        tokio::select! {
            () = place.all_ended(&api.store) => {}
            () = sleep_until(deadline) => {}
            () = api.shutdown.cancelled() => {}
        }
        found = read().await?;
    }
}
