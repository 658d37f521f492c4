//! The token of a quickstart: made once, kept in a file that only its owner reads.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use syncline_store::error::StoreError;
use syncline_store::store::Store;
use syncline_store::tokens::{Token, TokenSecret};

use crate::commands::token::{self, CreateArgs};
use crate::error::CliError;

/// The tenant that everything of a quickstart belongs to.
const ORGANIZATION: &str = "quickstart";

/// The token in the file, if the database knows it, else a new one.
pub async fn find_or_make(store: &Store, path: &Path) -> Result<String, CliError> {
    match fs::read_to_string(path) {
        Ok(text) if is_live(store, text.trim()).await? => return Ok(text.trim().to_owned()),
        // The database was deleted, or the token revoked.
        Ok(_) => fs::remove_file(path).map_err(CliError::file("replace", path))?,
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(CliError::file("read the token in", path)(error)),
    }
    let text = token::create(store, CreateArgs::admin(ORGANIZATION.to_owned())).await?;
    write(path, &text).map_err(CliError::file("write the token to", path))?;
    Ok(text)
}

async fn is_live(store: &Store, text: &str) -> Result<bool, CliError> {
    let hash = TokenSecret::sha256_of(text);
    let found: Result<Option<Token>, StoreError> =
        store.read(move |tx| tx.find_live_token(hash)).await;
    Ok(found
        .map_err(CliError::store("look for the token"))?
        .is_some())
}

/// The file is private from its first byte on.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    writeln!(file, "{text}")
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn only_its_owner_reads_the_token() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("token");
        write(&path, "syncline_x").unwrap();
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert_eq!(fs::read_to_string(&path).unwrap(), "syncline_x\n");
    }
}
