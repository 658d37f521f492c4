//! How sources talk to providers, as the settings say.

use syncline_connectors::{NetworkRules, SourceOptions};

use crate::error::CliError;
use crate::settings::sections::OutgoingSettings;
use crate::span;

/// Tells once, at start, when a proxy that somebody configured is not used.
///
/// # Errors
/// Of wrong usage, for a time that is none.
pub fn source_options(settings: &OutgoingSettings) -> Result<SourceOptions, CliError> {
    let OutgoingSettings {
        allow_private_networks,
        connect_timeout,
        first_byte_timeout,
        silence_timeout,
        answer_timeout,
        max_answer_bytes,
    } = settings;
    let time = |name: &str, text: &str| match span::parse(text) {
        Ok(time) if time.is_zero() => Err(CliError::Usage(format!(
            "outgoing.{name}: no provider answers in no time"
        ))),
        Ok(time) => Ok(time),
        Err(error) => Err(CliError::Usage(format!("outgoing.{name}: {error}"))),
    };
    let proxy = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"]
        .into_iter()
        .find(|name| {
            let is_set = |name: &str| std::env::var_os(name).is_some_and(|text| !text.is_empty());
            is_set(name) || is_set(&name.to_ascii_lowercase())
        });
    if let Some(proxy) = proxy.filter(|_| !*allow_private_networks) {
        tracing::warn!(
            "the proxy of {proxy} is not used for requests to providers: it would connect where \
             this server cannot check the address; --allow-private-networks uses it, and checks \
             no addresses"
        );
    }
    Ok(SourceOptions {
        network: NetworkRules {
            allow_private: *allow_private_networks,
            allowed: Vec::new(),
        },
        connect_timeout: time("connect_timeout", connect_timeout)?,
        first_byte_timeout: time("first_byte_timeout", first_byte_timeout)?,
        silence_timeout: time("silence_timeout", silence_timeout)?,
        answer_timeout: time("answer_timeout", answer_timeout)?,
        max_answer_bytes: *max_answer_bytes,
        ..SourceOptions::default()
    })
}
