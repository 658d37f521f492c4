//! Requests for lists: `limit`, `cursor` and filters.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use syncline_store::page::{PageOf, PageRequest};
use utoipa::IntoParams;

use super::query::{self, FromQuery, Query};
use crate::answer::Answer;
use crate::auth::Caller;
use crate::cursor::{self, Binding, CursorKey};
use crate::problem::Problem;

/// What every list takes.
#[derive(IntoParams)]
#[expect(dead_code, reason = "says in the document what `Paged` reads")]
#[into_params(parameter_in = Query)]
pub struct PagingParams {
    /// At most so many items.
    #[param(minimum = 1, maximum = 1000, default = 100, nullable = false)]
    pub limit: Option<i64>,
    /// Go on where another page ended: the value of its `Next-Cursor`. Opaque; only good for the
    /// same path and filters.
    #[param(nullable = false)]
    pub cursor: Option<String>,
}

/// A request for a page of a list.
pub struct List<F> {
    /// Who asks.
    pub caller: Caller,
    /// What narrows the list.
    pub filter: F,
    /// At most so many items.
    pub limit: i64,
    cursor: Option<String>,
    binding: Binding,
    path: String,
    /// The parameters that the next page is asked for with.
    kept: Vec<(String, String)>,
}

impl<F> List<F> {
    /// What the store is asked for.
    ///
    /// # Errors
    /// When the cursor is not one of this list.
    pub fn page<K: CursorKey>(&self) -> Result<PageRequest<K>, Problem> {
        Ok(PageRequest {
            after: self.after()?,
            limit: self.limit,
        })
    }

    /// The key behind the cursor.
    ///
    /// # Errors
    /// When the cursor is not one of this list.
    pub fn after<K: CursorKey>(&self) -> Result<Option<K>, Problem> {
        self.cursor
            .as_deref()
            .map(|text| cursor::decode(&self.binding, text))
            .transpose()
    }

    /// The key behind a cursor that came in another way.
    ///
    /// # Errors
    /// When the cursor is not one of this list.
    pub fn decode<K: CursorKey>(&self, text: &str) -> Result<K, Problem> {
        cursor::decode(&self.binding, text)
    }

    /// What the cursors of this list are bound to.
    pub fn binding(&self) -> Binding {
        self.binding.clone()
    }

    /// The cursor that goes on behind `key`.
    pub fn cursor<K: CursorKey>(&self, key: &K) -> String {
        cursor::encode(&self.binding, key)
    }

    /// A bare array of views, with the next page's link if there is one.
    ///
    /// # Errors
    /// Never, but for an error of the server.
    pub fn answer<V, T, K>(&self, page: PageOf<T, K>) -> Result<Answer, Problem>
    where
        V: From<T> + serde::Serialize,
        K: CursorKey,
    {
        let PageOf { items, next } = page;
        let views: Vec<V> = items.into_iter().map(V::from).collect();
        let answer = Answer::ok(&views)?;
        Ok(match next {
            Some(key) => self.with_next(answer, &self.cursor(&key)),
            None => answer,
        })
    }

    /// Adds where to go on.
    pub fn with_next(&self, answer: Answer, cursor: &str) -> Answer {
        let mut link = format!("<{}?cursor={cursor}", self.path);
        for (name, value) in &self.kept {
            link.push('&');
            link.push_str(&encode(name));
            link.push('=');
            link.push_str(&encode(value));
        }
        link.push_str(">; rel=\"next\"");
        answer.header("Link", link).header("Next-Cursor", cursor)
    }

    fn of(request: &HttpRequest) -> Result<Self, Problem>
    where
        F: FromQuery,
    {
        let caller = Caller::of(request)?;
        let Paged {
            filter,
            limit,
            cursor,
        } = Query::parse(request.query_string())?;
        let mut kept = query::pairs(request.query_string())?;
        kept.retain(|(name, _)| name != "cursor");
        let filters = kept
            .iter()
            .filter(|(name, _)| name != "limit" && name != INCLUDE_DELETED);
        let binding = Binding::new(caller.organization_id, request.path(), filters);
        let path = request.path().to_owned();
        Ok(Self {
            caller,
            filter,
            limit,
            cursor,
            binding,
            path,
            kept,
        })
    }
}

/// Hides rows of the records feed without changing their places, so that a reader may begin
/// without deletions and go on with them: cursors are not bound to it.
const INCLUDE_DELETED: &str = "include_deleted";

/// A whole query of a list.
pub struct Paged<F> {
    filter: F,
    limit: i64,
    cursor: Option<String>,
}

impl<F: FromQuery> FromQuery for Paged<F> {
    fn read(query: &mut Query) -> Option<Self> {
        let limit = query.integer("limit", 1, 1000).unwrap_or(100);
        let cursor = query.optional("cursor", |text| Ok(text.to_owned()));
        Some(Self {
            filter: F::read(query)?,
            limit,
            cursor,
        })
    }
}

impl<F: FromQuery> FromRequest for List<F> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request))
    }
}

/// Percent-encodes all but what a query never needs encoded.
fn encode(text: &str) -> String {
    use std::fmt::Write;
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(byte.into())
            }
            // Writing to a String does not fail.
            _ => _ = write!(encoded, "%{byte:02X}"),
        }
    }
    encoded
}
