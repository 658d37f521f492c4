use std::{sync::Arc, time::SystemTime};

use actix_web::{
    Error,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    middleware::Next,
    web::Data,
};

use crate::{Fault, Model, Served, pages::Page, service::Service};

/// What a list's handler leaves on its answer for the log.
pub(super) struct Answered {
    pub(super) model: Model,
    pub(super) fault: Option<Fault>,
    /// The records that a reader could use.
    pub(super) page: Option<Arc<Page>>,
}

/// Writes every request but those for the demo's own controls to the log.
pub(super) async fn record(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if request.path().starts_with("/_demo") {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    let service = request.app_data::<Data<Service>>().cloned();
    let response = next.call(request).await?.map_into_boxed_body();
    if let Some(service) = service {
        service.record(served(&service, &response));
    }
    Ok(response)
}

fn served(service: &Service, response: &ServiceResponse) -> Served {
    let request = response.request();
    let extensions = response.response().extensions();
    let answered = extensions.get::<Answered>();
    let fault = answered.and_then(|answered| answered.fault);
    let ids = answered
        .and_then(|answered| answered.page.as_ref())
        .map_or(&[][..], |page| &page.ids);
    Served {
        sequence: 0,
        at: SystemTime::now().into(),
        method: request.method().to_string(),
        path: request.path().to_owned(),
        query: request.query_string().to_owned(),
        status: (fault != Some(Fault::Drop)).then(|| response.status().as_u16()),
        fault,
        model: answered.map(|answered| answered.model),
        count: ids.len(),
        first_id: ids.first().cloned(),
        last_id: ids.last().cloned(),
        ids: if service.config.log_ids {
            ids.to_vec()
        } else {
            Vec::new()
        },
    }
}
