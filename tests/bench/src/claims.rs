//! Claims of queued syncs, 16 at a time, straight through the store.

use std::time::Instant;

use chrono::Duration;
use syncline_store::error::StoreError;
use syncline_store::runs::Claim;
use syncline_store::store::Lane;

use crate::bare::open;
use crate::report::{Report, grouped};
use crate::setting::Database;

pub(crate) async fn measure(database: Database, url: &str, report: &mut Report) {
    let store = open(url).await;
    let (mut claimed, begun) = (0usize, Instant::now());
    let mut claim = Claim::new("bench", 16, Duration::minutes(60));
    loop {
        let next = claim.clone();
        let work = store.write(Lane::Control, move |tx| tx.claim_syncs(&next));
        let got = work
            .await
            .unwrap_or_else(|error: StoreError| panic!("{error}"));
        if got.syncs.is_empty() {
            break;
        }
        claim.share = got.share;
        claimed += got.syncs.len();
    }
    let wall = begun.elapsed().as_secs_f64();
    store.close().await;
    #[expect(clippy::cast_precision_loss, reason = "small counts")]
    let rate = claimed as f64 / wall;
    report.note(database, "claims per second, 16 at a time", grouped(rate));
    report.note(database, "syncs claimed", claimed.to_string());
}
