//! The application: every route, and what wraps them.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::{Compress, from_fn};
use actix_web::{App, Error, web};
use tracing_actix_web::TracingLogger;
use utoipa::openapi::OpenApi;
use utoipa_actix_web::{AppExt, scope};

use crate::api::Api;
use crate::auth::authenticate;
use crate::middleware::admit::admit;
use crate::middleware::bounds::bounds;
use crate::middleware::fallback::fallback;
use crate::middleware::finish::finish;
use crate::middleware::pace::pace;
use crate::middleware::routes::Routes;
use crate::{
    audit_events, batches, connections, events, health, held_deletes, models, providers, records,
    spec, syncs, tokens,
};

/// What a server runs, one for each of its threads; tests call it without a socket.
pub fn app(
    api: &Api,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody + use<>>,
        Error = Error,
        InitError = (),
    > + use<>,
> {
    let (app, openapi) = documented(App::new());
    let routes = Routes::new(&openapi, spec::ROUTES);
    app.app_data(web::Data::new(api.clone()))
        .app_data(web::Data::new(routes))
        .configure(spec::serve)
        .default_service(web::to(fallback))
        .wrap(Compress::default())
        .wrap(from_fn(bounds))
        .wrap(from_fn(finish))
        .wrap(from_fn(pace))
        .wrap(TracingLogger::default())
}

/// Registers every documented route, and gives the document that comes from it.
pub fn documented<T>(app: App<T>) -> (App<T>, OpenApi)
where
    T: ServiceFactory<ServiceRequest, Config = (), Error = Error, InitError = ()>,
{
    app.into_utoipa_app()
        .openapi(spec::base())
        .service(
            scope("/v2/integrations")
                .configure(connections::routes)
                .configure(models::routes)
                .configure(records::routes)
                .configure(held_deletes::routes)
                .configure(syncs::routes)
                .configure(events::routes)
                .configure(batches::routes)
                .configure(providers::routes)
                .configure(tokens::routes)
                .configure(audit_events::routes)
                .wrap(from_fn(authenticate))
                .wrap(from_fn(admit)),
        )
        .configure(health::routes)
        .split_for_parts()
}
