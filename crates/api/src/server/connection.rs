//! A caller's connection that does not wait forever.
//!
//! Whoever sends the head of a request byte by byte, keeps silent after a handshake, or takes none
//! of its answer would hold a connection for nothing. The framework bounds only the first head of
//! a connection; here every one is bounded, and every write.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};
use tokio_rustls::server::TlsStream;

use super::pace::Pace;

/// Plain, or with TLS.
pub enum Transport {
    /// As it comes.
    Plain(TcpStream),
    /// Decrypted.
    Tls(Box<TlsStream<TcpStream>>),
}

/// A connection with its limits.
pub struct Connection {
    transport: Transport,
    pace: Arc<Pace>,
    write_timeout: Duration,
    head: Timer,
    write: Timer,
}

impl Connection {
    /// Begins to count.
    pub fn new(transport: Transport, pace: Arc<Pace>, write_timeout: Duration) -> Self {
        Self {
            transport,
            pace,
            write_timeout,
            head: Timer::default(),
            write: Timer::default(),
        }
    }

    /// What the requests of this connection report to.
    pub fn pace(&self) -> &Arc<Pace> {
        &self.pace
    }

    /// A write that made no progress for too long ends the connection.
    fn bound<T>(
        &mut self,
        context: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.write.stop();
            self.pace.touch();
            return written;
        }
        let deadline = self.write.deadline();
        let deadline = deadline.unwrap_or_else(|| Instant::now() + self.write_timeout);
        if self.write.is_over(context, deadline) {
            return Poll::Ready(Err(too_slow("its caller takes none of an answer")));
        }
        Poll::Pending
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        // While an answer is under way nobody has to send anything.
        let is_writing = this.write.deadline().is_some();
        if let Some(deadline) = this.pace.deadline().filter(|_| !is_writing)
            && this.head.is_over(context, deadline)
        {
            return Poll::Ready(Err(too_slow("its caller does not finish a request")));
        }
        match &mut this.transport {
            Transport::Plain(stream) => Pin::new(stream).poll_read(context, buffer),
            Transport::Tls(stream) => Pin::new(stream).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = match &mut self.transport {
            Transport::Plain(stream) => Pin::new(stream).poll_write(context, bytes),
            Transport::Tls(stream) => Pin::new(stream).poll_write(context, bytes),
        };
        self.bound(context, written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = match &mut self.transport {
            Transport::Plain(stream) => Pin::new(stream).poll_flush(context),
            Transport::Tls(stream) => Pin::new(stream).poll_flush(context),
        };
        if flushed.is_ready() {
            return flushed;
        }
        self.bound(context, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.transport {
            Transport::Plain(stream) => Pin::new(stream).poll_shutdown(context),
            Transport::Tls(stream) => Pin::new(stream).poll_shutdown(context),
        }
    }
}

/// Made when it is first needed, and used again.
#[derive(Default)]
struct Timer {
    sleep: Option<Pin<Box<Sleep>>>,
    is_running: bool,
}

impl Timer {
    fn deadline(&self) -> Option<Instant> {
        let sleep = self.sleep.as_ref().filter(|_| self.is_running)?;
        Some(sleep.deadline())
    }

    fn stop(&mut self) {
        self.is_running = false;
    }

    /// Whether the deadline has passed; else the task is woken when it does.
    fn is_over(&mut self, context: &mut Context<'_>, deadline: Instant) -> bool {
        self.is_running = true;
        let sleep = self
            .sleep
            .get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        if sleep.deadline() != deadline {
            sleep.as_mut().reset(deadline);
        }
        sleep.as_mut().poll(context).is_ready()
    }
}

fn too_slow(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, what)
}
