//! `PATCH /connections/{connection_id}`

use actix_web::{patch, web};
use syncline_domain::ConnectionId;

use super::change::change_connection;
use super::input::UpdateConnectionBody;
use super::view::ConnectionView;
use crate::answer::Answer;
use crate::api::Api;
use crate::input::{Body, Id, Write};
use crate::problem::Problem;

/// Update a connection
///
/// A merge patch: what is absent stays, also the secrets of the config. The config as a whole is
/// checked again. Disabling holds what is queued; what runs ends by itself.
#[utoipa::path(
    tag = "connections",
    params(("connection_id" = String, Path, description = "The connection.")),
    request_body(content = UpdateConnectionBody, description = "What to change."),
    responses((status = 200, description = "The connection as it is now.", body = ConnectionView))
)]
#[patch("/connections/{connection_id}")]
pub async fn update_connection(
    api: web::Data<Api>,
    write: Write<Body<UpdateConnectionBody>>,
    id: Id<ConnectionId>,
) -> Result<Answer, Problem> {
    let (organization_id, Body(body)) = (write.change.caller.organization_id, write.body);
    let registry = api.registry.clone();
    write
        .change
        .run(&api, move |tx| {
            Answer::ok(&change_connection(
                tx,
                &registry,
                organization_id,
                id.0,
                body,
            )?)
        })
        .await
}
