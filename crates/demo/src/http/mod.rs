//! The HTTP side: routes, lists, and the demo's own controls under `/_demo`.

mod answer;
mod auth;
mod control;
mod customers;
mod home;
mod invoices;
mod payments;
mod problem;
mod query;
mod record;
mod server;

pub(crate) use server::run;
