//! Requests that only read, and lists aside: who asks, and the query.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

use super::query::{FromQuery, Query};
use crate::auth::Caller;
use crate::problem::Problem;

/// A request without a body.
pub struct Call<Q> {
    /// Who asks.
    pub caller: Caller,
    /// What the query says.
    pub query: Q,
}

/// A query without any parameter.
pub struct NoQuery;

impl<Q: FromQuery> Call<Q> {
    /// Reads caller and query.
    ///
    /// # Errors
    /// Every wrong parameter.
    pub fn of(request: &HttpRequest) -> Result<Self, Problem> {
        let caller = Caller::of(request)?;
        let query = Query::parse(request.query_string())?;
        Ok(Self { caller, query })
    }
}

impl<Q: FromQuery> FromRequest for Call<Q> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(request))
    }
}
