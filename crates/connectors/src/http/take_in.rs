//! Takes a whole answer in, in memory or in a temporary file.

use std::fs::File;
use std::io::Write;

use reqwest::Response;
use tokio::time::{Instant, timeout_at};

use super::answer::{Answer, Body};
use super::options::SourceOptions;
use super::send::Traffic;
use super::send_error::SendError;

/// What is kept in memory before it is added to the file.
const CHUNK: usize = 1024 * 1024;

/// Reads to the end, within the limits on silence, time and size. Sizes are those after decompression:
/// a small answer that unfolds into a large one is a large one.
pub(super) async fn take_in(
    mut response: Response,
    options: &SourceOptions,
    traffic: &mut Traffic,
) -> Result<Answer, SendError> {
    let too_large = || {
        SendError::refused(format!(
            "sent an answer of more than {} bytes, the most that this server takes of one \
             (--max-answer-bytes)",
            options.max_answer_bytes
        ))
    };
    // What is announced is known before it comes; what is packed announces its packed size.
    if response
        .content_length()
        .is_some_and(|announced| announced > options.max_answer_bytes)
    {
        return Err(too_large());
    }
    let deadline = Instant::now() + options.answer_timeout;
    let status = response.status();
    let headers = response.headers().clone();
    let mut memory = Vec::new();
    let mut spool: Option<File> = None;
    let mut total: u64 = 0;
    loop {
        let silence = Instant::now() + options.silence_timeout;
        let chunk = timeout_at(silence.min(deadline), response.chunk())
            .await
            .map_err(|_| too_slow(options, deadline))??;
        let Some(chunk) = chunk else { break };
        total += chunk.len() as u64;
        traffic.bytes += i64::try_from(chunk.len()).unwrap_or(i64::MAX);
        if total > options.max_answer_bytes {
            return Err(too_large());
        }
        memory.extend_from_slice(&chunk);
        if memory.len() > options.spool_above_bytes || (spool.is_some() && memory.len() > CHUNK) {
            spool = Some(spill(spool, std::mem::take(&mut memory)).await?);
        }
    }
    let body = match spool {
        None => Body::Memory(memory),
        Some(file) => Body::File(spill(Some(file), memory).await?),
    };
    Ok(Answer {
        status,
        headers,
        body,
    })
}

fn too_slow(options: &SourceOptions, deadline: Instant) -> SendError {
    if Instant::now() >= deadline {
        SendError::timed_out("did not end its answer within", options.answer_timeout)
    } else {
        SendError::timed_out("fell silent inside its answer for", options.silence_timeout)
    }
}

/// Writes to the temporary file, off the threads that serve requests.
async fn spill(file: Option<File>, bytes: Vec<u8>) -> Result<File, SendError> {
    let write = move || -> std::io::Result<File> {
        let mut file = match file {
            Some(file) => file,
            None => tempfile::tempfile()?,
        };
        file.write_all(&bytes)?;
        Ok(file)
    };
    let written = tokio::task::spawn_blocking(write).await;
    written
        .map_err(std::io::Error::other)
        .and_then(|written| written)
        .map_err(|error| SendError {
            source: Some(Box::new(error)),
            ..SendError::passing("sent an answer that could not be kept in a temporary file")
        })
}
