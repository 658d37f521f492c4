//! Makes faults happen, one after the other; what is paused stays so beside the others.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::time::sleep;

use crate::plan::Fault;
use crate::setting::{Database, LEASE};
use crate::site::Site;

/// Makes all of them happen, and mends everything at the end.
pub(crate) async fn inject(site: &Site, faults: &[Fault], seed: u64) {
    let mut dice = StdRng::seed_from_u64(seed ^ 0x5eed);
    for (number, fault) in faults.iter().enumerate() {
        sleep(Duration::from_millis(dice.random_range(500..4_000))).await;
        let place = dice.random_range(0..site.fleet.lock().await.members.len());
        let seconds = dice.random_range(2..7);
        println!("  {:>3} {fault:?}", number + 1);
        happen(site, *fault, place, seconds).await;
        site.tend().await;
    }
    site.mend().await;
}

async fn happen(site: &Site, fault: Fault, place: usize, seconds: u64) {
    let some_time = Duration::from_secs(seconds);
    match fault {
        Fault::Kill => site.fleet.lock().await.members[place].kill(),
        Fault::KillAll => {
            site.fleet
                .lock()
                .await
                .members
                .iter_mut()
                .for_each(|member| member.kill());
        }
        Fault::Pause => pause(site, place).await,
        Fault::CrashDatabase => {
            site.outages.begin();
            site.crash_database(some_time / 2).await;
            site.outages.end();
        }
        Fault::CutWire => site.proxy().cut(),
        Fault::LoseCommit => site.proxy().lose_answer_of_commit(),
        Fault::StallWire => {
            site.outages.begin();
            site.proxy().stall(true);
            sleep(some_time * 3).await;
            site.proxy().stall(false);
            site.outages.end();
        }
        Fault::FillDisk => {
            site.outages.begin();
            site.disk.fill();
            sleep(some_time).await;
            site.disk.free();
            site.start_database().await;
            site.outages.end();
        }
        Fault::SetBackClock => {
            let clock = site.fleet.lock().await.members[place].clock.clone();
            set_back(&clock, some_time).await;
        }
        Fault::SetBackDatabaseClock => {
            site.outages.begin();
            set_back(&site.database_clock, some_time).await;
            site.outages.end();
        }
    }
}

async fn set_back(clock: &crate::outage::Clock, time: Duration) {
    // By a minute and a half to six hours: more than a lease.
    let seconds = i64::try_from(time.as_secs()).unwrap_or(2);
    clock.set(-90 * seconds.pow(3));
    sleep(time).await;
    clock.set(0);
}

/// Longer than the lease. On SQLite nobody else is there: all stands still meanwhile.
async fn pause(site: &Site, place: usize) {
    let time = LEASE + Duration::from_secs(7);
    {
        let mut fleet = site.fleet.lock().await;
        let paused = fleet
            .members
            .iter()
            .filter(|member| member.is_paused)
            .count();
        if paused >= 2 || fleet.members[place].is_paused {
            // Half of them are out already.
            let other = fleet.members.iter_mut().find(|member| !member.is_paused);
            if let Some(member) = other {
                member.kill();
            }
            return;
        }
        fleet.members[place].pause();
    }
    if site.database == Database::Sqlite {
        site.outages.begin();
        sleep(time).await;
        site.fleet.lock().await.members[place].resume();
        site.outages.end();
        return;
    }
    let fleet = std::sync::Arc::clone(&site.fleet);
    tokio::spawn(async move {
        sleep(time).await;
        let mut fleet = fleet.lock().await;
        if fleet.members[place].is_paused {
            fleet.members[place].resume();
        }
    });
}
