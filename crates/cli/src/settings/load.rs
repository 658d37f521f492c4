//! Puts the layers on top of each other.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use figment::providers::{Format, Serialized, Toml};
use figment::value::{Dict, Map, Value};
use figment::{Figment, Metadata, Profile, Provider};

use super::catalog::{self, Kind, Setting};
use super::flags::Given;
use super::{Settings, SettingsError};

/// The file that is read when none is named.
const USUAL_FILE: &str = "syncline.toml";

/// The variable that names another file.
const FILE_VARIABLE: &str = "SYNCLINE_CONFIG";

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Layer {
    /// This flag.
    Flag(String),
    /// This variable.
    Variable(&'static str),
    /// This file.
    File(PathBuf),
    /// Nobody set it.
    Default,
}

impl std::fmt::Display for Layer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Layer::Flag(flag) => write!(f, "the flag {flag}"),
            Layer::Variable(name) => write!(f, "the variable {name}"),
            Layer::File(path) => write!(f, "the settings file {}", path.display()),
            Layer::Default => f.write_str("the default"),
        }
    }
}

/// What a process finds around itself.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// The `SYNCLINE_*` variables.
    pub variables: BTreeMap<String, String>,
    /// The working directory.
    pub directory: PathBuf,
}

impl Surroundings {
    /// Those of this process. An empty variable counts as unset.
    pub fn of_this_process() -> Self {
        let variables = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .filter(|(name, value)| name.starts_with("SYNCLINE_") && !value.is_empty())
            .collect();
        Self {
            variables,
            directory: PathBuf::from("."),
        }
    }

    /// Variables that look like settings and are none.
    pub fn unknown_variables(&self) -> impl Iterator<Item = &str> {
        const OTHERS: [&str; 3] = [FILE_VARIABLE, "SYNCLINE_TOKEN", "SYNCLINE_MASTER_KEY"];
        self.variables.keys().map(String::as_str).filter(|name| {
            !OTHERS.contains(name)
                && !name.starts_with("SYNCLINE_TEST_")
                && catalog::all().all(|setting| setting.variable != *name)
        })
    }
}

/// The settings that count, with where each came from.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// What to go by.
    pub settings: Settings,
    layers: BTreeMap<&'static str, Layer>,
}

impl Loaded {
    /// Reads all layers. `file` is what `--config` names.
    pub fn read(
        given: &Given,
        file: Option<&Path>,
        around: &Surroundings,
    ) -> Result<Self, SettingsError> {
        let mut figment = Figment::from(Serialized::defaults(Settings::default()));
        let mut layers = BTreeMap::new();
        if let Some(path) = file_to_read(file, around) {
            figment = figment.merge(Toml::string(&text_of(&path)?));
            for setting in known_keys(&path)? {
                layers.insert(setting.key, Layer::File(path.clone()));
            }
        }
        for setting in catalog::all() {
            if let Some(text) = around.variables.get(setting.variable) {
                figment = figment.merge(One::new(setting, text));
                layers.insert(setting.key, Layer::Variable(setting.variable));
            }
            if let Some((flag, text)) = given.get(setting.key) {
                figment = figment.merge(One::new(setting, text));
                layers.insert(setting.key, Layer::Flag(flag.clone()));
            }
        }
        let layer_of = |key: &str| layers.get(key).cloned().unwrap_or(Layer::Default);
        let settings: Settings = figment.extract().map_err(|error| {
            let key = error.path.join(".");
            SettingsError::Value {
                layer: layer_of(&key),
                reason: plainly(&error.kind),
                key,
            }
        })?;
        settings
            .check()
            .map_err(|(key, reason)| SettingsError::Value {
                layer: layer_of(key),
                key: key.to_owned(),
                reason,
            })?;
        Ok(Self { settings, layers })
    }

    /// Where the value of a setting came from.
    pub fn layer(&self, key: &str) -> Layer {
        self.layers.get(key).cloned().unwrap_or(Layer::Default)
    }
}

impl Settings {
    /// What no type says: the key of a value that is out of bounds, and why.
    fn check(&self) -> Result<(), (&'static str, String)> {
        let within = |key, value: usize, least: usize, most: usize| {
            if (least..=most).contains(&value) {
                Ok(())
            } else {
                Err((key, format!("{value} is not between {least} and {most}")))
            }
        };
        within("server.threads", self.server.threads, 1, 256)?;
        let limits = &self.limits;
        within(
            "limits.max_body_bytes",
            limits.max_body_bytes,
            1,
            1024 * 1024 * 1024,
        )?;
        // What is longer never gets as far as to be measured.
        within("limits.max_url_bytes", limits.max_url_bytes, 1, 65_534)?;
        within(
            "limits.max_header_bytes",
            limits.max_header_bytes,
            1,
            128 * 1024,
        )?;
        within(
            "database.pool_size",
            self.database.pool_size as usize,
            1,
            1_000,
        )?;
        within("database.group_size", self.database.group_size, 1, 1_000)?;
        if self.outgoing.max_answer_bytes == 0 {
            let reason = "0 would take no answer at all".to_owned();
            return Err(("outgoing.max_answer_bytes", reason));
        }
        within("engine.workers", self.engine.workers, 0, 1_000)?;
        within(
            "engine.one_off_percent",
            self.engine.one_off_percent.into(),
            0,
            100,
        )
    }
}

fn file_to_read(named: Option<&Path>, around: &Surroundings) -> Option<PathBuf> {
    let usual = || Some(around.directory.join(USUAL_FILE)).filter(|path| path.exists());
    named
        .map(Path::to_owned)
        .or_else(|| around.variables.get(FILE_VARIABLE).map(PathBuf::from))
        .or_else(usual)
}

fn text_of(path: &Path) -> Result<String, SettingsError> {
    std::fs::read_to_string(path).map_err(|source| SettingsError::Unreadable {
        path: path.to_owned(),
        source,
    })
}

/// The settings that a file holds; a key that is none is an error, for a setting that is
/// silently ignored is worse than one that is missing.
fn known_keys(path: &Path) -> Result<Vec<&'static Setting>, SettingsError> {
    let data = Toml::string(&text_of(path)?).data();
    let data = data.map_err(|error| SettingsError::Syntax {
        path: path.to_owned(),
        reason: error.kind.to_string().trim_end().to_owned(),
    })?;
    let mut keys = Vec::new();
    for (section, value) in data.into_values().flatten() {
        match value {
            Value::Dict(_, values) => {
                keys.extend(values.keys().map(|name| format!("{section}.{name}")))
            }
            _ => keys.push(section),
        }
    }
    keys.into_iter()
        .map(|key| {
            catalog::find(&key).ok_or_else(|| SettingsError::Unknown {
                path: path.to_owned(),
                suggestion: lookalike(&key),
                key,
            })
        })
        .collect()
}

/// What figment found wrong, without the names of Rust's types.
fn plainly(kind: &figment::error::Kind) -> String {
    use figment::error::{Actual, Kind};
    match kind {
        Kind::InvalidType(Actual::Str(text), wanted) if wanted.starts_with(['u', 'i']) => {
            format!("`{text}` is not a whole number, 0 or more")
        }
        Kind::InvalidType(Actual::Str(text), wanted) if wanted.contains("bool") => {
            format!("`{text}` is neither true nor false")
        }
        Kind::UnknownVariant(text, known) => format!("`{text}` is not one of {}", known.join(", ")),
        other => other.to_string(),
    }
}

/// The setting whose name is the same, or nearly, in this or another section.
fn lookalike(key: &str) -> Option<String> {
    let name = |key: &str| {
        key.rsplit('.')
            .next()
            .unwrap_or_default()
            .replace(['-', '_'], "")
    };
    let is_near = |a: &str, b: &str| {
        let shared = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count();
        let shared_end = a
            .chars()
            .rev()
            .zip(b.chars().rev())
            .take_while(|(a, b)| a == b)
            .count();
        a == b
            || (a.len().abs_diff(b.len()) <= 1 && shared + shared_end + 1 >= a.len().max(b.len()))
    };
    let wanted = name(key);
    catalog::all()
        .find(|setting| is_near(&name(setting.key), &wanted))
        .map(|setting| setting.key.to_owned())
}

/// A layer of a single value.
struct One {
    key: &'static str,
    value: Value,
}

impl One {
    fn new(setting: &Setting, text: &str) -> Self {
        let number = |text: &str| text.parse::<u64>().ok().map(Value::from);
        let truth = |text: &str| text.parse::<bool>().ok().map(Value::from);
        let value = match setting.kind {
            Kind::Text => None,
            Kind::Number => number(text),
            Kind::TurnsOff | Kind::TurnsOn => truth(text),
        };
        Self {
            key: setting.key,
            value: value.unwrap_or_else(|| Value::from(text)),
        }
    }
}

impl Provider for One {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.key)
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        let nested = figment::util::nest(self.key, self.value.clone());
        let dict = nested.into_dict().unwrap_or_default();
        Ok(Map::from([(Profile::Default, dict)]))
    }
}

#[cfg(test)]
#[path = "load_tests.rs"]
mod tests;
