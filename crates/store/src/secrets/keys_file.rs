//! Files of master keys: for their owner alone, and whole at every moment.

use std::fs::{self, File, OpenOptions};
use std::io::{Error, ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::{MasterKey, MasterKeys};
use crate::db::lock_file::beside;
use crate::db::url::DatabaseUrl;
use crate::error::StoreError;

/// The file in which the keys of a database stand when nobody gives any: beside a SQLite file.
/// `None`: there is no such place.
///
/// # Errors
/// [`StoreError::Open`] when this is no database URL.
pub fn default_keys_file(database_url: &str) -> Result<Option<PathBuf>, StoreError> {
    Ok(match DatabaseUrl::parse(database_url)? {
        DatabaseUrl::File(file) => Some(beside(&file, "key")),
        DatabaseUrl::Memory | DatabaseUrl::Postgres(_) => None,
    })
}

/// Reads the keys of a file, the primary first.
///
/// # Errors
/// [`StoreError::Open`] with what to do; `None` when there is no such file.
pub(crate) fn read_keys_file(path: &Path) -> Result<Option<MasterKeys>, StoreError> {
    let shown = path.display();
    match fs::read_to_string(path) {
        Ok(text) => MasterKeys::parse(&text)
            .map(Some)
            .map_err(|error| StoreError::Open(format!("the master key file {shown}: {error}"))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(refused(path, &error)),
    }
}

/// Makes a file with a new key, unless the file is there. It appears whole: others may look for
/// it at the same time.
pub(crate) fn make_keys_file(path: &Path) -> Result<(), StoreError> {
    if path.exists() {
        return Ok(());
    }
    let keys = MasterKeys::from(MasterKey::generate());
    let draft = write_draft(path, &keys).map_err(|error| refused(path, &error))?;
    let made = fs::hard_link(&draft, path);
    let removed = fs::remove_file(&draft);
    match made {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(refused(path, &error)),
        Ok(()) | Err(_) => removed.map_err(|error| refused(path, &error)),
    }
}

/// Writes these keys into a file of mode 0600, in the place of what was there. Who reads it at the
/// same time finds the old file or the new one, whole.
///
/// # Errors
/// What the system says. The file is then as it was.
pub fn replace_keys_file(path: &Path, keys: &MasterKeys) -> Result<(), Error> {
    let draft = write_draft(path, keys)?;
    let replaced = fs::rename(&draft, path);
    if replaced.is_err() {
        fs::remove_file(&draft)?;
    }
    replaced?;
    // The name is on the disk when its directory is.
    let directory = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    File::open(directory.unwrap_or(Path::new(".")))?.sync_all()
}

fn write_draft(path: &Path, keys: &MasterKeys) -> Result<PathBuf, Error> {
    let draft = path.with_added_extension(format!("{}", std::process::id()));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft)?;
    file.write_all(keys.to_text().as_bytes())?;
    file.sync_all()?;
    Ok(draft)
}

fn refused(path: &Path, error: &Error) -> StoreError {
    StoreError::Open(format!(
        "the master key file {} cannot be used: {error}",
        path.display()
    ))
}
