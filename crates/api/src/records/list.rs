//! `GET /models/{model_id}/records`

use actix_web::{get, web};
use syncline_domain::ModelId;
use syncline_store::records::FeedPlace;
use utoipa::IntoParams;

use super::view::RecordView;
use crate::answer::Answer;
use crate::api::Api;
use crate::input::{FromQuery, Id, List, PagingParams, Query};
use crate::problem::Problem;

/// What of the feed is shown.
#[derive(Debug, Default, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RecordListParams {
    /// Whether deleted records come too. With a `cursor` true unless given, else false.
    #[param(nullable = false)]
    pub include_deleted: Option<bool>,
}

impl FromQuery for RecordListParams {
    fn read(query: &mut Query) -> Option<Self> {
        Some(Self {
            include_deleted: query.boolean("include_deleted"),
        })
    }
}

/// List the records of a model
///
/// In the order of change: read to the end, keep the last `Next-Cursor`, and come back with it to
/// read what changed since. It is always sent; the end is an empty page. A cursor that is older
/// than the deletions that are kept answers 410.
#[utoipa::path(
    tag = "records",
    params(("model_id" = String, Path, description = "The model."), RecordListParams, PagingParams),
    responses((status = 200, description = "A page of records.", body = Vec<RecordView>))
)]
#[get("/models/{model_id}/records")]
pub async fn list_records(
    api: web::Data<Api>,
    list: List<RecordListParams>,
    id: Id<ModelId>,
) -> Result<Answer, Problem> {
    let (organization_id, limit) = (list.caller.organization_id, list.limit);
    let after = list.after()?;
    let include_deleted = list.filter.include_deleted.unwrap_or(after.is_some());
    let page = api
        .store
        .read(move |tx| {
            tx.list_records_of_model(organization_id, id.0, after, include_deleted, limit)
        })
        .await?;
    let records = page.records.into_iter();
    let views: Vec<_> = records
        .map(|record| {
            RecordView::new(record, |number| {
                list.cursor(&FeedPlace {
                    number,
                    ..page.cursor
                })
            })
        })
        .collect();
    Ok(list.with_next(Answer::ok(&views)?, &list.cursor(&page.cursor)))
}
