//! `DELETE /connections/{connection_id}`

use actix_web::{delete, web};
use syncline_domain::ConnectionId;
use syncline_store::store::Lane;

use crate::answer::Answer;
use crate::api::Api;
use crate::input::{Call, Id, NoQuery};
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
    call: Call<NoQuery>,
    id: Id<ConnectionId>,
) -> Result<Answer, Problem> {
    let organization_id = call.caller.organization_id;
    api.store
        .write(Lane::Control, move |tx| {
            tx.delete_connection(organization_id, id.0)
        })
        .await?;
    Ok(Answer::no_content())
}
