use std::{
    net::{SocketAddr, TcpListener},
    sync::{Arc, mpsc},
    thread::JoinHandle,
};

use actix_web::dev::ServerHandle;
use serde_json::Value;

use crate::{
    Advanced, DemoConfig, DemoError, FaultPlan, GateState, Model, Served, http, service::Service,
};

/// A demo provider that runs on a thread of its own until it is stopped or dropped.
#[derive(Debug)]
pub struct Demo {
    address: SocketAddr,
    service: Arc<Service>,
    server: ServerHandle,
    thread: Option<JoinHandle<()>>,
}

impl Demo {
    /// Starts to serve on this address; port 0 takes a free one.
    pub fn start(config: DemoConfig, address: SocketAddr) -> Result<Self, DemoError> {
        let listener =
            TcpListener::bind(address).map_err(|source| DemoError::Bind { address, source })?;
        Self::start_on(config, listener)
    }

    /// Starts to serve on a listener that is already bound.
    pub fn start_on(config: DemoConfig, listener: TcpListener) -> Result<Self, DemoError> {
        config.check()?;
        let address = listener.local_addr().map_err(DemoError::Start)?;
        let service = Arc::new(Service::new(config));
        let (started, outcome) = mpsc::sync_channel(1);
        let thread = std::thread::Builder::new()
            .name("syncline-demo".to_owned())
            .spawn({
                let service = Arc::clone(&service);
                move || http::run(service, listener, &started)
            })
            .map_err(DemoError::Start)?;
        let server = outcome
            .recv()
            .unwrap_or_else(|_| Err(std::io::Error::other("its thread ended")))
            .map_err(DemoError::Start)?;
        Ok(Self {
            address,
            service,
            server,
            thread: Some(thread),
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The base URL, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What was served lately, oldest first.
    pub fn log(&self) -> Vec<Served> {
        self.service.log().entries.iter().cloned().collect()
    }

    /// How many requests were answered, and how many records all answers held, since the start.
    pub fn totals(&self) -> (u64, u64) {
        let log = self.service.log();
        (log.requests, log.records)
    }

    /// Forgets the log's entries; counting goes on.
    pub fn clear_log(&self) {
        self.service.log().forget();
    }

    /// Every record of the model as it stands now: what a reader must hold after a whole pass.
    pub fn truth(&self, model: Model) -> Vec<Value> {
        self.service.truth(model)
    }

    /// How many records the model holds now.
    pub fn count(&self, model: Model) -> usize {
        self.service.count(model)
    }

    /// Lets time go on by this many steps of updates, inserts and deletes.
    pub fn advance(&self, steps: u32) -> Advanced {
        self.service.advance(steps)
    }

    /// Replaces the faults; counting begins anew.
    pub fn set_faults(&self, plan: FaultPlan) -> Result<(), DemoError> {
        self.service.set_faults(plan).map_err(DemoError::Config)
    }

    /// Lets this many more pages through, then holds every answer with records until
    /// [`Demo::release`] or another call of this.
    pub fn hold_after(&self, pages: u64) {
        self.service.gate.hold_after(pages);
    }

    /// Opens the gate, and answers what was held.
    pub fn release(&self) {
        self.service.gate.release();
    }

    /// How the gate stands.
    pub fn gate(&self) -> GateState {
        self.service.gate.state()
    }

    /// Returns once at least this many requests wait at the gate.
    pub async fn wait_until_held(&self, requests: usize) -> GateState {
        self.service.gate.wait_until_held(requests).await
    }

    /// Renders all pages of this size beforehand, as far as the cache holds them; answers how many.
    pub fn prerender(&self, model: Model, page_size: usize) -> usize {
        self.service.prerender(model, page_size)
    }

    /// Stops at once, and returns when the port is free again.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        if let Some(thread) = self.thread.take() {
            // The command is sent by the call; the future only waits for its outcome, as the join does.
            drop(self.server.stop(false));
            // A panic of the thread was reported when it happened.
            let _ = thread.join();
        }
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        self.end();
    }
}
