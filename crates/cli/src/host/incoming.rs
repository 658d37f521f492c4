//! How the API meets its callers, as the settings say.

use syncline_api::{LimitOptions, Limits, Tls};
use tokio::signal::unix::{SignalKind, signal};
use url::Url;

use crate::error::CliError;
use crate::settings::Settings;
use crate::settings::sections::LimitSettings;
use crate::span;

/// Limits, TLS, and pages of other origins.
#[derive(Debug)]
pub struct Incoming {
    /// What one caller may ask for.
    pub limits: Limits,
    /// For HTTPS.
    pub tls: Option<Tls>,
    /// The origins whose pages may call.
    pub cors_origins: Vec<String>,
}

impl Incoming {
    /// Of a server for others. From now on SIGHUP reads the certificate again, if there is one.
    pub fn shared(settings: &Settings) -> Result<Self, CliError> {
        let server = &settings.server;
        let tls = match (&server.tls_cert, &server.tls_key) {
            (None, None) => None,
            (Some(certificates), Some(key)) => {
                let tls = Tls::read(certificates, key)
                    .map_err(CliError::run("HTTPS cannot be served"))?;
                read_again_on_hangup(tls.clone())?;
                Some(tls)
            }
            (Some(_), None) => return Err(half("--tls-cert", "--tls-key")),
            (None, Some(_)) => return Err(half("--tls-key", "--tls-cert")),
        };
        Ok(Self {
            tls,
            cors_origins: origins(&server.cors_origins)?,
            ..Self::of_one_machine(&settings.limits)?
        })
    }

    /// Of a server to try things with: plain HTTP, and no pages but its own.
    pub fn of_one_machine(settings: &LimitSettings) -> Result<Self, CliError> {
        Ok(Self {
            limits: Limits::new(options(settings)?),
            tls: None,
            cors_origins: Vec::new(),
        })
    }

    /// How its address begins.
    pub fn scheme(&self) -> &'static str {
        if self.tls.is_some() { "https" } else { "http" }
    }
}

fn half(given: &str, missing: &str) -> CliError {
    CliError::Usage(format!("{given} needs {missing} too"))
}

fn options(settings: &LimitSettings) -> Result<LimitOptions, CliError> {
    let LimitSettings {
        max_body_bytes,
        max_url_bytes,
        max_header_bytes,
        requests_per_minute,
        concurrent_requests,
        strangers_per_minute,
        head_timeout,
        body_timeout,
        write_timeout,
        keep_alive,
    } = settings;
    let time = |name: &str, text: &str| match span::parse(text) {
        Ok(time) if time.is_zero() => Err(CliError::Usage(format!(
            "limits.{name}: nobody sends anything in no time"
        ))),
        Ok(time) => Ok(time),
        Err(error) => Err(CliError::Usage(format!("limits.{name}: {error}"))),
    };
    Ok(LimitOptions {
        body_bytes: *max_body_bytes,
        url_bytes: *max_url_bytes,
        header_bytes: *max_header_bytes,
        requests_per_minute: *requests_per_minute,
        concurrent_requests: *concurrent_requests,
        strangers_per_minute: *strangers_per_minute,
        head_timeout: time("head_timeout", head_timeout)?,
        body_timeout: time("body_timeout", body_timeout)?,
        write_timeout: time("write_timeout", write_timeout)?,
        keep_alive: time("keep_alive", keep_alive)?,
    })
}

/// As browsers write them. `*` is none: each origin has to be named.
fn origins(text: &str) -> Result<Vec<String>, CliError> {
    let named = text
        .split(',')
        .map(str::trim)
        .filter(|origin| !origin.is_empty());
    named
        .map(|origin| {
            let parsed = Url::parse(origin)
                .ok()
                .filter(|url| matches!(url.scheme(), "http" | "https"))
                .map(|url| url.origin().ascii_serialization());
            if parsed.as_deref() == Some(origin) {
                return Ok(origin.to_owned());
            }
            Err(CliError::Usage(format!(
                "server.cors_origins: `{origin}` is not an origin, such as https://app.example.com \
                 or http://localhost:3000; `*` is not taken"
            )))
        })
        .collect()
}

fn read_again_on_hangup(tls: Tls) -> Result<(), CliError> {
    let mut hangups =
        signal(SignalKind::hangup()).map_err(CliError::run("cannot listen for signals"))?;
    tokio::spawn(async move {
        while hangups.recv().await.is_some() {
            let tls = tls.clone();
            // Reading files may block.
            match tokio::task::spawn_blocking(move || tls.read_again()).await {
                Ok(Ok(())) => tracing::info!("the certificate was read again"),
                Ok(Err(error)) => tracing::error!(
                    "the certificate was not read again, the old one stays: {}",
                    CliError::run("HTTPS")(error).report()
                ),
                Err(error) => tracing::error!(%error, "the certificate was not read again"),
            }
        }
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_written_as_browsers_write_it() {
        assert_eq!(origins("").unwrap(), Vec::<String>::new());
        assert_eq!(
            origins("https://app.example.com, http://localhost:3000").unwrap(),
            ["https://app.example.com", "http://localhost:3000"]
        );
        for wrong in [
            "*",
            "null",
            "app.example.com",
            "https://app.example.com/",
            "https://app.example.com/page",
            "https://APP.example.com",
            "https://app.example.com:443",
            "file:///x",
        ] {
            let error = origins(wrong).unwrap_err().report();
            assert!(error.contains("is not an origin"), "{error}");
        }
    }

    #[test]
    fn the_defaults_are_those_of_the_api() {
        assert_eq!(
            options(&LimitSettings::default()).unwrap(),
            LimitOptions::default()
        );
        let wrong = LimitSettings {
            head_timeout: "0".to_owned(),
            ..LimitSettings::default()
        };
        assert!(options(&wrong).is_err());
    }

    #[test]
    fn half_of_a_certificate_is_wrong_usage() {
        let mut settings = Settings::default();
        settings.server.tls_cert = Some("cert.pem".into());
        assert!(matches!(
            Incoming::shared(&settings),
            Err(CliError::Usage(_))
        ));
    }
}
