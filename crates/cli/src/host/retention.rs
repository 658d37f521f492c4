//! How long what is over is kept.

use std::time::Duration;

use chrono::TimeDelta;
use syncline_store::retention::Keep;

use crate::error::CliError;
use crate::settings::sections::RetentionSettings;
use crate::span;

/// Callers come back to what has just ended.
const LEAST: Duration = Duration::from_secs(60 * 60);

/// What the settings say.
pub fn keep(settings: &RetentionSettings) -> Result<Keep, CliError> {
    let RetentionSettings {
        keep_syncs,
        keep_deletions,
        keep_audit_events,
        keep_events,
    } = settings;
    let time = |name: &str, text: &str| match span::parse(text) {
        Ok(time) if time < LEAST => Err(CliError::Usage(format!(
            "retention.{name}: `{text}` is less than an hour"
        ))),
        Ok(time) => Ok(TimeDelta::from_std(time).unwrap_or(TimeDelta::MAX)),
        Err(error) => Err(CliError::Usage(format!("retention.{name}: {error}"))),
    };
    Ok(Keep {
        syncs: time("keep_syncs", keep_syncs)?,
        deletions: time("keep_deletions", keep_deletions)?,
        audit_events: time("keep_audit_events", keep_audit_events)?,
        events: time("keep_events", keep_events)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_those_of_the_store() {
        assert_eq!(
            keep(&RetentionSettings::default()).unwrap(),
            Keep::default()
        );
    }

    #[test]
    fn less_than_an_hour_is_wrong_usage() {
        for text in ["0", "59m", "1 d", "ever"] {
            let settings = RetentionSettings {
                keep_deletions: text.to_owned(),
                ..RetentionSettings::default()
            };
            let error = keep(&settings).unwrap_err().to_string();
            assert!(error.contains("retention.keep_deletions"), "{error}");
        }
    }
}
