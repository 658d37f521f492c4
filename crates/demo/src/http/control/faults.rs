use actix_web::{
    HttpResponse,
    web::{Data, Json},
};

use crate::{FaultPlan, service::Service};

use super::super::problem::bad_request;

/// `GET /_demo/faults`: the plan in force.
pub(super) async fn read(service: Data<Service>) -> HttpResponse {
    let plan = service.faults().plan().clone();
    HttpResponse::Ok().json(plan)
}

/// `PUT /_demo/faults`: another plan; its rules count from 1 again.
pub(super) async fn replace(service: Data<Service>, plan: Json<FaultPlan>) -> HttpResponse {
    match service.set_faults(plan.into_inner()) {
        Ok(()) => HttpResponse::NoContent().finish(),
        Err(message) => bad_request(&message),
    }
}

/// `DELETE /_demo/faults`: no more faults.
pub(super) async fn clear(service: Data<Service>) -> HttpResponse {
    match service.set_faults(FaultPlan::default()) {
        Ok(()) => HttpResponse::NoContent().finish(),
        Err(message) => bad_request(&message),
    }
}
