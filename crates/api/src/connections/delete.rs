//! `DELETE /connections/{connection_id}`

use actix_web::{delete, web};
use syncline_domain::ConnectionId;

use crate::answer::Answer;
use crate::api::Api;
use crate::change::Change;
use crate::input::Id;
use crate::problem::Problem;

/// Delete a connection
///
/// Cancels all its syncs. From then on it, its models, syncs and records answer 404; they are
/// removed in the background.
#[utoipa::path(
    tag = "connections",
    params(("connection_id" = String, Path, description = "The connection.")),
    responses((status = 204, description = "It is gone."))
)]
#[delete("/connections/{connection_id}")]
pub async fn delete_connection(
    api: web::Data<Api>,
    change: Change,
    id: Id<ConnectionId>,
) -> Result<Answer, Problem> {
    let organization_id = change.caller.organization_id;
    change
        .run(&api, move |tx| {
            tx.delete_connection(organization_id, id.0)?;
            Ok(Answer::no_content())
        })
        .await
}
