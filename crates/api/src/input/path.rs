//! Ids and names in paths. One that is malformed is one that does not exist.

use std::future::{Ready, ready};
use std::str::FromStr;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use futures::future::LocalBoxFuture;
use syncline_domain::access::Reach;
use syncline_domain::{
    BatchId, ConnectionId, HeldDeletesId, ModelId, OrganizationId, RecordId, SyncId, TokenId,
};
use syncline_store::error::StoreError;
use syncline_store::tx::Tx;

use crate::api::Api;
use crate::auth::Caller;
use crate::problem::Problem;

/// The id of a path, as `{connection_id}`.
pub struct Id<T>(pub T);

/// The name of a path: `{provider_name}`.
pub struct Name(pub String);

/// An id that stands in paths.
pub trait PathId: FromStr + Copy + Send + 'static {
    /// What it names; its parameter is this and `_id`.
    const WHAT: &'static str;

    /// The connection that it belongs to, by which a limited token reaches it or not; none when
    /// there is none.
    ///
    /// # Errors
    /// The store's.
    fn find_connection(
        self,
        tx: &mut Tx<'_>,
        organization_id: OrganizationId,
    ) -> Result<Option<ConnectionId>, StoreError>;
}

macro_rules! path_ids {
    ($($id:ident $what:literal $find:expr;)*) => {
        $(impl PathId for $id {
            const WHAT: &'static str = $what;

            fn find_connection(
                self,
                tx: &mut Tx<'_>,
                organization_id: OrganizationId,
            ) -> Result<Option<ConnectionId>, StoreError> {
                let find: fn(&mut Tx<'_>, OrganizationId, Self) -> _ = $find;
                find(tx, organization_id, self)
            }
        })*
    };
}

path_ids! {
    ConnectionId "connection" |_, _, id| Ok(Some(id));
    ModelId "model" |tx, of, id| tx.find_connection_of_model(of, id);
    SyncId "sync" |tx, of, id| tx.find_connection_of_sync(of, id);
    BatchId "batch" |tx, of, id| tx.find_connection_of_batch(of, id);
    HeldDeletesId "held_deletes" |tx, of, id| tx.find_connection_of_held_deletes(of, id);
    RecordId "record" |tx, of, id| tx.find_connection_of_record(of, id);
    // For admins, whose tokens are not limited.
    TokenId "token" |_, _, _| Ok(None);
}

/// What is out of a limited token's reach does not exist for it: every operation that takes an id
/// from its path is held to that here.
impl<T: PathId> FromRequest for Id<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let text = request.match_info().query(&format!("{}_id", T::WHAT));
        let (text, request) = (text.to_owned(), request.clone());
        Box::pin(async move {
            let not_found = || Problem::not_found(T::WHAT, &text);
            let id: T = text.parse().map_err(|_| not_found())?;
            let caller = Caller::of(&request)?;
            if caller.reach == Reach::All {
                return Ok(Self(id));
            }
            let api = request
                .app_data::<web::Data<Api>>()
                .ok_or_else(|| Problem::internal("the application was built without its Api"))?;
            let organization_id = caller.organization_id;
            let connection = api
                .store
                .read(move |tx| id.find_connection(tx, organization_id))
                .await?;
            let is_reached = connection.is_some_and(|id| caller.reach.covers(id));
            is_reached.then_some(Self(id)).ok_or_else(not_found)
        })
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
