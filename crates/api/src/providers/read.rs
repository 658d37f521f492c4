//! `GET /providers/{provider_name}`

use actix_web::{get, web};

use super::view::ProviderView;
use crate::answer::Answer;
use crate::api::Api;
use crate::input::{Call, Name, NoQuery};
use crate::problem::Problem;

/// Read a provider
///
/// What its connections' `config` must look like, and its streams.
#[utoipa::path(
    tag = "providers",
    params(("provider_name" = String, Path, description = "The provider.")),
    responses((status = 200, description = "The provider.", body = ProviderView))
)]
#[get("/providers/{provider_name}")]
pub async fn read_provider(
    api: web::Data<Api>,
    _call: Call<NoQuery>,
    name: Name,
) -> Result<Answer, Problem> {
    let found = api.registry.find(&name.0).cloned();
    let provider = found.ok_or_else(|| Problem::not_found("provider", &name.0))?;
    let view = web::block(move || ProviderView::from(provider))
        .await
        .map_err(Problem::internal)?;
    Answer::ok(&view)
}
