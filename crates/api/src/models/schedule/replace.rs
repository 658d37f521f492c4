//! `PUT /models/{model_id}/schedule`

use actix_web::{put, web};
use syncline_domain::ModelId;
use syncline_domain::schedule::{Cron, Interval, Schedule, ScheduleError, Timetable};
use utoipa::ToSchema;

use super::view::ScheduleView;
use crate::answer::Answer;
use crate::api::Api;
use crate::input::{Body, Fields, FromFields, Id, Write, integer, text};
use crate::problem::Problem;

/// When a model shall be synced by itself: `interval_seconds` or `cron`, not both.
#[derive(Debug, Clone, ToSchema)]
#[schema(as = ReplaceSchedule, example = json!({ "cron": "0 3 * * 1-5", "time_zone": "Europe/Paris" }))]
pub struct ReplaceScheduleBody {
    /// So many seconds from one sync to the next, counted from now; null removes the schedule.
    #[schema(value_type = Option<i64>, minimum = 60, maximum = 31_622_400, example = 3600)]
    pub interval_seconds: Option<i64>,
    /// A cron expression of five fields: minute, hour, day of the month, month, day of the week.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 255,
        example = "0 3 * * 1-5"
    )]
    pub cron: Option<String>,
    /// The time zone of the cron expression, as the IANA database names it. UTC unless it is set.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 255,
        example = "Europe/Paris"
    )]
    pub time_zone: Option<String>,
    /// By how many seconds a sync may be later than that, so that many models are not due at once:
    /// always as much for one model; 0 is not at all. At most an hour, or the interval. Unless it
    /// is set: a tenth of the interval and 300 at most, 60 for cron.
    #[schema(nullable = false, minimum = 0, maximum = 3600, example = 60)]
    pub jitter_seconds: Option<i64>,
    /// What these come to.
    #[schema(ignore)]
    pub timetable: Option<Timetable>,
}

/// Set or clear a model's schedule
///
/// The first sync is made one interval from now, or when the cron expression is due. Where clocks
/// are put forward, an expression that names one minute and one hour is due right after the gap
/// and any other skips it; where they are put back, the one is due once and the other twice.
///
/// Ticks that were missed, because no worker was there or the model or its connection was
/// disabled, come to one sync, within five minutes.
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
    let timetable = body.timetable;
    write
        .change
        .run(&api, move |tx| {
            let model = tx.update_model_schedule(organization_id, id.0, timetable)?;
            Answer::ok(&ScheduleView::from(model))
        })
        .await
}

impl FromFields for ReplaceScheduleBody {
    fn read(fields: &mut Fields) -> Option<Self> {
        let is_said = fields.has("interval_seconds") || fields.has("cron");
        let interval_seconds = fields.nullable("interval_seconds", integer);
        if !is_said {
            fields.wrong(
                "interval_seconds",
                "is required, or cron; null in its place removes the schedule",
            );
        }
        let mut body = Self {
            interval_seconds: interval_seconds.flatten(),
            cron: fields.optional("cron", text(255)),
            time_zone: fields.optional("time_zone", text(255)),
            jitter_seconds: fields.optional("jitter_seconds", integer),
            timetable: None,
        };
        body.timetable = body.to_timetable(fields);
        Some(body)
    }
}

impl ReplaceScheduleBody {
    /// The schedule that the fields come to; tells what is wrong with them together.
    fn to_timetable(&self, fields: &mut Fields) -> Option<Timetable> {
        if self.time_zone.is_some() && self.cron.is_none() {
            fields.wrong("time_zone", "goes with cron: leave it out, or give cron");
        }
        let schedule = match (self.interval_seconds, &self.cron) {
            (Some(_), Some(_)) => {
                let message = "goes without interval_seconds: give one of the two";
                fields.wrong("cron", message);
                return None;
            }
            (None, None) if self.jitter_seconds.is_some() => {
                let message =
                    "goes with interval_seconds or cron: leave it out, or give one of them";
                fields.wrong("jitter_seconds", message);
                return None;
            }
            (None, None) => return None,
            (Some(seconds), None) => Interval::new(seconds).map(Schedule::Interval),
            (None, Some(cron)) => Cron::new(cron, self.time_zone.as_deref().unwrap_or("UTC"))
                .map(|cron| Schedule::Cron(Box::new(cron))),
        };
        schedule
            .and_then(|schedule| Timetable::new(schedule, self.jitter_seconds))
            .map_err(|error| {
                let (field, message) = told(&error);
                fields.wrong(field, message);
            })
            .ok()
    }
}

/// Which field is wrong, and what to do.
fn told(error: &ScheduleError) -> (&'static str, String) {
    match error {
        ScheduleError::Interval(_) => {
            let (min, max) = (Interval::MIN_SECONDS, Interval::MAX_SECONDS);
            ("interval_seconds", format!("must be from {min} to {max}"))
        }
        ScheduleError::Jitter { given: _, max } => {
            ("jitter_seconds", format!("must be from 0 to {max}"))
        }
        ScheduleError::Expression { .. } => (
            "cron",
            "must be a cron expression of five fields: minute (0-59), hour (0-23), day of the \
             month (1-31), month (1-12), day of the week (0-7), like 0 3 * * 1-5"
                .to_owned(),
        ),
        ScheduleError::Never(_) => (
            "cron",
            "never fires: name a day that its month has".to_owned(),
        ),
        ScheduleError::TimeZone(_) => (
            "time_zone",
            "must be a name of the IANA time zone database, like Europe/Paris or UTC".to_owned(),
        ),
    }
}
