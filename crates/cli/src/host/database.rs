//! The database of a process, and its master keys.

use std::path::{Path, PathBuf};

use syncline_store::clock::Clock;
use syncline_store::secrets::{MasterKeys, default_keys_file};
use syncline_store::store::{Store, StoreOptions};

use crate::error::CliError;
use crate::settings::{Layer, Loaded};

const KEY_VARIABLE: &str = "SYNCLINE_MASTER_KEY";

/// What a process does with the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Serves it: on SQLite, as the only one.
    Server,
    /// Looks in for a moment, also while another process serves it.
    Command,
}

/// Opens the database that the settings name.
pub async fn open(loaded: &Loaded, how: Use) -> Result<Store, CliError> {
    let database = &loaded.settings.database;
    let options = StoreOptions {
        database_url: database.url.clone(),
        master_keys: master_keys(loaded, variable())?,
        clock: Clock::Database,
        pool_size: database.pool_size,
        group_size: database.group_size,
        serves: how == Use::Server,
    };
    Store::open(options)
        .await
        .map_err(CliError::store("open the database"))
}

/// Brings the schema up to date, or refuses one that is not when that is forbidden.
pub async fn prepare(store: &Store, loaded: &Loaded) -> Result<(), CliError> {
    if loaded.settings.database.migrate {
        let ran = store
            .migrate()
            .await
            .map_err(CliError::store("migrate the database"))?;
        if !ran.is_empty() {
            tracing::info!(
                migrations = ran.len(),
                "the schema of the database was brought up to date"
            );
        }
        return Ok(());
    }
    let is_migrated = store
        .is_migrated()
        .await
        .map_err(CliError::store("read the database's schema"))?;
    if is_migrated {
        return Ok(());
    }
    Err(CliError::Usage(
        "the schema of the database is not up to date: run `syncline migrate`, or drop --no-migrate".to_owned(),
    ))
}

/// Hears at once of what other processes do, where the settings do not forbid it.
pub fn listen(store: &Store, loaded: &Loaded) -> Result<(), CliError> {
    let url = loaded.settings.database.notify_url.as_deref();
    if url == Some("off") {
        return Ok(());
    }
    store
        .listen(url)
        .map(drop)
        .map_err(CliError::store("listen to other processes"))
}

/// Where the master keys of a process stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeysPlace {
    /// In the file of the settings, or in the one beside the SQLite file.
    File(PathBuf),
    /// In the variable, or nowhere yet.
    Variable,
    /// A database in memory has its own.
    Memory,
}

/// Where the keys come from that [`open`] takes.
pub fn keys_place(loaded: &Loaded) -> Result<KeysPlace, CliError> {
    place(loaded, variable())
}

fn place(loaded: &Loaded, variable: Option<String>) -> Result<KeysPlace, CliError> {
    let url = &loaded.settings.database.url;
    match (source(loaded, variable), url.as_str()) {
        (Some(Given::File(path)), _) => Ok(KeysPlace::File(path.to_owned())),
        (Some(Given::Variable(_)), _) => Ok(KeysPlace::Variable),
        (None, "sqlite::memory:") => Ok(KeysPlace::Memory),
        (None, url) => Ok(default_keys_file(url)
            .map_err(CliError::store("open the database"))?
            .map_or(KeysPlace::Variable, KeysPlace::File)),
    }
}

fn variable() -> Option<String> {
    std::env::var(KEY_VARIABLE)
        .ok()
        .filter(|text| !text.trim().is_empty())
}

/// What somebody set.
enum Given<'l> {
    File(&'l Path),
    Variable(String),
}

/// The flag's file, else the variable with the keys themselves, else the file of the other layers.
fn source(loaded: &Loaded, variable: Option<String>) -> Option<Given<'_>> {
    let file = loaded.settings.secrets.master_key_file.as_deref();
    let is_flag = matches!(loaded.layer("secrets.master_key_file"), Layer::Flag(_));
    match (variable, file) {
        (_, Some(file)) if is_flag => Some(Given::File(file)),
        (Some(text), _) => Some(Given::Variable(text)),
        (None, Some(file)) => Some(Given::File(file)),
        (None, None) => None,
    }
}

fn master_keys(loaded: &Loaded, variable: Option<String>) -> Result<Option<MasterKeys>, CliError> {
    match source(loaded, variable) {
        None => Ok(None),
        Some(Given::File(path)) => keys_of_file(path).map(Some),
        Some(Given::Variable(text)) => MasterKeys::parse(&text)
            .map(Some)
            .map_err(|error| CliError::Usage(format!("the variable {KEY_VARIABLE}: {error}"))),
    }
}

/// Reads the keys of a file.
pub fn keys_of_file(path: &Path) -> Result<MasterKeys, CliError> {
    let text =
        std::fs::read_to_string(path).map_err(CliError::file("read the master key in", path))?;
    warn_of_readers(path);
    MasterKeys::parse(&text).map_err(|error| CliError::Content {
        path: path.to_owned(),
        problem: format!("holds no key: {error}"),
    })
}

/// Some platforms mount secrets with the mode that they like, so that this is no error.
#[cfg(unix)]
fn warn_of_readers(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(path).map_or(0, |file| file.permissions().mode());
    if mode & 0o077 != 0 {
        tracing::warn!(
            "others than its owner may read or change the master key file {}: chmod 600 it",
            path.display()
        );
    }
}

#[cfg(not(unix))]
fn warn_of_readers(_: &Path) {}

#[cfg(test)]
mod tests {
    use syncline_store::secrets::MasterKey;

    use super::*;
    use crate::settings::Surroundings;
    use crate::settings::flags::Given as Flags;

    const FLAGS: &str = "00000000000000000000000000000000000000000000000000000000000000f1";
    const VARIABLES: &str = "00000000000000000000000000000000000000000000000000000000000000f2";

    fn loaded(file: Option<&Path>, is_flag: bool) -> Loaded {
        let mut given = Flags::new();
        let mut around = Surroundings::default();
        if let Some(path) = file.map(|path| path.display().to_string()) {
            if is_flag {
                given.insert(
                    "secrets.master_key_file",
                    ("--master-key-file".to_owned(), path),
                );
            } else {
                around
                    .variables
                    .insert("SYNCLINE_MASTER_KEY_FILE".to_owned(), path);
            }
        }
        Loaded::read(&given, None, &around).unwrap()
    }

    #[test]
    fn a_flag_wins_over_the_variable_with_the_key() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), format!("{FLAGS}\n")).unwrap();
        let key = |is_flag, variable: Option<&str>| {
            let loaded = loaded(Some(file.path()), is_flag);
            master_keys(&loaded, variable.map(str::to_owned))
                .unwrap()
                .unwrap()
                .primary()
                .to_text()
        };
        let [of_file, of_variable] =
            [FLAGS, VARIABLES].map(|text| MasterKey::parse(text).unwrap().to_text());
        assert_eq!(key(true, Some(VARIABLES)), of_file);
        assert_eq!(key(false, Some(VARIABLES)), of_variable);
        assert_eq!(key(false, None), of_file);
        assert!(master_keys(&loaded(None, false), None).unwrap().is_none());
    }

    #[test]
    fn the_place_of_the_keys_is_known() {
        let named = Path::new("/k");
        let key = || Some(FLAGS.to_owned());
        let place = |loaded: &Loaded, variable| place(loaded, variable).unwrap();
        assert_eq!(
            place(&loaded(Some(named), true), key()),
            KeysPlace::File(named.into())
        );
        assert_eq!(
            place(&loaded(Some(named), false), key()),
            KeysPlace::Variable
        );
        assert_eq!(
            place(&loaded(Some(named), false), None),
            KeysPlace::File(named.into())
        );
        let of_url = |url: &str| {
            let mut loaded = loaded(None, false);
            loaded.settings.database.url = url.to_owned();
            place(&loaded, None)
        };
        assert_eq!(
            of_url("sqlite:///a/b.db"),
            KeysPlace::File("/a/b.db.key".into())
        );
        assert_eq!(of_url("sqlite::memory:"), KeysPlace::Memory);
        assert_eq!(of_url("postgres://h/d"), KeysPlace::Variable);
    }

    #[test]
    fn a_wrong_key_is_never_repeated() {
        for text in ["hunter2".to_owned(), format!("{FLAGS},hunter2")] {
            let error = master_keys(&loaded(None, false), Some(text)).unwrap_err();
            let report = error.report();
            assert!(report.contains("SYNCLINE_MASTER_KEY"), "{report}");
            assert!(!report.contains("hunter2"), "{report}");
        }
    }

    #[test]
    fn several_keys_may_stand_in_the_variable_and_in_the_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), format!("# new\n{FLAGS}\n# old\n{VARIABLES}\n")).unwrap();
        for (is_flag, variable) in [(true, None), (false, Some(format!("{FLAGS}, {VARIABLES}")))] {
            let loaded = loaded(Some(file.path()), is_flag);
            let keys = master_keys(&loaded, variable).unwrap().unwrap();
            let texts: Vec<_> = keys.iter().map(MasterKey::to_text).collect();
            let expected = [FLAGS, VARIABLES].map(|text| MasterKey::parse(text).unwrap().to_text());
            assert_eq!(texts, expected);
        }
    }
}
