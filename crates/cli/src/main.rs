//! The `syncline` program: wires the other crates together and decides nothing.

mod cli;
mod client;
mod commands;
mod error;
mod exit;
mod host;
mod logging;
mod progress;
mod settings;
mod span;

fn main() -> std::process::ExitCode {
    syncline_allocator::give_memory_back();
    let invocation = cli::parse();
    let exit = commands::run(invocation).unwrap_or_else(|error| {
        eprintln!("{}", error.report());
        error.exit()
    });
    exit.into()
}
