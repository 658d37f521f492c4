//! An address to listen on.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An IP address and a port; `localhost` stands for 127.0.0.1. Port 0 is any free port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ListenAddress(pub SocketAddr);

/// A text that is no address to listen on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an IP address with a port, such as 127.0.0.1:8080 or [::1]:8080")]
pub struct NotAnAddress(String);

impl ListenAddress {
    /// A port of this machine that other machines cannot reach.
    pub const fn loopback(port: u16) -> Self {
        Self(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port))
    }
}

impl FromStr for ListenAddress {
    type Err = NotAnAddress;

    fn from_str(text: &str) -> Result<Self, NotAnAddress> {
        let wrong = || NotAnAddress(text.to_owned());
        match text.strip_prefix("localhost:") {
            Some(port) => port.parse().map(Self::loopback).map_err(|_| wrong()),
            None => text.parse().map(Self).map_err(|_| wrong()),
        }
    }
}

impl TryFrom<String> for ListenAddress {
    type Error = NotAnAddress;

    fn try_from(text: String) -> Result<Self, NotAnAddress> {
        text.parse()
    }
}

impl From<ListenAddress> for String {
    fn from(address: ListenAddress) -> Self {
        address.to_string()
    }
}

impl fmt::Display for ListenAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn localhost_is_the_loopback() {
        assert_eq!("localhost:80".parse(), Ok(ListenAddress::loopback(80)));
        assert_eq!(
            "[::1]:80".parse::<ListenAddress>().unwrap().to_string(),
            "[::1]:80"
        );
    }

    #[test]
    fn an_address_needs_a_port() {
        for text in [
            "127.0.0.1",
            "8080",
            ":8080",
            "localhost",
            "localhost:",
            "example.com:80",
            "",
        ] {
            assert_eq!(
                text.parse::<ListenAddress>(),
                Err(NotAnAddress(text.to_owned()))
            );
        }
    }
}
