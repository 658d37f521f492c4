//! `GET /providers`

use actix_web::{get, web};
use syncline_connectors::{Provider, Registry};
use syncline_store::page::{PageOf, PageRequest};

use super::view::ProviderView;
use crate::answer::Answer;
use crate::api::Api;
use crate::input::{List, NoQuery, PagingParams};
use crate::problem::Problem;

/// List providers
///
/// By name. One whose manifest cannot be used is listed with its error.
#[utoipa::path(
    tag = "providers",
    params(PagingParams),
    responses((status = 200, description = "A page of providers.", body = Vec<ProviderView>))
)]
#[get("/providers")]
pub async fn list_providers(api: web::Data<Api>, list: List<NoQuery>) -> Result<Answer, Problem> {
    let (registry, page) = (api.registry.clone(), list.page()?);
    let page = web::block(move || read_page(&registry, page))
        .await
        .map_err(Problem::internal)?;
    list.answer::<ProviderView, _, _>(page)
}

fn read_page(registry: &Registry, page: PageRequest<String>) -> PageOf<ProviderView, String> {
    let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
    let mut rest = registry.providers().filter(|provider| {
        page.after
            .as_deref()
            .is_none_or(|after| provider.name() > after)
    });
    let items: Vec<Provider> = rest.by_ref().take(limit).cloned().collect();
    let last = items.last().map(|provider| provider.name().to_owned());
    let next = last.filter(|_| rest.next().is_some());
    PageOf {
        items: items.into_iter().map(ProviderView::from).collect(),
        next,
    }
}
