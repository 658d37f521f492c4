//! How sources talk to providers, as the settings say.

use syncline_connectors::{NetworkRules, SourceOptions};

use crate::settings::sections::OutgoingSettings;

/// Tells once, at start, when a proxy that somebody configured is not used.
pub fn source_options(settings: &OutgoingSettings) -> SourceOptions {
    let OutgoingSettings {
        allow_private_networks,
    } = *settings;
    let proxy = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"]
        .into_iter()
        .find(|name| {
            let is_set = |name: &str| std::env::var_os(name).is_some_and(|text| !text.is_empty());
            is_set(name) || is_set(&name.to_ascii_lowercase())
        });
    if let Some(proxy) = proxy.filter(|_| !allow_private_networks) {
        tracing::warn!(
            "the proxy of {proxy} is not used for requests to providers: it would connect where \
             this server cannot check the address; --allow-private-networks uses it, and checks \
             no addresses"
        );
    }
    SourceOptions {
        network: NetworkRules {
            allow_private: allow_private_networks,
            allowed: Vec::new(),
        },
        ..SourceOptions::default()
    }
}
