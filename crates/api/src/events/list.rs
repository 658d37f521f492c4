//! `GET /events`

use actix_web::dev::Payload;
use actix_web::http::header::ACCEPT;
use actix_web::{Either, FromRequest, HttpRequest, HttpResponse, get, web};
use std::future::{Ready, ready};
use tokio::time::Instant;

use super::filter::EventListParams;
use super::stream::Follower;
use super::view::EventView;
use crate::answer::Answer;
use crate::api::Api;
use crate::input::{List, PagingParams};
use crate::problem::{ErrorCode, FieldError, Problem};

/// What a client that lost its stream sends: the `id` of the last event that it has.
const LAST_EVENT_ID: &str = "Last-Event-ID";

/// Asks for a stream, or not.
pub struct Wanted {
    is_stream: bool,
    last_event_id: Option<String>,
}

/// List events
///
/// Every change of a sync's status, also when it is made, in the order in which they happened: read
/// to the end, keep the last `Next-Cursor`, and come back with it to read what happened since. It is
/// always sent; the end is an empty page, and nothing is skipped. Without a cursor it begins with
/// the oldest event that is kept. A cursor that is older than that answers 410.
///
/// With `Accept: text/event-stream` the same events come as server-sent events, each as soon as it
/// is there: `data` is the event, `id` its cursor, which `Last-Event-ID` goes on behind.
#[utoipa::path(
    tag = "events",
    params(EventListParams, PagingParams),
    responses((
        status = 200,
        description = "A page of events; or a stream of them, without `Link` and `Next-Cursor`.",
        content((Vec<EventView> = "application/json"), (String = "text/event-stream")),
        headers(("X-Accel-Buffering" = String, description = "`no`, with a stream: it is to be passed on as it comes."))
    ))
)]
#[get("/events")]
pub async fn list_events(
    api: web::Data<Api>,
    mut list: List<EventListParams>,
    wanted: Wanted,
) -> Result<Either<Answer, HttpResponse>, Problem> {
    let (organization_id, limit) = (list.caller.organization_id, list.limit);
    let after = match &wanted.last_event_id {
        Some(text) => Some(list.decode(text).map_err(|_| not_an_id())?),
        None => list.after()?,
    };
    let filter = std::mem::take(&mut list.filter).within(list.caller.reach.clone());
    // Taken before anything is read, so that nothing falls between.
    let place = if wanted.is_stream {
        Some(
            api.event_streams
                .place(organization_id)
                .ok_or_else(too_many)?,
        )
    } else {
        None
    };
    api.store.number_events(organization_id).await?;
    let asked = filter.clone();
    let page = api
        .store
        .read(move |tx| tx.list_events_of_organization(organization_id, &asked, after, limit))
        .await?;
    if let Some(place) = place {
        // What was read is read again by the stream: here it has proved that the cursor is good.
        let caller = list.caller.clone();
        return Ok(Either::Right(
            Follower {
                api: (**api).clone(),
                caller,
                filter,
                binding: list.binding(),
                after,
                place,
                checked_at: Instant::now(),
            }
            .answer(),
        ));
    }
    let views: Vec<_> = page
        .events
        .into_iter()
        .map(|event| EventView::new(event, |number| list.cursor(&number)))
        .collect();
    let answer = list.with_next(Answer::ok(&views)?, &list.cursor(&page.cursor));
    Ok(Either::Left(answer))
}

fn not_an_id() -> Problem {
    let message = "is not the id of an event of this stream: use that of the last event, with the \
                   same filters, or leave it out to begin";
    let error = FieldError::header(LAST_EVENT_ID, message);
    Problem::fields(ErrorCode::InvalidCursor, vec![error])
}

fn too_many() -> Problem {
    Problem {
        headers: vec![("retry-after", "10".to_owned())],
        ..Problem::new(
            ErrorCode::TooManyRequests,
            "too many streams of events are open: end some, or read pages",
        )
    }
}

impl FromRequest for Wanted {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let headers = request.headers();
        let text = |name: &str| {
            let value = headers.get(name)?;
            value.to_str().ok().map(str::to_owned)
        };
        let is_stream = text(ACCEPT.as_str()).is_some_and(|accept| {
            accept.split(',').any(|range| {
                let kind = range.split(';').next().unwrap_or_default().trim();
                kind.eq_ignore_ascii_case("text/event-stream")
            })
        });
        // Browsers send it empty when they have none.
        let last_event_id = text(LAST_EVENT_ID).filter(|text| is_stream && !text.is_empty());
        ready(Ok(Self {
            is_stream,
            last_event_id,
        }))
    }
}
