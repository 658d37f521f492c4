//! What the document says before any operation.

use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{ContactBuilder, OpenApi};

use crate::problem::{FieldError, Location, ProblemView, code::ErrorCode};

const DESCRIPTION: &str = "\
Syncline brings the data of outside systems (ERPs, CRMs, billing) into one place: register a \
connection, request syncs, read back deduplicated, change-tracked records.

Every list is a bare array, with `limit` and an opaque `cursor`; `Next-Cursor` and `Link` name the \
next page. Errors are problem documents (RFC 9457) with a stable `code`. Times are RFC 3339 in UTC \
with microseconds. A POST may carry an `Idempotency-Key`.";

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Syncline",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    components(schemas(ProblemView, ErrorCode, FieldError, Location)),
    security(("bearer" = [])),
    tags(
        (name = "syncs", description = "Executions: request, watch, cancel, retry."),
        (name = "connections", description = "Accounts at providers."),
        (name = "models", description = "Kinds of objects of a connection."),
        (name = "records", description = "What landed, in the order of change."),
        (name = "held_deletes", description = "Deletes that are too many to be made unasked."),
        (name = "events", description = "What became of syncs, in order."),
        (name = "batches", description = "Requests and their syncs."),
        (name = "providers", description = "Kinds of outside systems."),
        (name = "tokens", description = "Who may do what."),
        (name = "audit_events", description = "What tokens changed."),
        (name = "operations", description = "The process itself."),
    )
)]
struct Base;

/// The document before its paths.
pub fn base() -> OpenApi {
    let mut openapi = <Base as utoipa::OpenApi>::openapi();
    openapi.info.description = Some(DESCRIPTION.to_owned());
    openapi.info.version = env!("CARGO_PKG_VERSION").to_owned();
    openapi.info.contact = Some(
        ContactBuilder::new()
            .name(Some("The Syncline contributors"))
            .build(),
    );
    let bearer = Http::builder()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("A token that `syncline token create` printed."))
        .build();
    let components = openapi.components.get_or_insert_default();
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    openapi.servers = Some(vec![utoipa::openapi::Server::new("/")]);
    openapi
}
