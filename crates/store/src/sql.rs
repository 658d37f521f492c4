//! A statement in SQL with `?` where a value goes, for either database.
//!
//! diesel's own `sql_query` is prepared anew each time and takes each database's own
//! placeholders. This is prepared once for each connection, and reads the same for both.

use std::borrow::Cow;
use std::marker::PhantomData;

use chrono::{DateTime, Utc};
use diesel::backend::Backend;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::query_dsl::LoadQuery;
use diesel::result::Error::QueryBuilderError;
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, Binary, Bool, HasSqlType, Integer, Nullable, Text, Untyped};
use diesel::{Connection, OptionalExtension, QueryResult, RunQueryDsl};
use serde::Serialize;
use uuid::Uuid;

use crate::db::AnyConnection;
use crate::db::connection::MultiBackend;
use crate::db::types::{Instant, Json, JsonText, Uid};
use crate::error::StoreError;
use crate::tx::Tx;

/// Rows are read by name, or by position once [`Sql::rows`] has told their types.
pub(crate) struct Sql<'f, DB: Backend, ST = Untyped> {
    text: String,
    binds: Vec<Box<dyn QueryFragment<DB> + Send + 'f>>,
    is_kept: bool,
    rows: PhantomData<fn() -> ST>,
}

impl<'f, DB: Backend> Sql<'f, DB> {
    /// A statement of which few texts exist: it stays prepared.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            binds: Vec::new(),
            is_kept: true,
            rows: PhantomData,
        }
    }

    /// A statement whose text varies with its input: it is prepared for this once.
    pub(crate) fn once(text: impl Into<String>) -> Self {
        Self {
            is_kept: false,
            ..Self::new(text)
        }
    }

    /// Says the types of the columns, to read rows by position.
    pub(crate) fn rows<ST>(self) -> Sql<'f, DB, ST> {
        Sql {
            text: self.text,
            binds: self.binds,
            is_kept: self.is_kept,
            rows: PhantomData,
        }
    }
}

impl<'f, DB: Backend, ST> Sql<'f, DB, ST> {
    /// The value for the next `?`.
    pub(crate) fn bind<T, V>(mut self, value: V) -> Self
    where
        DB: HasSqlType<T>,
        V: ToSql<T, DB> + Send + 'f,
        T: 'f,
    {
        self.binds.push(Box::new(Bind::<T, V> {
            value,
            sql_type: PhantomData,
        }));
        self
    }
}

impl<DB: Backend, ST> QueryFragment<DB> for Sql<'_, DB, ST> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        if !self.is_kept {
            out.unsafe_to_cache_prepared();
        }
        let mut parts = self.text.split('?');
        out.push_sql(parts.next().unwrap_or_default());
        for bind in &self.binds {
            bind.walk_ast(out.reborrow())?;
            out.push_sql(parts.next().ok_or_else(|| self.miscounted())?);
        }
        match parts.next() {
            None => Ok(()),
            Some(_) => Err(self.miscounted()),
        }
    }
}

impl<DB: Backend, ST> Sql<'_, DB, ST> {
    fn miscounted(&self) -> diesel::result::Error {
        QueryBuilderError(format!("{} values for: {}", self.binds.len(), self.text).into())
    }
}

impl<DB: Backend, ST> QueryId for Sql<'_, DB, ST> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<DB: Backend, ST> Query for Sql<'_, DB, ST> {
    type SqlType = ST;
}

impl<Conn: Connection, ST> RunQueryDsl<Conn> for Sql<'_, Conn::Backend, ST> {}

struct Bind<T, V> {
    value: V,
    sql_type: PhantomData<fn() -> T>,
}

impl<DB, T, V> QueryFragment<DB> for Bind<T, V>
where
    DB: Backend + HasSqlType<T>,
    V: ToSql<T, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_bind_param(&self.value)
    }
}

/// A statement for either database, its values by their kind.
impl<'f, ST> Sql<'f, MultiBackend, ST> {
    pub(crate) fn id(self, id: Uuid) -> Self {
        self.bind::<Uid, _>(id)
    }

    pub(crate) fn ids(self, ids: impl IntoIterator<Item = Uuid>) -> Self {
        ids.into_iter().fold(self, Self::id)
    }

    pub(crate) fn opt_id(self, id: Option<Uuid>) -> Self {
        self.bind::<Nullable<Uid>, _>(id)
    }

    pub(crate) fn time(self, time: DateTime<Utc>) -> Self {
        self.bind::<Instant, _>(time)
    }

    pub(crate) fn opt_time(self, time: Option<DateTime<Utc>>) -> Self {
        self.bind::<Nullable<Instant>, _>(time)
    }

    pub(crate) fn text(self, text: impl Into<Cow<'f, str>>) -> Self {
        self.bind::<Text, _>(text.into())
    }

    pub(crate) fn opt_text(self, text: Option<String>) -> Self {
        self.bind::<Nullable<Text>, _>(text)
    }

    pub(crate) fn json(self, text: String) -> Self {
        self.bind::<Json, _>(JsonText(text))
    }

    pub(crate) fn int(self, number: i32) -> Self {
        self.bind::<Integer, _>(number)
    }

    pub(crate) fn opt_int(self, number: Option<i32>) -> Self {
        self.bind::<Nullable<Integer>, _>(number)
    }

    pub(crate) fn big(self, number: i64) -> Self {
        self.bind::<BigInt, _>(number)
    }

    pub(crate) fn opt_big(self, number: Option<i64>) -> Self {
        self.bind::<Nullable<BigInt>, _>(number)
    }

    pub(crate) fn flag(self, flag: bool) -> Self {
        self.bind::<Bool, _>(flag)
    }

    pub(crate) fn blob(self, bytes: Vec<u8>) -> Self {
        self.bind::<Binary, _>(bytes)
    }

    pub(crate) fn opt_blob(self, bytes: Option<Vec<u8>>) -> Self {
        self.bind::<Nullable<Binary>, _>(bytes)
    }

    /// Runs it; gives how many rows it wrote.
    pub(crate) fn run(self, tx: &mut Tx<'_>) -> Result<usize, StoreError> {
        Ok(self.execute(tx.conn())?)
    }

    /// All rows.
    pub(crate) fn load<R>(self, tx: &mut Tx<'_>) -> Result<Vec<R>, StoreError>
    where
        Self: for<'q> LoadQuery<'q, AnyConnection, R>,
    {
        Ok(RunQueryDsl::load(self, tx.conn())?)
    }

    /// The first row, if there is one.
    pub(crate) fn find<R>(self, tx: &mut Tx<'_>) -> Result<Option<R>, StoreError>
    where
        Self: for<'q> LoadQuery<'q, AnyConnection, R>,
    {
        Ok(self.get_result(tx.conn()).optional()?)
    }
}

/// `?, ?, ?` for the brackets of `IN ()`.
pub(crate) fn marks(count: usize) -> String {
    vec!["?"; count].join(", ")
}

/// Values for the brackets of `IN ()`, the last of them repeated up to a power of two: statements of
/// any number of them have few texts. None are one that nothing has.
pub(crate) fn padded<T: Clone + Default>(values: impl IntoIterator<Item = T>) -> Padded<T> {
    let mut values: Vec<T> = values.into_iter().collect();
    let last = values.last().cloned().unwrap_or_default();
    values.resize(values.len().next_power_of_two(), last);
    Padded(values)
}

/// See [`padded`].
pub(crate) struct Padded<T>(Vec<T>);

impl<T> Padded<T> {
    pub(crate) fn marks(&self) -> String {
        marks(self.0.len())
    }
}

impl<T> IntoIterator for Padded<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// The compact text of something that serializes.
pub(crate) fn json_of<T: Serialize + ?Sized>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value)
        .map_err(|error| StoreError::Corrupt(format!("a value cannot be written as JSON: {error}")))
}

/// A text for people without U+0000, which PostgreSQL does not take.
pub(crate) fn printable(text: &str) -> String {
    text.replace('\0', "\u{FFFD}")
}
