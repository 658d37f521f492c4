//! `GET /events` as server-sent events, by `Accept: text/event-stream`.
//!
//! A stream is a body that is polled: it costs no thread and no task. It ends at the shutdown, when
//! its token is no longer good, or when it cannot read; whoever follows comes back with the
//! `Last-Event-ID` that browsers send by themselves.

use std::convert::Infallible;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::web::Bytes;
use futures::Stream;
use syncline_store::error::StoreError;
use syncline_store::events::{EventFilter, EventPage};
use tokio::time::{Instant, sleep_until};

use super::news::Place;
use super::view::EventView;
use crate::api::Api;
use crate::auth::Caller;
use crate::cursor::{self, Binding};

/// How long nothing is sent at most, so that nobody in between takes the connection for dead; and
/// how often the token is looked at.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// Events of one part of the body.
const PART: i64 = 100;

/// Who follows what.
pub struct Follower {
    pub api: Api,
    pub caller: Caller,
    pub filter: EventFilter,
    pub binding: Binding,
    pub after: Option<i64>,
    pub place: Place,
    /// When the token was looked at last.
    pub checked_at: Instant,
}

/// What comes next.
enum Next {
    Part(String),
    End,
}

impl Follower {
    /// The answer, whose body goes on until one of both ends it.
    pub fn answer(self) -> HttpResponse {
        HttpResponse::Ok()
            .content_type("text/event-stream")
            // It goes out as it comes: neither packed nor kept by anybody in between.
            .insert_header(("Content-Encoding", "identity"))
            .insert_header(("Cache-Control", "no-store"))
            .insert_header(("X-Accel-Buffering", "no"))
            .streaming(self.parts())
    }

    fn parts(self) -> impl Stream<Item = Result<Bytes, Infallible>> {
        // The first part comes at once: who follows knows that it is let in.
        let greeting = Some(": events\n\n".to_owned());
        futures::stream::unfold((self, greeting), |(mut follower, greeting)| async move {
            let part = match greeting {
                Some(part) => part,
                None => match follower.next().await {
                    Next::Part(part) => part,
                    Next::End => return None,
                },
            };
            Some((Ok(Bytes::from(part)), (follower, None)))
        })
    }

    async fn next(&mut self) -> Next {
        let shutdown = self.api.shutdown.clone();
        loop {
            let is_due = Instant::now() >= self.checked_at + HEARTBEAT;
            if is_due {
                if !self.is_let_in().await {
                    return Next::End;
                }
                self.checked_at = Instant::now();
                return Next::Part(":\n\n".to_owned());
            }
            // What was there when the shutdown began is told still.
            let is_last = shutdown.is_cancelled();
            let page = match self.read().await {
                Ok(page) => page,
                Err(error) => {
                    tracing::debug!(%error, "a stream of events ends");
                    return Next::End;
                }
            };
            self.after = Some(page.cursor);
            if !page.events.is_empty() {
                return self.part(page).map_or(Next::End, Next::Part);
            }
            if is_last {
                return Next::End;
            }
            tokio::select! {
                () = self.place.news(&self.api.store) => {}
                () = shutdown.cancelled() => {}
                () = sleep_until(self.checked_at + HEARTBEAT) => {}
            }
        }
    }

    async fn read(&self) -> Result<EventPage, StoreError> {
        let (organization_id, after) = (self.caller.organization_id, self.after);
        let filter = self.filter.clone();
        self.api.store.number_events(organization_id).await?;
        self.api
            .store
            .read(move |tx| tx.list_events_of_organization(organization_id, &filter, after, PART))
            .await
    }

    /// None: an error of the server.
    fn part(&self, page: EventPage) -> Option<String> {
        let mut part = String::new();
        for event in page.events {
            let view = EventView::new(event, |number| cursor::encode(&self.binding, &number));
            let data = serde_json::to_string(&view).ok()?;
            part.push_str(&format!("id: {}\ndata: {data}\n\n", view.cursor));
        }
        Some(part)
    }

    /// Whether the token is still good, and reaches what it reached.
    async fn is_let_in(&self) -> bool {
        let (organization_id, id) = (self.caller.organization_id, self.caller.token_id);
        let found = self
            .api
            .store
            .read(move |tx| Ok::<_, StoreError>((tx.find_token(organization_id, id)?, tx.now())))
            .await;
        match found {
            Ok((Some(token), now)) => {
                token.revoked_at.is_none()
                    && token.expires_at.is_none_or(|until| until > now)
                    && *token.grant.reach() == self.caller.reach
            }
            Ok((None, _)) | Err(_) => false,
        }
    }
}
