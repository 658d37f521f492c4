//! `PUT /models/{model_id}/schedule`

use actix_web::{put, web};
use syncline_domain::ModelId;
use syncline_domain::schedule::{Interval, Schedule};
use utoipa::ToSchema;

use super::view::ScheduleView;
use crate::answer::Answer;
use crate::api::Api;
use crate::input::{Body, Fields, FromFields, Id, Write, Wrong, integer};
use crate::problem::Problem;

/// When a model shall be synced by itself.
#[derive(Debug, Clone, ToSchema)]
#[schema(as = ReplaceSchedule)]
pub struct ReplaceScheduleBody {
    /// So many seconds from one sync to the next, counted from now; null removes the schedule.
    #[schema(value_type = Option<i64>, required, minimum = 60, maximum = 31_622_400, example = 3600)]
    pub interval_seconds: Option<Interval>,
}

/// Set or clear a model's schedule
///
/// The first sync is made one interval from now.
#[utoipa::path(
    tag = "models",
    params(("model_id" = String, Path, description = "The model.")),
    request_body(content = ReplaceScheduleBody, description = "The schedule as it shall be."),
    responses((status = 200, description = "The schedule as it is now.", body = ScheduleView))
)]
#[put("/models/{model_id}/schedule")]
pub async fn replace_model_schedule(
    api: web::Data<Api>,
    write: Write<Body<ReplaceScheduleBody>>,
    id: Id<ModelId>,
) -> Result<Answer, Problem> {
    let (organization_id, Body(body)) = (write.change.caller.organization_id, write.body);
    let schedule = body.interval_seconds.map(Schedule::Interval);
    write
        .change
        .run(&api, move |tx| {
            let model = tx.update_model_schedule(organization_id, id.0, schedule)?;
            Answer::ok(&ScheduleView::from(model))
        })
        .await
}

impl FromFields for ReplaceScheduleBody {
    fn read(fields: &mut Fields) -> Option<Self> {
        let interval_seconds = fields.required_nullable("interval_seconds", |value| {
            Interval::new(integer(value)?).map_err(|_| {
                let (min, max) = (Interval::MIN_SECONDS, Interval::MAX_SECONDS);
                Wrong::new(format!("must be from {min} to {max}"))
            })
        });
        Some(Self {
            interval_seconds: interval_seconds?,
        })
    }
}
