use std::{
    io,
    net::TcpListener,
    sync::{Arc, mpsc::SyncSender},
};

use actix_web::{
    App, HttpServer,
    dev::{Server, ServerHandle},
    middleware::from_fn,
    rt,
    web::{self, Data, ServiceConfig},
};

use crate::service::Service;

use super::{auth, control, customers, home, invoices, payments, problem, record};

/// Serves until it is stopped; says through `started` how to stop it, or why it did not start.
pub(crate) fn run(
    service: Arc<Service>,
    listener: TcpListener,
    started: &SyncSender<io::Result<ServerHandle>>,
) {
    rt::System::new().block_on(async move {
        let advance_every = service.config.advance_every;
        let server = match server(Arc::clone(&service), listener) {
            Ok(server) => server,
            Err(error) => return drop(started.send(Err(error))),
        };
        if started.send(Ok(server.handle())).is_err() {
            return;
        }
        let clock = advance_every.map(|every| rt::spawn(keep_advancing(service, every)));
        // How the server ended matters to nobody: whoever stopped it only waits for the end.
        let _ = server.await;
        if let Some(clock) = clock {
            clock.abort();
        }
    });
}

fn server(service: Arc<Service>, listener: TcpListener) -> io::Result<Server> {
    let workers = service.config.workers;
    let service = Data::from(service);
    let app = move || {
        App::new()
            .app_data(service.clone())
            .app_data(problem::json_config())
            .configure(routes)
            .default_service(web::to(problem::not_found))
            .wrap(from_fn(auth::require_token))
            .wrap(from_fn(record::record))
    };
    Ok(HttpServer::new(app)
        .workers(workers)
        .disable_signals()
        .listen(listener)?
        .run())
}

fn routes(app: &mut ServiceConfig) {
    app.service(web::resource("/").get(home::home))
        .service(web::resource("/ping").get(home::ping))
        .service(web::resource("/customers").get(customers::list))
        .service(web::resource("/invoices").get(invoices::list))
        .service(web::resource("/payments").get(payments::list))
        .configure(control::routes);
}

async fn keep_advancing(service: Arc<Service>, every: std::time::Duration) {
    let mut ticks = rt::time::interval(every);
    // The first tick comes at once; the data at the start are to be seen first.
    ticks.tick().await;
    loop {
        ticks.tick().await;
        service.advance(1);
    }
}
