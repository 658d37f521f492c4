//! Which master key belongs to a database: the one whose fingerprint stands in it.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;

use diesel::sql_types::Text;
use diesel::{OptionalExtension, QueryDsl, QueryableByName, RunQueryDsl};

use crate::db::AnyConnection;
use crate::db::lock_file::beside;
use crate::error::StoreError;
use crate::schema::settings;
use crate::secrets::{KEY_NEEDED, MasterKey};

const SETTING: &str = "master_key_fingerprint";

/// The key to use: the one that was given; on a SQLite file without one, that of the key file
/// beside it, which is made as long as the database knows no key; in memory a new one.
pub(crate) fn choose(
    given: Option<MasterKey>,
    file: Option<&Path>,
    conn: &mut AnyConnection,
    serves: bool,
) -> Result<Option<MasterKey>, StoreError> {
    let known = find_fingerprint(conn)?;
    let key = match (given, &conn, file) {
        (Some(key), _, _) => Some(key),
        (None, AnyConnection::Postgres(_), _) if serves => {
            return Err(StoreError::Open(KEY_NEEDED.into()));
        }
        (None, AnyConnection::Postgres(_), _) => None,
        (None, AnyConnection::Sqlite(_), None) => Some(MasterKey::generate()),
        (None, AnyConnection::Sqlite(_), Some(database)) => {
            Some(read_file(&beside(database, "key"), known.is_none())?)
        }
    };
    if let (Some(key), Some(known)) = (&key, known) {
        check(key, &known)?;
    }
    Ok(key)
}

/// Writes the key's fingerprint into a database that has none; refuses another key.
pub(crate) fn keep_fingerprint(
    conn: &mut AnyConnection,
    key: &MasterKey,
) -> Result<(), StoreError> {
    let insert = "INSERT INTO settings (key, value) VALUES";
    let rest = "ON CONFLICT (key) DO NOTHING";
    let values = match conn {
        AnyConnection::Sqlite(_) => "(?, ?)",
        AnyConnection::Postgres(_) => "($1, $2)",
    };
    diesel::sql_query(format!("{insert} {values} {rest}"))
        .bind::<Text, _>(SETTING)
        .bind::<Text, _>(key.fingerprint())
        .execute(conn)?;
    find_fingerprint(conn)?.map_or(Ok(()), |known| check(key, &known))
}

/// None in a database that has no tables yet.
pub(crate) fn find_fingerprint(conn: &mut AnyConnection) -> Result<Option<String>, StoreError> {
    if !has_settings(conn)? {
        return Ok(None);
    }
    Ok(settings::table
        .find(SETTING)
        .select(settings::value)
        .first(conn)
        .optional()?)
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    count: i64,
}

pub(crate) fn has_settings(conn: &mut AnyConnection) -> Result<bool, StoreError> {
    let question = match conn {
        AnyConnection::Sqlite(_) => {
            "SELECT count(*) AS count FROM sqlite_master WHERE type = 'table' AND name = 'settings'"
        }
        AnyConnection::Postgres(_) => "SELECT count(to_regclass('settings')) AS count",
    };
    let Count { count } = diesel::sql_query(question).get_result(conn)?;
    Ok(count > 0)
}

fn check(key: &MasterKey, known: &str) -> Result<(), StoreError> {
    if key.fingerprint() == known {
        Ok(())
    } else {
        Err(StoreError::Open(
            "the secrets in this database are encrypted with another master key: give that one by \
             SYNCLINE_MASTER_KEY or --master-key-file, or put its key file back"
                .into(),
        ))
    }
}

fn read_file(path: &Path, may_make: bool) -> Result<MasterKey, StoreError> {
    let refused = |error: std::io::Error| {
        StoreError::Open(format!(
            "the master key file {} cannot be used: {error}",
            path.display()
        ))
    };
    if may_make {
        make_file(path).map_err(refused)?;
    }
    match fs::read_to_string(path) {
        Ok(text) => MasterKey::parse(&text).map_err(|error| {
            StoreError::Open(format!("the master key file {}: {error}", path.display()))
        }),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(StoreError::Open(format!(
            "the master key file {} is missing: put it back, or give the key by \
             SYNCLINE_MASTER_KEY or --master-key-file; without it the stored secrets are lost",
            path.display()
        ))),
        Err(error) => Err(refused(error)),
    }
}

/// Makes the file unless it is there. It appears whole: others may look for it at the same time.
fn make_file(path: &Path) -> Result<(), std::io::Error> {
    if path.exists() {
        return Ok(());
    }
    let draft = path.with_extension(format!("key.{}", std::process::id()));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft)?;
    let made = writeln!(file, "{}", MasterKey::generate().to_text())
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::hard_link(&draft, path));
    fs::remove_file(&draft)?;
    match made {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        made => made,
    }
}
