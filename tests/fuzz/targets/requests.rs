//! Whole requests to the whole application, over a store in memory: no answer is a 5xx, and every
//! error is a problem document.
//!
//! The input is a request as in HTTP/1.1, without its version: `METHOD TARGET`, headers, an empty
//! line, the body. The token is added.
#![no_main]

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;

use actix_web::HttpResponse;
use actix_web::body::to_bytes;
use actix_web::dev::Service;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::http::{Method, Uri};
use actix_web::rt::System;
use actix_web::test::{TestRequest, init_service};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use sha2::{Digest, Sha256};
use syncline_api::{Api, app};
use syncline_connectors::Registry;
use syncline_store::clock::{Clock, FixedClock};
use syncline_store::secrets::MasterKey;
use syncline_store::store::{Lane, Store, StoreOptions};
use syncline_store::tokens::NewToken;
use tokio_util::sync::CancellationToken;

const TOKEN: &str = "fuzz";
const BOOKS: &str = include_str!("../../../crates/api/tests/api/providers/books.yaml");

/// What was made by so many requests is thrown away, or it would only grow.
const REQUESTS_OF_ONE_STORE: u32 = 5_000;

type Answer = Pin<Box<dyn Future<Output = HttpResponse>>>;

struct World {
    system: actix_web::rt::SystemRunner,
    /// The store, and the application over it.
    inside: Option<(Store, Box<dyn Fn(TestRequest) -> Answer>)>,
    left: u32,
}

thread_local! {
    /// Never dropped: at the end of the thread its runtime could not be shut down any more.
    static WORLD: RefCell<&'static mut World> = RefCell::new(Box::leak(Box::new(World {
        system: System::new(),
        inside: None,
        left: 0,
    })));
}

fuzz_target!(|bytes: &[u8]| {
    if let Some(request) = read(bytes) {
        WORLD.with_borrow_mut(|world| world.ask(request));
    }
});

/// `None` when HTTP itself would not carry it.
fn read(bytes: &[u8]) -> Option<TestRequest> {
    let split = bytes.windows(2).position(|two| two == b"\n\n");
    let (head, body) = match split {
        Some(at) => (&bytes[..at], &bytes[at + 2..]),
        None => (bytes, &[][..]),
    };
    let mut lines = head.split(|byte| *byte == b'\n');
    let mut words = lines.next()?.splitn(2, |byte| *byte == b' ');
    let method = Method::from_bytes(words.next()?).ok()?;
    let uri = Uri::try_from(words.next()?)
        .ok()
        .filter(|uri| uri.path().starts_with('/'))?;
    let mut request = TestRequest::default()
        .method(method)
        .uri(&uri.to_string())
        .insert_header(("Authorization", format!("Bearer {TOKEN}")));
    for line in lines {
        let at = line.iter().position(|byte| *byte == b':')?;
        let name = HeaderName::from_bytes(&line[..at]).ok()?;
        let value = HeaderValue::from_bytes(line[at + 1..].trim_ascii()).ok()?;
        request = request.append_header((name, value));
    }
    Some(request.set_payload(body.to_vec()))
}

impl World {
    fn ask(&mut self, request: TestRequest) {
        if self.left == 0 {
            self.left = REQUESTS_OF_ONE_STORE;
            let old = self.inside.take();
            self.inside = Some(self.system.block_on(async {
                if let Some((store, _)) = old {
                    store.close().await;
                }
                open().await
            }));
        }
        self.left -= 1;
        if let Some((_, application)) = &self.inside {
            let answer = application(request);
            self.system.block_on(check(answer));
        }
    }
}

async fn open() -> (Store, Box<dyn Fn(TestRequest) -> Answer>) {
    let options = StoreOptions {
        database_url: "sqlite::memory:".to_owned(),
        master_keys: MasterKey::parse(&"ab".repeat(32)).ok().map(Into::into),
        clock: Clock::Fixed(FixedClock::at(
            "2026-01-01T00:00:00Z".parse().unwrap_or_default(),
        )),
        pool_size: 1,
        serves: true,
    };
    let store = Store::open(options).await.expect("a store in memory");
    store.migrate().await.expect("its tables");
    let sha256: [u8; 32] = Sha256::digest(TOKEN).into();
    store
        .write(Lane::Control, move |tx| {
            let organization = tx.find_or_insert_organization("fuzz")?;
            tx.insert_token(NewToken::admin(organization.id, sha256))
        })
        .await
        .expect("a token");
    let registry = Registry::from_manifests([("books", BOOKS)]);
    let api = Api::new(store.clone(), registry, CancellationToken::new());
    let service = Rc::new(init_service(app(&api)).await);
    let application = move |request: TestRequest| -> Answer {
        let service = Rc::clone(&service);
        Box::pin(async move {
            match service.call(request.to_request()).await {
                Ok(answer) => answer.into_parts().1.map_into_boxed_body(),
                Err(error) => error.error_response(),
            }
        })
    };
    (store, Box::new(application))
}

async fn check(answer: Answer) {
    let answer = answer.await;
    let status = answer.status();
    assert!(!status.is_server_error(), "{status}");
    if status.is_client_error() {
        let is_plain = !answer.headers().contains_key("content-encoding");
        let bytes = to_bytes(answer.into_body()).await.unwrap_or_default();
        if is_plain && !bytes.is_empty() {
            let problem: Value = serde_json::from_slice(&bytes).expect("a problem document");
            assert_eq!(problem["status"], status.as_u16());
        }
    }
}
