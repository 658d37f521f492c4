//! One server for each SQLite file.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use crate::error::StoreError;

/// `<database>.lock`, held while a server lives. The system frees it when the process ends, in
/// whatever way.
pub(crate) struct LockFile {
    _file: File,
}

impl LockFile {
    /// Takes it, and writes this process's id into it.
    pub(crate) fn take(database: &Path) -> Result<Self, StoreError> {
        let path = beside(database, "lock");
        let refused = |error: std::io::Error| {
            StoreError::Open(format!(
                "the lock file {} cannot be written: {error}",
                path.display()
            ))
        };
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(refused)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let _ = file.read_to_string(&mut holder);
                return Err(StoreError::Open(format!(
                    "{} is served by process {}; stop it or use another --database-url",
                    database.display(),
                    holder.trim(),
                )));
            }
            Err(TryLockError::Error(error)) => return Err(refused(error)),
        }
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| writeln!(file, "{}", std::process::id()))
            .and_then(|()| file.flush())
            .map_err(refused)?;
        Ok(Self { _file: file })
    }
}

/// `<database>.<what>`.
pub(crate) fn beside(database: &Path, what: &str) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push(".");
    path.push(what);
    path.into()
}
