//! `GET /connections/{connection_id}`

use actix_web::{get, web};
use syncline_domain::ConnectionId;

use super::view::ConnectionView;
use crate::answer::Answer;
use crate::api::Api;
use crate::input::{Call, Id, NoQuery};
use crate::problem::Problem;

/// Read a connection
///
/// With its models, and the health that the last check or sync found.
#[utoipa::path(
    tag = "connections",
    params(("connection_id" = String, Path, description = "The connection.")),
    responses((status = 200, description = "The connection, with its models.", body = ConnectionView))
)]
#[get("/connections/{connection_id}")]
pub async fn read_connection(
    api: web::Data<Api>,
    call: Call<NoQuery>,
    id: Id<ConnectionId>,
) -> Result<Answer, Problem> {
    let organization_id = call.caller.organization_id;
    let view = api
        .store
        .read(move |tx| ConnectionView::read(tx, organization_id, id.0))
        .await?;
    Answer::ok(&view)
}
