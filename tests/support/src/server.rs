//! The real server, as a child process.

use std::ops::{Deref, DerefMut};

use crate::api::Api;
use crate::process::Process;
use crate::program::Program;

/// `syncline serve` on a free port of the loopback, ready for requests.
///
/// It is a [`Process`]: `kill9`, `terminate` and `wait` are there.
#[derive(Debug)]
pub struct Server {
    program: Program,
    process: Process,
    url: String,
}

impl Server {
    pub(crate) async fn start(program: &Program) -> Self {
        let command = program.long_running("serve", &["--listen", "127.0.0.1:0"]);
        let mut process = Process::start(command);
        let url = process.line("listening on ").await;
        Self {
            program: program.clone(),
            process,
            url,
        }
    }

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A client with a new token of this organization, which is made when there is none.
    pub fn api(&self, organization: &str) -> Api {
        Api::new(&self.url, &self.program.token(organization))
    }

    /// Starts the server again, on another port, after `kill9` or `wait`; see [`Api::at`].
    pub async fn start_again(self) -> Self {
        let Self {
            program, process, ..
        } = self;
        drop(process);
        Self::start(&program).await
    }
}

impl Deref for Server {
    type Target = Process;

    fn deref(&self) -> &Process {
        &self.process
    }
}

impl DerefMut for Server {
    fn deref_mut(&mut self) -> &mut Process {
        &mut self.process
    }
}
