//! Which addresses a source may ask: those of the public internet, unless it is told otherwise.
//!
//! A connection's configuration comes from callers of the API. Without a guard they could have
//! this server ask what only it can reach: its own network, or its cloud's metadata service.

use std::net::{IpAddr, SocketAddr};

use url::{Host, Url};

use super::addresses::special;

/// Where sources may send requests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NetworkRules {
    /// Whether loopback, private, link-local and other special addresses may be asked too, and
    /// the proxy that the environment names may be used.
    pub allow_private: bool,
    /// Addresses that may be asked whatever they are, when a URL names them as numbers.
    pub allowed: Vec<SocketAddr>,
}

/// A host that is not asked.
#[derive(Debug, thiserror::Error)]
#[error(
    "is not asked, because `{host}` is {what}: if this server may ask such addresses, start it \
     with --allow-private-networks or SYNCLINE_ALLOW_PRIVATE_NETWORKS=true"
)]
pub(super) struct Refused {
    pub(super) host: String,
    pub(super) what: &'static str,
}

impl NetworkRules {
    /// Any address may be asked.
    pub fn allow_all() -> Self {
        Self {
            allow_private: true,
            allowed: Vec::new(),
        }
    }

    /// Judges a URL whose host is an address. Names are judged once they are resolved.
    pub(super) fn check(&self, url: &Url) -> Result<(), Refused> {
        let address: IpAddr = match url.host() {
            Some(Host::Ipv4(address)) => address.into(),
            Some(Host::Ipv6(address)) => address.into(),
            Some(Host::Domain(_)) | None => return Ok(()),
        };
        let port = url.port_or_known_default().unwrap_or_default();
        if self.allow_private || self.allowed.contains(&SocketAddr::new(address, port)) {
            return Ok(());
        }
        match special(address) {
            None => Ok(()),
            Some(what) => Err(Refused {
                host: url.host_str().unwrap_or_default().to_owned(),
                what,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(rules: &NetworkRules, url: &str) -> Option<&'static str> {
        let checked = rules.check(&Url::parse(url).unwrap());
        checked.err().map(|refused| refused.what)
    }

    #[test]
    fn every_spelling_of_an_address_is_understood() {
        let rules = NetworkRules::default();
        for spelling in [
            "127.0.0.1",
            "127.1",
            "0x7f.1",
            "0x7f000001",
            "2130706433",
            "0177.0.0.1",
            "017700000001",
            "127.0.0.1.",
            "%31%32%37.0.0.1",
            "①②⑦.0.0.1",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "[0:0:0:0:0:ffff:7f00:1]",
            "user:password@127.0.0.1",
        ] {
            let url = format!("http://{spelling}:8080/x");
            assert_eq!(refused(&rules, &url), Some("a loopback address"), "{url}");
        }
        assert_eq!(refused(&rules, "https://93.184.215.14/"), None);
        assert_eq!(refused(&rules, "https://example.com/"), None);
    }

    #[test]
    fn an_allowed_address_is_allowed_with_its_port_alone() {
        let rules = NetworkRules {
            allowed: vec![
                "127.0.0.1:8090".parse().unwrap(),
                "[::1]:80".parse().unwrap(),
            ],
            ..NetworkRules::default()
        };
        assert_eq!(refused(&rules, "http://127.0.0.1:8090/x"), None);
        assert_eq!(refused(&rules, "http://[::1]/x"), None);
        for url in [
            "http://127.0.0.1:8091/",
            "http://127.0.0.2:8090/",
            "http://[::1]:81",
        ] {
            assert_eq!(refused(&rules, url), Some("a loopback address"), "{url}");
        }
        assert_eq!(
            refused(&NetworkRules::allow_all(), "http://10.0.0.1/"),
            None
        );
    }
}
