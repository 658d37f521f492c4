//! The wire between the processes and PostgreSQL, which can be cut.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::{Notify, watch};

/// Passes bytes on between a port of the loopback and the server's socket.
#[derive(Debug)]
pub(crate) struct Proxy {
    port: u16,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    socket: PathBuf,
    /// Cuts what stands.
    cut: Notify,
    /// While true nothing passes, and nothing is refused: what a lost route looks like.
    is_stalled: watch::Sender<bool>,
    /// The next commit's answer is lost.
    loses_answer: AtomicBool,
}

impl Proxy {
    pub(crate) async fn start(socket: PathBuf) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("its address").port();
        let shared = Arc::new(Shared {
            socket,
            cut: Notify::new(),
            is_stalled: watch::Sender::new(false),
            loses_answer: AtomicBool::new(false),
        });
        let accepting = Arc::clone(&shared);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass(client, Arc::clone(&accepting)));
            }
        });
        Self { port, shared }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Closes every connection; new ones come through.
    pub(crate) fn cut(&self) {
        self.shared.cut.notify_waiters();
    }

    /// The next COMMIT reaches the server, and its answer reaches nobody.
    pub(crate) fn lose_answer_of_commit(&self) {
        self.shared.loses_answer.store(true, Ordering::SeqCst);
    }

    /// Lets nothing through, or everything again.
    pub(crate) fn stall(&self, is_stalled: bool) {
        self.shared.is_stalled.send_replace(is_stalled);
    }
}

async fn pass(client: TcpStream, shared: Arc<Shared>) {
    let cut = shared.cut.notified();
    let Ok(server) = UnixStream::connect(&shared.socket).await else {
        return;
    };
    let _ = client.set_nodelay(true);
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let up = async {
        let mut buffer = vec![0; 1 << 16];
        let mut stalled = shared.is_stalled.subscribe();
        while let Ok(length @ 1..) = from_client.read(&mut buffer).await {
            if stalled.wait_for(|stalled| !stalled).await.is_err()
                || to_server.write_all(&buffer[..length]).await.is_err()
            {
                break;
            }
            if is_commit(&buffer[..length]) && shared.loses_answer.swap(false, Ordering::SeqCst) {
                // Until the server has answered, which tells that it is done.
                return true;
            }
        }
        false
    };
    let down = async {
        let mut buffer = vec![0; 1 << 16];
        let mut stalled = shared.is_stalled.subscribe();
        while let Ok(length @ 1..) = from_server.read(&mut buffer).await {
            if stalled.wait_for(|stalled| !stalled).await.is_err()
                || to_client.write_all(&buffer[..length]).await.is_err()
            {
                break;
            }
        }
    };
    let is_lost = tokio::select! {
        is_lost = up => is_lost,
        () = down => false,
        () = cut => false,
    };
    if is_lost {
        let mut buffer = vec![0; 1 << 10];
        let _ = from_server.read(&mut buffer).await;
    }
}

fn is_commit(bytes: &[u8]) -> bool {
    bytes.windows(6).any(|window| window == b"COMMIT")
}
