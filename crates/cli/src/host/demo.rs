//! The demo provider as the settings describe it.

use std::path::Path;

use syncline_demo::{Clock, Demo, DemoConfig, DemoError, Fault, FaultPlan, FaultRule, When};

use super::listen::{Listener, Suggestion};
use crate::error::CliError;
use crate::settings::sections::DemoSettings;
use crate::span;

/// Rendered pages that are kept for each model.
const CACHE_BYTES: usize = 16 * 1024 * 1024;

/// Starts the demo provider; it changes by itself only if `config` says so.
pub fn start(
    settings: &DemoSettings,
    config: DemoConfig,
    how: Suggestion,
) -> Result<Demo, CliError> {
    let listener = Listener::bind(settings.listen, how)?;
    Demo::start_on(config, listener.socket).map_err(|error| match error {
        DemoError::Config(what) => CliError::Usage(format!("the demo cannot be like that: {what}")),
        error => CliError::run("the demo provider did not start")(error),
    })
}

/// What is served, without changes by themselves.
pub fn config(settings: &DemoSettings) -> Result<DemoConfig, CliError> {
    let DemoSettings {
        listen: _,
        seed,
        customers,
        invoices,
        payments,
        token,
        advance_every: _,
        faults,
    } = settings;
    Ok(DemoConfig {
        seed: *seed,
        customers: *customers,
        invoices: *invoices,
        payments: *payments,
        token: token.clone(),
        faults: fault_plan(faults)?,
        // Changes are stamped with the time of day, as a live system would.
        clock: Clock::Wall,
        cache_bytes: CACHE_BYTES,
        ..DemoConfig::default()
    })
}

/// How often the data change; `None` is never.
pub fn advance_every(settings: &DemoSettings) -> Result<Option<std::time::Duration>, CliError> {
    let every = span::parse(&settings.advance_every)
        .map_err(|error| CliError::Usage(format!("demo.advance_every: {error}")))?;
    Ok((!every.is_zero()).then_some(every))
}

/// Reads `drop=0.1,slow=0.2`, the JSON of a plan, or `@FILE` with that JSON.
fn fault_plan(text: &str) -> Result<FaultPlan, CliError> {
    let text = text.trim();
    let from_json = |json: &str| {
        serde_json::from_str(json)
            .map_err(|error| CliError::Usage(format!("the demo's faults: {error}")))
    };
    if let Some(path) = text.strip_prefix('@').map(Path::new) {
        return from_json(
            &std::fs::read_to_string(path).map_err(CliError::file("read the faults in", path))?,
        );
    }
    if text.starts_with('{') {
        return from_json(text);
    }
    let rules = text
        .split(',')
        .map(str::trim)
        .filter(|rule| !rule.is_empty())
        .map(fault_rule);
    Ok(FaultPlan {
        rules: rules.collect::<Result<_, _>>()?,
    })
}

fn fault_rule(text: &str) -> Result<FaultRule, CliError> {
    let (kind, share) = text.split_once('=').unwrap_or((text, "0.1"));
    let fault = match kind {
        "too_many_requests" => Fault::TooManyRequests { retry_after: 1 },
        "server_error" => Fault::ServerError { status: 500 },
        "slow" => Fault::Slow { millis: 1_000 },
        "drop" => Fault::Drop,
        "cut" => Fault::Cut,
        "truncate" => Fault::Truncate,
        "duplicate" => Fault::Duplicate,
        _ => {
            return Err(CliError::Usage(format!(
                "the demo knows no fault `{kind}`: use too_many_requests, server_error, slow, drop, cut, \
                 truncate or duplicate, each with a share of the requests, as in drop=0.1"
            )));
        }
    };
    let share: f64 = share.parse().map_err(|_| {
        CliError::Usage(format!("`{share}` is not a share of requests, such as 0.1"))
    })?;
    Ok(FaultRule {
        fault,
        when: When::Rate(share),
        model: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_read_in_each_form() {
        let rule = |fault, share| FaultRule {
            fault,
            when: When::Rate(share),
            model: None,
        };
        assert_eq!(fault_plan("").unwrap(), FaultPlan::default());
        assert_eq!(
            fault_plan("drop, slow=0.5").unwrap().rules,
            [
                rule(Fault::Drop, 0.1),
                rule(Fault::Slow { millis: 1_000 }, 0.5)
            ]
        );
        let json = r#"{"rules": [{"fault": {"kind": "cut"}, "when": "always"}]}"#;
        assert_eq!(
            fault_plan(json).unwrap(),
            FaultPlan::one(Fault::Cut, When::Always)
        );
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), json).unwrap();
        let from_file = fault_plan(&format!("@{}", file.path().display())).unwrap();
        assert_eq!(from_file, FaultPlan::one(Fault::Cut, When::Always));
    }

    #[test]
    fn wrong_faults_are_wrong_usage() {
        for text in ["flood", "drop=often", "{\"rules\": 1}"] {
            assert!(
                matches!(fault_plan(text), Err(CliError::Usage(_))),
                "{text}"
            );
        }
    }
}
