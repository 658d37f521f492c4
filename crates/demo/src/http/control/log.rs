use actix_web::{
    HttpResponse,
    web::{Data, Query},
};
use serde::Deserialize;

use crate::service::Service;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Parameters {
    #[serde(default)]
    after: u64,
}

/// `GET /_demo/log?after=<sequence>`: what was served.
pub(super) async fn read(service: Data<Service>, asked: Query<Parameters>) -> HttpResponse {
    let log = service.log().after(asked.after);
    HttpResponse::Ok().json(log)
}

/// `DELETE /_demo/log`: forgets the entries; counting goes on.
pub(super) async fn forget(service: Data<Service>) -> HttpResponse {
    service.log().forget();
    HttpResponse::NoContent().finish()
}
