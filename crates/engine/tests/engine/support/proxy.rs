//! A wire to PostgreSQL that can be cut.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Semaphore, watch};
use tokio_util::task::AbortOnDropHandle;

/// Stands between a store and its server.
pub struct Proxy {
    directory: TempDir,
    url: String,
    wire: Arc<Wire>,
    _task: AbortOnDropHandle<()>,
}

struct Wire {
    is_down: AtomicBool,
    refused: Semaphore,
    cuts: watch::Sender<u32>,
    /// The answer of this COMMIT from now on is lost; zero is none.
    lose: AtomicUsize,
}

impl Proxy {
    /// A proxy before the server of `url`, which names its socket's directory.
    pub fn before(url: &str) -> Self {
        let (_, server) = url.split_once("host=").unwrap();
        let server = format!("{}/.s.PGSQL.5432", server.replace("%2F", "/"));
        let directory = tempfile::Builder::new()
            .prefix("wire-")
            .tempdir_in("/tmp")
            .unwrap();
        let path = directory.path().to_str().unwrap();
        let url = format!("{}host={path}", url.split_once("host=").unwrap().0);
        let listener = UnixListener::bind(directory.path().join(".s.PGSQL.5432")).unwrap();
        let wire = Arc::new(Wire {
            is_down: AtomicBool::new(false),
            refused: Semaphore::new(0),
            cuts: watch::Sender::new(0),
            lose: AtomicUsize::new(0),
        });
        let task =
            AbortOnDropHandle::new(tokio::spawn(accept(listener, server, Arc::clone(&wire))));
        Self {
            directory,
            url,
            wire,
            _task: task,
        }
    }

    /// What a store opens.
    pub fn url(&self) -> &str {
        assert!(self.directory.path().exists());
        &self.url
    }

    /// Cuts every connection, and takes no new one.
    pub fn cut(&self) {
        self.wire.is_down.store(true, Ordering::SeqCst);
        self.wire.cuts.send_modify(|cuts| *cuts += 1);
    }

    pub fn heal(&self) {
        self.wire.is_down.store(false, Ordering::SeqCst);
    }

    /// Waits until somebody found the wire cut.
    pub async fn refused(&self) {
        self.wire.refused.acquire().await.unwrap().forget();
    }

    /// The answer of the `n`th COMMIT from now on (the first is 1) is lost: its connection breaks
    /// when the server has committed.
    pub fn lose_answer_of_commit(&self, n: usize) {
        self.wire.lose.store(n, Ordering::SeqCst);
    }

    /// Whether that COMMIT is still to come.
    pub fn still_to_lose(&self) -> bool {
        self.wire.lose.load(Ordering::SeqCst) > 0
    }
}

async fn accept(listener: UnixListener, server: String, wire: Arc<Wire>) {
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        if wire.is_down.load(Ordering::SeqCst) {
            wire.refused.add_permits(1);
        } else {
            let server = UnixStream::connect(&server).await.unwrap();
            connections.spawn(carry(client, server, Arc::clone(&wire)));
        }
    }
}

/// Carries both ways until an end closes, the wire is cut, or an answer is to be lost.
async fn carry(mut client: UnixStream, mut server: UnixStream, wire: Arc<Wire>) {
    let mut cuts = wire.cuts.subscribe();
    let (mut asked, mut told) = (vec![0; 64 * 1024], vec![0; 64 * 1024]);
    let mut loses_answer = false;
    loop {
        tokio::select! {
            read = client.read(&mut asked) => {
                let Some(bytes) = read.ok().filter(|n| *n > 0).map(|n| &asked[..n]) else { return };
                if bytes.ends_with(b"COMMIT\0") {
                    let countdown = |n: usize| n.checked_sub(1);
                    let (set, fetch) = (Ordering::SeqCst, Ordering::SeqCst);
                    loses_answer = wire.lose.fetch_update(set, fetch, countdown) == Ok(1);
                }
                if server.write_all(bytes).await.is_err() { return }
            }
            read = server.read(&mut told) => {
                let Some(bytes) = read.ok().filter(|n| *n > 0).map(|n| &told[..n]) else { return };
                if loses_answer || client.write_all(bytes).await.is_err() { return }
            }
            _ = cuts.changed() => return,
        }
    }
}
