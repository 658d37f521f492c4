//! `/_demo`: what a test in another process does with the demo.

mod advance;
mod faults;
mod gate;
mod log;
mod prerender;
mod truth;

use actix_web::web::{self, ServiceConfig};

pub(super) fn routes(app: &mut ServiceConfig) {
    app.service(
        web::resource("/_demo/log")
            .get(log::read)
            .delete(log::forget),
    )
    .service(web::resource("/_demo/truth/{model}").get(truth::read))
    .service(web::resource("/_demo/advance").post(advance::advance))
    .service(
        web::resource("/_demo/faults")
            .get(faults::read)
            .put(faults::replace)
            .delete(faults::clear),
    )
    .service(
        web::resource("/_demo/gate")
            .get(gate::read)
            .put(gate::hold)
            .delete(gate::release),
    )
    .service(web::resource("/_demo/prerender").post(prerender::prerender));
}
