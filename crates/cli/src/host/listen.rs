//! Taking an address, and saying plainly why it cannot be had.

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};

use crate::settings::address::ListenAddress;

/// How a person chooses another address.
#[derive(Debug, Clone, Copy)]
pub struct Suggestion {
    flag: &'static str,
    make_variable: Option<&'static str>,
}

impl Suggestion {
    /// Of `serve` and `demo`.
    pub const LISTEN: Self = Self {
        flag: "--listen",
        make_variable: None,
    };
    /// Of the API in `quickstart`, which `make run` runs.
    pub const RUN: Self = Self {
        flag: "--listen",
        make_variable: Some("LISTEN"),
    };
    /// Of the demo provider in `quickstart`.
    pub const RUN_DEMO: Self = Self {
        flag: "--demo-listen",
        make_variable: Some("DEMO_LISTEN"),
    };
}

/// Why an address cannot be listened on, and what to do.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}: {reason}; choose another with {choice}")]
pub struct ListenError {
    address: SocketAddr,
    reason: String,
    choice: String,
}

/// A socket that callers can connect to.
#[derive(Debug)]
pub struct Listener {
    /// The socket.
    pub socket: TcpListener,
    /// Where it is, with the port that was chosen.
    pub address: SocketAddr,
}

impl Listener {
    /// Takes the address.
    pub fn bind(wanted: ListenAddress, how: Suggestion) -> Result<Self, ListenError> {
        let ListenAddress(wanted) = wanted;
        let bound = TcpListener::bind(wanted)
            .and_then(|socket| socket.set_nonblocking(true).map(|()| socket))
            .and_then(|socket| {
                Ok(Self {
                    address: socket.local_addr()?,
                    socket,
                })
            });
        bound.map_err(|error| {
            let reason = match error.kind() {
                ErrorKind::AddrInUse => "the port is in use by another program".to_owned(),
                ErrorKind::PermissionDenied => {
                    "ports below 1024 are for the administrator".to_owned()
                }
                ErrorKind::AddrNotAvailable => "this machine has no such address".to_owned(),
                _ => error.to_string(),
            };
            ListenError {
                address: wanted,
                reason,
                choice: how.choice(wanted),
            }
        })
    }

    /// Where a program on this machine finds it: with `http`, or with `https`.
    pub fn url(&self, scheme: &str) -> String {
        let mut address = self.address;
        if address.ip().is_unspecified() {
            address.set_ip(if address.is_ipv4() {
                std::net::Ipv4Addr::LOCALHOST.into()
            } else {
                std::net::Ipv6Addr::LOCALHOST.into()
            });
        }
        format!("{scheme}://{address}")
    }
}

impl Suggestion {
    fn choice(self, taken: SocketAddr) -> String {
        let Self {
            flag,
            make_variable,
        } = self;
        let (mut next, mut free) = (taken, taken);
        next.set_port(if taken.port() < 1024 {
            8080
        } else {
            taken.port().checked_add(1).unwrap_or(8080)
        });
        free.set_port(0);
        let by_make = make_variable
            .map(|name| format!(" (`{name}={next} make run`)"))
            .unwrap_or_default();
        format!("{flag} {next}{by_make}, or {flag} {free} for any free port")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_named_with_the_way_out() {
        let taken = Listener::bind(ListenAddress::loopback(0), Suggestion::LISTEN).unwrap();
        let port = taken.address.port();
        let error = Listener::bind(ListenAddress(taken.address), Suggestion::RUN).unwrap_err();
        let next = port.checked_add(1).unwrap_or(8080);
        assert_eq!(
            error.to_string(),
            format!(
                "cannot listen on 127.0.0.1:{port}: the port is in use by another program; choose another \
                 with --listen 127.0.0.1:{next} (`LISTEN=127.0.0.1:{next} make run`), or --listen \
                 127.0.0.1:0 for any free port"
            )
        );
    }

    #[test]
    fn an_address_for_everyone_is_reached_on_loopback() {
        let everyone = Listener::bind("0.0.0.0:0".parse().unwrap(), Suggestion::LISTEN).unwrap();
        assert_eq!(
            everyone.url("http"),
            format!("http://127.0.0.1:{}", everyone.address.port())
        );
    }
}
