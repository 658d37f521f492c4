//! The flags of settings, made from the catalog, and what a command line gave for them.

use std::collections::BTreeMap;

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command};

use super::Settings;
use super::catalog::{self, Kind, Setting};

/// What the command line says of settings: their keys, with the flag as it is spelled there and
/// the text that it carries.
pub type Given = BTreeMap<&'static str, (String, String)>;

/// Adds a flag for each of these settings to a command.
pub fn add(command: Command, settings: &[&[Setting]]) -> Command {
    let defaults = defaults();
    settings
        .iter()
        .flat_map(|group| group.iter())
        .fold(command, |command, setting| {
            let long = spelling(command.get_name(), setting);
            command.arg(flag(
                setting,
                long,
                defaults.get(setting.key).map(String::as_str),
            ))
        })
}

/// What a parsed command line gave.
pub fn given(command: &str, matches: &ArgMatches) -> Given {
    catalog::all()
        .filter_map(|setting| {
            let is_known = matches.try_contains_id(setting.key).unwrap_or(false);
            let is_given =
                is_known && matches.value_source(setting.key) == Some(ValueSource::CommandLine);
            let text = match setting.kind {
                Kind::TurnsOff if is_given => "false".to_owned(),
                Kind::TurnsOn if is_given => "true".to_owned(),
                Kind::Text | Kind::Number if is_given => {
                    matches.get_one::<String>(setting.key)?.clone()
                }
                Kind::TurnsOff | Kind::TurnsOn | Kind::Text | Kind::Number => return None,
            };
            Some((
                setting.key,
                (format!("--{}", spelling(command, setting)), text),
            ))
        })
        .collect()
}

fn spelling(command: &str, setting: &Setting) -> &'static str {
    match setting.flag.strip_prefix("demo-") {
        Some(short) if command == "demo" => short,
        _ => setting.flag,
    }
}

fn flag(setting: &Setting, long: &'static str, default: Option<&str>) -> Arg {
    let default = default
        .map(|text| format!(" [default: {text}]"))
        .unwrap_or_default();
    let help = format!("{} [variable: {}]{default}", setting.help, setting.variable);
    let arg = Arg::new(setting.key)
        .long(long)
        .help(help)
        .help_heading("Settings");
    match setting.kind {
        Kind::TurnsOff | Kind::TurnsOn => arg.action(ArgAction::SetTrue),
        Kind::Text | Kind::Number => arg.action(ArgAction::Set).value_name(setting.value_name),
    }
}

/// The defaults as texts, for the help. What is empty or unset has none to show.
fn defaults() -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    if let Ok(serde_json::Value::Object(sections)) = serde_json::to_value(Settings::default()) {
        for (section, values) in sections {
            let values = values.as_object().cloned().unwrap_or_default();
            for (name, value) in values {
                let text = match value {
                    serde_json::Value::String(text) if !text.is_empty() => text,
                    serde_json::Value::Number(number) => number.to_string(),
                    _ => continue,
                };
                texts.insert(format!("{section}.{name}"), text);
            }
        }
    }
    texts
}
