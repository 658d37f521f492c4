//! Which master keys belong to a database: those that wrap its secret documents, and the one that
//! its servers seal with, whose id stands in a setting.

use std::collections::BTreeSet;
use std::path::Path;

use diesel::sql_types::{BigInt, Text};
use diesel::{OptionalExtension, QueryDsl, QueryableByName, RunQueryDsl};

use crate::db::AnyConnection;
use crate::db::lock_file::beside;
use crate::error::StoreError;
use crate::schema::settings;
use crate::secrets::{
    GIVE_IT, KEY_NEEDED, KeyId, MasterKey, MasterKeys, make_keys_file, read_keys_file,
};

const SETTING: &str = "master_key_fingerprint";

/// The keys to use: those that were given; on a SQLite file without any, those of the key file
/// beside it, which is made as long as the database knows no key; in memory a new one.
pub(crate) fn choose(
    given: Option<MasterKeys>,
    file: Option<&Path>,
    conn: &mut AnyConnection,
    serves: bool,
) -> Result<Option<MasterKeys>, StoreError> {
    match (given, &conn, file) {
        (Some(keys), _, _) => Ok(Some(keys)),
        (None, AnyConnection::Postgres(_), _) if serves => Err(StoreError::Open(KEY_NEEDED.into())),
        (None, AnyConnection::Postgres(_), _) => Ok(None),
        (None, AnyConnection::Sqlite(_), None) => Ok(Some(MasterKey::generate().into())),
        (None, AnyConnection::Sqlite(_), Some(database)) => {
            let path = beside(database, "key");
            if needed(conn)?.is_empty() {
                make_keys_file(&path)?;
            }
            let keys = read_keys_file(&path)?.ok_or_else(|| {
                StoreError::Open(format!(
                    "the master key file {} is missing: put it back, or give the key by \
                     SYNCLINE_MASTER_KEY or --master-key-file; without it the stored secrets are \
                     lost",
                    path.display()
                ))
            })?;
            Ok(Some(keys))
        }
    }
}

/// For a process that serves: refuses keys that leave some of the database's secrets closed, and
/// keeps which key servers seal with from now on. Does nothing in a database without tables.
pub(crate) fn enroll(conn: &mut AnyConnection, keys: &MasterKeys) -> Result<(), StoreError> {
    if !has_table(conn, "settings")? {
        return Ok(());
    }
    let primary = keys.primary().id();
    let (insert, update) = match conn {
        AnyConnection::Sqlite(_) => ("(?, ?)", "value = ? WHERE key = ? AND value = ?"),
        AnyConnection::Postgres(_) => ("($1, $2)", "value = $1 WHERE key = $2 AND value = $3"),
    };
    diesel::sql_query(format!(
        "INSERT INTO settings (key, value) VALUES {insert} ON CONFLICT (key) DO NOTHING"
    ))
    .bind::<Text, _>(SETTING)
    .bind::<Text, _>(primary.as_str())
    .execute(conn)?;
    for id in needed(conn)? {
        if keys.find(&id).is_none() {
            return Err(missing(conn, &id));
        }
    }
    if let Some(known) = find_servers_key(conn)?.filter(|known| *known != primary) {
        diesel::sql_query(format!("UPDATE settings SET {update}"))
            .bind::<Text, _>(primary.as_str())
            .bind::<Text, _>(SETTING)
            .bind::<Text, _>(known.as_str())
            .execute(conn)?;
        tracing::info!(before = %known, now = %primary, "servers seal with another master key");
    }
    Ok(())
}

/// What servers seal with. None in a database that no server has opened yet.
pub(crate) fn find_servers_key(conn: &mut AnyConnection) -> Result<Option<KeyId>, StoreError> {
    if !has_table(conn, "settings")? {
        return Ok(None);
    }
    let found: Option<String> = settings::table
        .find(SETTING)
        .select(settings::value)
        .first(conn)
        .optional()?;
    Ok(found.map(KeyId::stored))
}

/// Every key without which something would stay closed.
fn needed(conn: &mut AnyConnection) -> Result<BTreeSet<KeyId>, StoreError> {
    let mut ids = in_use(conn)?;
    ids.extend(find_servers_key(conn)?);
    Ok(ids)
}

/// Every key that wraps a document: from one to the next by the index, however many documents
/// there are.
pub(crate) fn in_use(conn: &mut AnyConnection) -> Result<BTreeSet<KeyId>, StoreError> {
    let mut ids = BTreeSet::new();
    if !has_table(conn, "secret_documents")? {
        return Ok(ids);
    }
    let mark = match conn {
        AnyConnection::Sqlite(_) => "?",
        AnyConnection::Postgres(_) => "$1",
    };
    let next = format!(
        "SELECT key_id AS id FROM secret_documents WHERE key_id > {mark} ORDER BY key_id LIMIT 1"
    );
    let mut last = String::new();
    loop {
        let found = diesel::sql_query(&next)
            .bind::<Text, _>(&last)
            .get_result::<Id>(conn)
            .optional()?;
        let Some(Id { id }) = found else {
            return Ok(ids);
        };
        last.clone_from(&id);
        ids.insert(KeyId::stored(id));
    }
}

fn missing(conn: &mut AnyConnection, id: &KeyId) -> StoreError {
    let mark = match conn {
        AnyConnection::Sqlite(_) => "?",
        AnyConnection::Postgres(_) => "$1",
    };
    let counted = diesel::sql_query(format!(
        "SELECT count(*) AS count FROM secret_documents WHERE key_id = {mark}"
    ))
    .bind::<Text, _>(id.as_str())
    .get_result::<Count>(conn);
    // Without the table, or when it cannot be asked, the id alone must do.
    let opens = match counted.map_or(0, |Count { count }| count) {
        0 => "the secrets in this database are encrypted with another master key".to_owned(),
        1 => "a secret document in this database is encrypted with another master key".to_owned(),
        count => format!("{count} secret documents are encrypted with another master key"),
    };
    StoreError::Open(format!(
        "{opens}, {id}, which this process was not given: {GIVE_IT}; or put its key file back"
    ))
}

#[derive(QueryableByName)]
struct Id {
    #[diesel(sql_type = Text)]
    id: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

fn has_table(conn: &mut AnyConnection, name: &str) -> Result<bool, StoreError> {
    let question = match conn {
        AnyConnection::Sqlite(_) => {
            "SELECT count(*) AS count FROM sqlite_master WHERE type = 'table' AND name = ?"
        }
        AnyConnection::Postgres(_) => "SELECT count(to_regclass($1)) AS count",
    };
    let Count { count } = diesel::sql_query(question)
        .bind::<Text, _>(name)
        .get_result(conn)?;
    Ok(count > 0)
}
