//! Bodies: from bytes to what a handler works with.

use super::Reader;
use crate::connections::{CreateConnectionBody, RequestSyncBody, UpdateConnectionBody};
use crate::input::{Body, FromBody, Nothing, read_json};
use crate::models::{ReplaceScheduleBody, UpdateModelBody};
use crate::problem::{ErrorCode, Problem};
use crate::tokens::{CreateTokenBody, RotateTokenBody};

/// Every kind of body that an operation takes.
pub const BODIES: &[Reader<[u8]>] = &[
    Reader {
        name: "CreateConnection",
        read: read::<Body<CreateConnectionBody>>,
    },
    Reader {
        name: "UpdateConnection",
        read: read::<Body<UpdateConnectionBody>>,
    },
    Reader {
        name: "RequestSync",
        read: request_sync,
    },
    Reader {
        name: "UpdateModel",
        read: read::<Body<UpdateModelBody>>,
    },
    Reader {
        name: "ReplaceSchedule",
        read: read::<Body<ReplaceScheduleBody>>,
    },
    Reader {
        name: "CreateToken",
        read: create_token,
    },
    Reader {
        name: "RotateToken",
        read: read::<Option<Body<RotateTokenBody>>>,
    },
    Reader {
        name: "Nothing",
        read: read::<Nothing>,
    },
];

/// Reads a body.
///
/// # Errors
/// The code that the request would be answered with.
pub fn read_body(kind: &Reader<[u8]>, bytes: &[u8]) -> Result<(), ErrorCode> {
    kind.run(bytes)
}

fn parse<B: FromBody>(bytes: &[u8]) -> Result<B, Problem> {
    B::from_body(if bytes.is_empty() {
        None
    } else {
        Some(read_json(bytes)?)
    })
}

fn read<B: FromBody>(bytes: &[u8]) -> Result<(), Problem> {
    parse::<B>(bytes).map(drop)
}

/// What is asked for must also be a scope.
fn request_sync(bytes: &[u8]) -> Result<(), Problem> {
    let body: Option<Body<RequestSyncBody>> = parse(bytes)?;
    body.map_or(Ok(()), |Body(body)| body.scope().map(drop))
}

/// What it may do must fit what it reaches.
fn create_token(bytes: &[u8]) -> Result<(), Problem> {
    let Body(body) = parse::<Body<CreateTokenBody>>(bytes)?;
    body.grant().map(drop)
}
