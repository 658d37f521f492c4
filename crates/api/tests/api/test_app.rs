//! The application over a store of its own, with a clock that stands still.

use std::rc::Rc;

use actix_web::body::to_bytes;
use actix_web::dev::Service;
use actix_web::http::Method;
use actix_web::test::{TestRequest, init_service};
use futures::future::LocalBoxFuture;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use syncline_api::{Api, app};
use syncline_connectors::NetworkRules;
use syncline_connectors::Registry;
use syncline_store::clock::{Clock, FixedClock};
use syncline_store::error::StoreError;
use syncline_store::secrets::MasterKey;
use syncline_store::store::{Lane, Store, StoreOptions};
use syncline_store::tokens::NewToken;
use syncline_store::tx::Tx;
use syncline_test_support::TestDatabase;
use tokio_util::sync::CancellationToken;

use crate::answer::Answer;
use crate::provider;

pub const V2: &str = "/v2/integrations";

type Handle = Rc<dyn Fn(TestRequest) -> LocalBoxFuture<'static, Answer>>;

/// The application as one organization sees it.
#[derive(Clone)]
pub struct TestApp {
    pub api: Api,
    pub clock: FixedClock,
    pub token: String,
    handle: Handle,
}

impl TestApp {
    /// As the organization `acme`.
    pub async fn new(db: &TestDatabase) -> Self {
        Self::build(db, provider::registry(), |_| {}).await
    }

    /// With other providers.
    pub async fn with(db: &TestDatabase, registry: Registry) -> Self {
        Self::build(db, registry, |_| {}).await
    }

    /// With other settings.
    pub async fn changed(db: &TestDatabase, change: impl FnOnce(&mut Api)) -> Self {
        Self::build(db, provider::registry(), change).await
    }

    async fn build(db: &TestDatabase, registry: Registry, change: impl FnOnce(&mut Api)) -> Self {
        let clock = FixedClock::at("2026-01-01T00:00:00Z".parse().unwrap());
        let store = Store::open(StoreOptions {
            database_url: db.url().to_owned(),
            master_keys: Some(MasterKey::parse(&"ab".repeat(32)).unwrap().into()),
            clock: Clock::Fixed(clock.clone()),
            pool_size: 4,
            group_size: StoreOptions::GROUP_SIZE,
            serves: true,
        })
        .await
        .unwrap();
        store.migrate().await.unwrap();
        let mut api = Api::new(store, registry, CancellationToken::new());
        api.source_options.network = NetworkRules::allow_all();
        change(&mut api);
        let handle = handle(&api).await;
        let token = db_token(&api.store, "acme").await;
        Self {
            api,
            clock,
            token,
            handle,
        }
    }

    /// The same application, as another organization.
    pub async fn as_organization(&self, name: &'static str) -> Self {
        let token = db_token(&self.api.store, name).await;
        Self {
            token,
            ..self.clone()
        }
    }

    /// The same application, by the owner of another token.
    pub fn with_token(&self, token: &str) -> Self {
        Self {
            token: token.to_owned(),
            ..self.clone()
        }
    }

    /// Until what the requests so far left to be done behind them is done.
    pub async fn settle(&self) {
        while self.api.touches.are_under_way() {
            tokio::task::yield_now().await;
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: impl Into<Option<Value>>) -> Answer {
        self.call(Method::POST, path, body.into()).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.call(Method::PATCH, path, Some(body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.call(Method::PUT, path, Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.call(Method::DELETE, path, None).await
    }

    pub async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let request = self.request(method, path);
        self.send(match body {
            Some(body) => request.set_json(body),
            None => request,
        })
        .await
    }

    /// A request with the token, to be changed and sent. A path without a leading slash is
    /// below `/v2/integrations`.
    pub fn request(&self, method: Method, path: &str) -> TestRequest {
        let uri = if path.starts_with('/') {
            path.to_owned()
        } else {
            format!("{V2}/{path}")
        };
        let token = format!("Bearer {}", self.token);
        TestRequest::default()
            .method(method)
            .uri(&uri)
            .insert_header(("Authorization", token))
    }

    pub async fn send(&self, request: TestRequest) -> Answer {
        (self.handle)(request).await
    }

    /// A connection to `books` whose models are `customers`, `invoices` and the unsupported `odd`.
    pub async fn connect(&self) -> Answer {
        self.post("connections", new_connection()).await.expect(201)
    }

    /// A change that no request makes.
    pub async fn db_write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> T {
        self.api.store.write(Lane::Control, work).await.unwrap()
    }
}

pub fn new_connection() -> Value {
    json!({
        "provider_name": "books",
        "name": "Books of Acme",
        "company": "Acme",
        "config": {
            "base_url": "http://127.0.0.1:9",
            "credentials": { "api_key": "s3cret-key", "region": "eu" }
        }
    })
}

async fn handle(api: &Api) -> Handle {
    let service = Rc::new(init_service(app(api)).await);
    Rc::new(move |request| {
        let service = Rc::clone(&service);
        Box::pin(async move {
            let request = request.to_request();
            let name = format!("{} {}", request.method(), request.uri());
            let response = match service.call(request).await {
                Ok(response) => response.into_parts().1.map_into_boxed_body(),
                Err(error) => error.error_response(),
            };
            let (status, headers) = (response.status().as_u16(), response.headers().clone());
            let bytes = to_bytes(response.into_body()).await.unwrap();
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let json = serde_json::from_str(&text).unwrap_or_default();
            let answer = Answer {
                request: name,
                status,
                headers,
                text,
                json,
            };
            answer.check();
            answer
        })
    })
}

async fn db_token(store: &Store, name: &'static str) -> String {
    let token = format!("token-of-{name}");
    let sha256: [u8; 32] = Sha256::digest(token.as_bytes()).into();
    store
        .write(Lane::Control, move |tx| {
            let organization = tx.find_or_insert_organization(name)?;
            tx.insert_token(NewToken::admin(organization.id, sha256))
        })
        .await
        .unwrap();
    token
}
