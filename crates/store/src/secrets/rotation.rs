//! Documents get another master key, a few at a time, while everybody goes on reading and writing.
//!
//! A document is written only where it is still, byte for byte, what was read: whoever writes at
//! the same time wins. So any number of rotations may run, be stopped, and be begun again.

use diesel::sql_types::{BigInt, Binary, Text};
use syncline_domain::{ConnectionId, OrganizationId};

use super::envelope::FORMAT;
use super::keys::KeyId;
use super::place::{Place, Purpose};
use super::vault::Sealed;
use crate::db::master_key;
use crate::db::types::Uid;
use crate::error::StoreError;
use crate::sql::Sql;
use crate::tx::Tx;

/// How many documents a master key wraps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyUse {
    /// The key.
    pub key_id: KeyId,
    /// All that it opens.
    pub documents: i64,
    /// Those that a rotation would rewrite.
    pub to_rotate: i64,
}

/// How far a pass over the documents is.
#[derive(Debug, Clone)]
pub struct RotationCursor {
    batch: Batch,
    after: (ConnectionId, String),
}

/// What one step of a rotation did.
#[derive(Debug, Clone, Default)]
pub struct Rotated {
    /// So many documents have the primary key now.
    pub rotated: i64,
    /// So many were written by somebody else meanwhile; the next pass looks at them again.
    pub overtaken: i64,
    /// Documents that do not open, by their names, for people. They are left as they are.
    pub unreadable: Vec<String>,
    /// Where the next step goes on; none at the end of the pass.
    pub next: Option<RotationCursor>,
}

/// Documents of one kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Batch {
    key_id: KeyId,
    format: i32,
}

type Row = (ConnectionId, String, OrganizationId, Vec<u8>);

impl Tx<'_> {
    /// What the master keys of this database wrap, by key. Without a key of its own a process
    /// would have to rotate them all.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub fn list_key_uses(&mut self) -> Result<Vec<KeyUse>, StoreError> {
        let primary = self.vault().keys().map(|keys| keys.primary().id());
        let rows: Vec<(String, i64, i64)> = Sql::new(
            "SELECT key_id, count(*), count(CASE WHEN format = ? THEN 1 END) \
             FROM secret_documents GROUP BY key_id ORDER BY key_id",
        )
        .int(FORMAT)
        .rows::<(Text, BigInt, BigInt)>()
        .load(self)?;
        Ok(rows
            .into_iter()
            .map(|(key_id, documents, of_this_format)| {
                let key_id = KeyId::stored(key_id);
                let is_primary = Some(&key_id) == primary.as_ref();
                let done = if is_primary { of_this_format } else { 0 };
                KeyUse {
                    key_id,
                    documents,
                    to_rotate: documents - done,
                }
            })
            .collect())
    }

    /// The key that servers of this database seal with: the primary of the server that started
    /// last. None before the first server.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub fn find_servers_key(&mut self) -> Result<Option<KeyId>, StoreError> {
        master_key::find_servers_key(self.conn())
    }

    /// Wraps at most `limit` documents with the primary key. One pass begins with `after: None`
    /// and ends without a `next`.
    ///
    /// # Errors
    /// [`StoreError::Open`] when this process lacks a key that wraps some of them.
    pub fn rotate_secret_documents(
        &mut self,
        after: Option<RotationCursor>,
        limit: i64,
    ) -> Result<Rotated, StoreError> {
        let begun = after.as_ref().map(|cursor| &cursor.batch);
        let batches: Vec<Batch> = self
            .old_batches()?
            .into_iter()
            .filter(|batch| begun.is_none_or(|begun| batch >= begun))
            .collect();
        for batch in batches {
            let place = after
                .as_ref()
                .filter(|cursor| cursor.batch == batch)
                .map(|cursor| cursor.after.clone());
            let rows = self.list_documents(&batch, place, limit)?;
            if !rows.is_empty() {
                return self.rotate(batch, rows);
            }
        }
        Ok(Rotated::default())
    }

    /// Keys and formats that are not the primary's and today's.
    fn old_batches(&mut self) -> Result<Vec<Batch>, StoreError> {
        let primary = self.vault().primary()?.id();
        let batches = master_key::in_use(self.conn())?
            .into_iter()
            .flat_map(|key_id| {
                (1..=FORMAT).map(move |format| Batch {
                    key_id: key_id.clone(),
                    format,
                })
            })
            .filter(|batch| batch.key_id != primary || batch.format != FORMAT);
        Ok(batches.collect())
    }

    fn list_documents(
        &mut self,
        batch: &Batch,
        after: Option<(ConnectionId, String)>,
        limit: i64,
    ) -> Result<Vec<Row>, StoreError> {
        let further = if after.is_some() {
            "AND (connection_id, purpose) > (?, ?)"
        } else {
            ""
        };
        let sql = Sql::new(format!(
            "SELECT connection_id, purpose, organization_id, sealed FROM secret_documents \
             WHERE key_id = ? AND format = ? {further} ORDER BY connection_id, purpose LIMIT ?"
        ))
        .text(batch.key_id.as_str().to_owned())
        .int(batch.format);
        let sql = match after {
            Some((connection_id, purpose)) => sql.id(connection_id.uuid()).text(purpose),
            None => sql,
        };
        sql.big(limit).rows::<(Uid, Text, Uid, Binary)>().load(self)
    }

    fn rotate(&mut self, batch: Batch, rows: Vec<Row>) -> Result<Rotated, StoreError> {
        let mut done = Rotated::default();
        let last = rows.last().map(|row| (row.0, row.1.clone()));
        for (connection_id, purpose, organization_id, bytes) in rows {
            let place = Place {
                organization_id,
                connection_id,
                purpose: Purpose::stored(purpose),
            };
            let before = Sealed {
                format: batch.format,
                key_id: batch.key_id.clone(),
                bytes,
            };
            let after = match self.vault().rewrap(&place, &before) {
                Ok(after) => after,
                Err(StoreError::Corrupt(_)) => {
                    done.unreadable.push(place.to_string());
                    continue;
                }
                Err(error) => return Err(error),
            };
            if self.replace_sealed(&place, before, after)? {
                done.rotated += 1;
            } else {
                done.overtaken += 1;
            }
        }
        done.next = last.map(|after| RotationCursor { batch, after });
        Ok(done)
    }

    /// Neither the version nor the time of the last change: nobody's document has changed.
    fn replace_sealed(
        &mut self,
        place: &Place,
        before: Sealed,
        after: Sealed,
    ) -> Result<bool, StoreError> {
        let written = Sql::new(
            "UPDATE secret_documents SET format = ?, key_id = ?, sealed = ? \
             WHERE connection_id = ? AND purpose = ? AND format = ? AND key_id = ? AND sealed = ?",
        )
        .int(after.format)
        .text(after.key_id.as_str().to_owned())
        .blob(after.bytes)
        .id(place.connection_id.uuid())
        .text(place.purpose.as_str().to_owned())
        .int(before.format)
        .text(before.key_id.as_str().to_owned())
        .blob(before.bytes)
        .run(self)?;
        Ok(written > 0)
    }
}
