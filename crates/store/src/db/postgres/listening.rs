//! Hears what other processes on the same PostgreSQL commit: a connection and a thread of its own.
//!
//! Whether it hears is tried, not believed: a store calls itself through its pool, and unless the
//! call comes back it is deaf. So it is behind a transaction pooler, which takes LISTEN and hands
//! its connection on. Whoever is deaf polls, as everybody does anyway.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use tokio::sync::watch;

use super::notification::{CHANNEL, Notification, Origin};
use crate::db::failure::printable;
use crate::db::job::Context;
use crate::db::pool::Connections;
use crate::store::Hearing;

/// How often the connection's own socket is looked at: libpq has no wait that ends, and asking
/// costs no round trip.
const LOOK: Duration = Duration::from_millis(20);
/// How long a call to oneself may take.
const ECHO: Duration = Duration::from_secs(5);
/// How often a store that hears calls itself: a connection may die without a word.
const CALL: Duration = Duration::from_secs(30);
/// The first and the longest pause before another connection is tried.
const PAUSES: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(30));
/// How often a deaf one tries again: what stands between may have changed.
const DEAF: Duration = Duration::from_secs(600);

/// A thread that listens, until this is dropped.
pub(super) struct Listening {
    _stop: SyncSender<()>,
    pub(super) hearing: watch::Receiver<Hearing>,
}

struct Listener {
    url: String,
    origin: Origin,
    pool: Connections,
    context: Arc<Context>,
    hearing: watch::Sender<Hearing>,
    stop: Receiver<()>,
    calls: u64,
}

/// Why a connection was given up.
enum End {
    /// The store is closed.
    Stopped,
    /// It broke, or could not be made.
    Lost(String),
    /// Nothing comes through it.
    Deaf,
}

impl Listening {
    pub(super) fn start(
        url: String,
        origin: Origin,
        pool: Connections,
        context: Arc<Context>,
    ) -> std::io::Result<Self> {
        let (sender, stop) = sync_channel(0);
        let (told, hearing) = watch::channel(Hearing::No);
        let listener = Listener {
            url,
            origin,
            pool,
            context,
            hearing: told,
            stop,
            calls: 0,
        };
        std::thread::Builder::new()
            .name("syncline-listen".to_owned())
            .spawn(move || listener.keep())?;
        Ok(Self {
            _stop: sender,
            hearing,
        })
    }
}

impl Listener {
    fn keep(mut self) {
        let (mut pause, mut is_told) = (PAUSES.0, false);
        loop {
            let has_heard = Instant::now();
            let end = self.listen();
            let was_heard = *self.hearing.borrow() == Hearing::Yes;
            let wait = match end {
                End::Stopped => return,
                End::Lost(reason) => {
                    tracing::debug!(reason, "the connection that listens is lost");
                    self.hearing.send_replace(Hearing::No);
                    if was_heard && has_heard.elapsed() > CALL {
                        pause = PAUSES.0;
                    }
                    let wait = pause;
                    pause = (pause * 2).min(PAUSES.1);
                    wait
                }
                End::Deaf => {
                    self.hearing.send_replace(Hearing::Deaf);
                    if !is_told {
                        is_told = true;
                        tracing::warn!(
                            "other processes are not heard through this database URL, as behind a \
                             transaction pooler: this process polls. For wake-ups at once, name \
                             the server itself with --database-notify-url, or say off"
                        );
                    }
                    DEAF
                }
            };
            if self.stops_within(jittered(wait)) {
                return;
            }
        }
    }

    /// One life of the connection.
    fn listen(&mut self) -> End {
        let conn = PgConnection::establish(&self.url)
            .map_err(|error| printable(&error.to_string()))
            .and_then(|mut conn| {
                conn.batch_execute(&format!("LISTEN {CHANNEL}"))
                    .map_err(|error| printable(&error.to_string()))?;
                Ok(conn)
            });
        let mut conn = match conn {
            Ok(conn) => conn,
            Err(reason) => return End::Lost(reason),
        };
        let mut is_proven = false;
        loop {
            // Each round: a call, its echo, and quiet until the next call.
            if let Err(reason) = self.call() {
                return End::Lost(reason);
            }
            let (called, mut has_come) = (Instant::now(), false);
            while !has_come || called.elapsed() < CALL {
                match self.take(&mut conn) {
                    Ok(echo) => has_come |= echo,
                    Err(reason) => return End::Lost(reason),
                }
                if has_come && !is_proven {
                    is_proven = true;
                    self.hearing.send_replace(Hearing::Yes);
                }
                if !has_come && called.elapsed() > ECHO {
                    return match is_proven {
                        true => End::Lost("a call did not come back".to_owned()),
                        false => End::Deaf,
                    };
                }
                if self.stops_within(LOOK) {
                    return End::Stopped;
                }
            }
        }
    }

    /// Tells itself a number, by the way that others take. Through the connection that listens it
    /// would come back even where others are not heard.
    fn call(&mut self) -> Result<(), String> {
        self.calls += 1;
        let statement = self.origin.call(self.calls);
        self.pool
            .begin(|kept| kept.conn.batch_execute(&statement))
            .map(drop)
            .map_err(|error| error.to_string())
    }

    /// Passes on what has come; whether the last call was among it.
    fn take(&self, conn: &mut PgConnection) -> Result<bool, String> {
        let mut has_come = false;
        for notification in conn.notifications_iter() {
            let notification = notification.map_err(|error| printable(&error.to_string()))?;
            match self.origin.read(&notification.payload) {
                Notification::Changes(changes) => self.context.publish(changes),
                Notification::Echo(number) => has_come |= number == self.calls,
                Notification::Other => {}
            }
        }
        Ok(has_come)
    }

    fn stops_within(&self, time: Duration) -> bool {
        match self.stop.recv_timeout(time) {
            Ok(()) | Err(RecvTimeoutError::Disconnected) => true,
            Err(RecvTimeoutError::Timeout) => false,
        }
    }
}

/// Many processes lose their connections at once, and shall not come back at once.
fn jittered(pause: Duration) -> Duration {
    pause.mul_f64(0.5 + rand::random::<f64>())
}
