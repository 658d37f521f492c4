//! Ids and names in paths. One that is malformed is one that does not exist.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use syncline_domain::{BatchId, ConnectionId, ModelId, RecordId, SyncId};

use crate::problem::Problem;

/// The id of a path, as `{connection_id}`.
pub struct Id<T>(pub T);

/// The name of a path: `{provider_name}`.
pub struct Name(pub String);

/// An id that stands in paths.
pub trait PathId: std::str::FromStr {
    /// What it names; its parameter is this and `_id`.
    const WHAT: &'static str;
}

macro_rules! path_ids {
    ($($id:ident $what:literal)*) => {
        $(impl PathId for $id {
            const WHAT: &'static str = $what;
        })*
    };
}

path_ids!(ConnectionId "connection" ModelId "model" SyncId "sync" BatchId "batch" RecordId "record");

impl<T: PathId> FromRequest for Id<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let text = request.match_info().query(&format!("{}_id", T::WHAT));
        let id = text.parse().map(Id);
        ready(id.map_err(|_| Problem::not_found(T::WHAT, text)))
    }
}

impl FromRequest for Name {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        // Decodes what the router leaves encoded.
        let decoded = web::Path::<String>::from_request(request, payload).into_inner();
        ready(match decoded {
            Ok(name) => Ok(Self(name.into_inner())),
            Err(_) => Err(Problem::not_found(
                "provider",
                request.match_info().query("provider_name"),
            )),
        })
    }
}
