//! The processes of Syncline, each started again when it has ended, as a service manager would.

use std::net::TcpListener;
use std::path::Path;

use syncline_test_support::{Process, Program};

use crate::outage::{Clock, clock_variables};
use crate::setting::{Database, Setting};

/// All of them.
#[derive(Debug)]
pub(crate) struct Fleet {
    pub(crate) members: Vec<Member>,
    /// How often one was found ended that nobody had killed.
    pub(crate) ended_by_themselves: usize,
}

/// One process, through all its lives.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) name: String,
    program: Program,
    subcommand: &'static str,
    address: Option<String>,
    process: Option<Process>,
    pub(crate) clock: Clock,
    pub(crate) is_paused: bool,
}

impl Fleet {
    /// Two servers and two workers on PostgreSQL, one server on SQLite.
    pub(crate) fn new(
        database: Database,
        setting: &Setting,
        program: &Program,
        directory: &Path,
    ) -> Self {
        let subcommands: &[_] = match database {
            Database::Postgres => &["serve", "serve", "worker", "worker"],
            Database::Sqlite => &["serve"],
        };
        let members = subcommands.iter().enumerate().map(|(place, subcommand)| {
            let name = format!("{subcommand}-{}", place + 1);
            let clock = Clock::new(directory, &name);
            let mut program = program.clone();
            if let Some(library) = &setting.fake_time {
                program = program.variable("LD_PRELOAD", library);
                for (name, value) in clock_variables(clock.file()) {
                    program = program.variable(name, value);
                }
            }
            Member {
                name,
                program,
                subcommand,
                address: (*subcommand == "serve").then(free_address),
                process: None,
                clock,
                is_paused: false,
            }
        });
        Self {
            members: members.collect(),
            ended_by_themselves: 0,
        }
    }

    /// Starts each that does not run. At most one of those it finds ended has a reason to be told.
    pub(crate) fn tend(&mut self) {
        for member in &mut self.members {
            if member.tend() {
                self.ended_by_themselves += 1;
            }
        }
    }

    /// Where the API can be asked.
    pub(crate) fn urls(&self) -> Vec<String> {
        let addresses = self
            .members
            .iter()
            .filter_map(|member| member.address.as_ref());
        addresses
            .map(|address| format!("http://{address}"))
            .collect()
    }
}

impl Member {
    /// Whether it had ended by itself.
    fn tend(&mut self) -> bool {
        let has_ended = match &mut self.process {
            Some(process) => !process.is_running(),
            None => false,
        };
        if has_ended && let Some(process) = self.process.take() {
            let log = process.stderr();
            let lines: Vec<&str> = log.lines().collect();
            let last = lines[lines.len().saturating_sub(3)..].join(" | ");
            println!("    {} ended by itself: {last}", self.name);
        }
        if self.process.is_none() {
            let address = self.address.as_deref().unwrap_or_default();
            let words: &[&str] = match address {
                "" => &[],
                address => &["--listen", address],
            };
            self.process = Some(self.program.start(self.subcommand, words));
            self.is_paused = false;
        }
        has_ended
    }

    /// `kill -9`; it is started again when it is tended.
    pub(crate) fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill9();
        }
    }

    pub(crate) fn pause(&mut self) {
        if let Some(process) = &self.process {
            process.pause();
            self.is_paused = true;
        }
    }

    pub(crate) fn resume(&mut self) {
        if let Some(process) = &self.process {
            process.resume();
        }
        self.is_paused = false;
    }

    /// All that its present life wrote.
    pub(crate) fn log(&self) -> String {
        self.process
            .as_ref()
            .map(Process::stderr)
            .unwrap_or_default()
    }
}

/// A port that is free now, and kept through all lives of a server.
fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("its address").to_string()
}
