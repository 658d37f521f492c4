//! The database of a process, and its master keys.

use std::path::Path;

use syncline_store::clock::Clock;
use syncline_store::secrets::MasterKeys;
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
    let variable = std::env::var(KEY_VARIABLE)
        .ok()
        .filter(|text| !text.trim().is_empty());
    let database = &loaded.settings.database;
    let options = StoreOptions {
        database_url: database.url.clone(),
        master_keys: master_keys(loaded, variable)?,
        clock: Clock::Database,
        pool_size: database.pool_size,
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

/// The flag's file, else the variable with the keys themselves, else the file of the other layers.
fn master_keys(loaded: &Loaded, variable: Option<String>) -> Result<Option<MasterKeys>, CliError> {
    let file = loaded.settings.secrets.master_key_file.as_deref();
    let is_flag = matches!(loaded.layer("secrets.master_key_file"), Layer::Flag(_));
    match (variable, file) {
        (_, Some(file)) if is_flag => from_file(file).map(Some),
        (Some(text), _) => MasterKeys::parse(&text)
            .map(Some)
            .map_err(|error| CliError::Usage(format!("the variable {KEY_VARIABLE}: {error}"))),
        (None, Some(file)) => from_file(file).map(Some),
        (None, None) => Ok(None),
    }
}

fn from_file(path: &Path) -> Result<MasterKeys, CliError> {
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
    use crate::settings::flags::Given;

    const FLAGS: &str = "00000000000000000000000000000000000000000000000000000000000000f1";
    const VARIABLES: &str = "00000000000000000000000000000000000000000000000000000000000000f2";

    fn loaded(file: Option<&Path>, is_flag: bool) -> Loaded {
        let mut given = Given::new();
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
