//! Column types that each database spells in its own way.
//!
//! | SQL type | Rust type | SQLite | PostgreSQL |
//! |---|---|---|---|
//! | [`Instant`] | `DateTime<Utc>` | `INTEGER`, microseconds since 1970 | `timestamptz` |
//! | [`Uid`] | `Uuid` and the typed ids | `BLOB` of 16 bytes | `uuid` |
//! | [`Json`] | [`JsonText`] | `TEXT` | `json` |
//!
//! Where diesel's query builder wants an expression, [`Time`] and [`Id`] stand for the first two,
//! whose types are not ours.

use chrono::{DateTime, Utc};
use diesel::deserialize::{FromSql, FromSqlRow, Queryable, Result as Read};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::query_builder::QueryId;
use diesel::serialize::{IsNull, Output, Result as Written, ToSql};
use diesel::sql_types::{BigInt, Binary, HasSqlType, SqlType, Text, Timestamptz};
use diesel::sqlite::{Sqlite, SqliteValue};
use syncline_domain::{
    AuditEventId, BatchId, ConnectionId, EventId, HeldDeletesId, ModelId, OrganizationId, RecordId,
    SyncId, TokenId,
};
use uuid::Uuid;

use crate::db::connection::{MultiBackend, MultiRawValue};

/// A moment, to the microsecond.
#[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
#[diesel(postgres_type(oid = 1184, array_oid = 1185))]
#[diesel(sqlite_type(name = "Long"))]
pub struct Instant;

/// A UUID.
#[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
#[diesel(postgres_type(oid = 2950, array_oid = 2951))]
#[diesel(sqlite_type(name = "Binary"))]
pub struct Uid;

/// JSON as it was written: `json`, not `jsonb`, which refuses `\u0000` and reorders fields.
#[derive(Debug, Clone, Copy, Default, SqlType, QueryId)]
#[diesel(postgres_type(oid = 114, array_oid = 199))]
#[diesel(sqlite_type(name = "Text"))]
pub struct Json;

/// A moment in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Instant)]
pub(crate) struct Time(pub(crate) DateTime<Utc>);

/// Any id in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = Uid)]
pub(crate) struct Id(pub(crate) Uuid);

/// The text of a JSON value in a column.
#[derive(Debug, Clone, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Json)]
pub(crate) struct JsonText(pub(crate) String);

/// `$sql` columns hold `$rust` values: `$to` gives what a database stores, `$from` reads it.
macro_rules! column {
    ($sql:ty, $rust:ty, $sqlite:ty, $postgres:ty, |$value:ident| $to_sqlite:expr, $to_postgres:expr,
     |$stored:ident| $from_sqlite:expr, $from_postgres:expr) => {
        impl ToSql<$sql, Sqlite> for $rust {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> Written {
                let $value = self;
                out.set_value($to_sqlite);
                Ok(IsNull::No)
            }
        }

        impl ToSql<$sql, Pg> for $rust {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> Written {
                let $value = self;
                ToSql::<$postgres, Pg>::to_sql(&$to_postgres, &mut out.reborrow())
            }
        }

        impl ToSql<$sql, MultiBackend> for $rust {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> Written {
                out.set_value((<$sql>::default(), self));
                Ok(IsNull::No)
            }
        }

        impl FromSql<$sql, Sqlite> for $rust {
            fn from_sql(bytes: SqliteValue<'_, '_, '_>) -> Read<Self> {
                let $stored = FromSql::<$sqlite, Sqlite>::from_sql(bytes)?;
                $from_sqlite
            }
        }

        impl FromSql<$sql, Pg> for $rust {
            fn from_sql(bytes: PgValue<'_>) -> Read<Self> {
                let $stored = FromSql::<$postgres, Pg>::from_sql(bytes)?;
                $from_postgres
            }
        }

        impl FromSql<$sql, MultiBackend> for $rust {
            fn from_sql(bytes: MultiRawValue<'_>) -> Read<Self> {
                bytes.from_sql::<$rust, $sql>()
            }
        }
    };
}

macro_rules! on_both {
    ($($sql:ty),*) => {$(
        impl HasSqlType<$sql> for MultiBackend {
            fn metadata(lookup: &mut Self::MetadataLookup) -> Self::TypeMetadata {
                Self::lookup_sql_type::<$sql>(lookup)
            }
        }
    )*};
}

on_both!(Instant, Uid, Json);

column!(
    Instant,
    DateTime<Utc>,
    BigInt,
    Timestamptz,
    |value| value.timestamp_micros(),
    *value,
    |stored| micros(stored),
    Ok(stored)
);
column!(
    Instant,
    Time,
    BigInt,
    Timestamptz,
    |value| value.0.timestamp_micros(),
    value.0,
    |stored| micros(stored).map(Time),
    Ok(Time(stored))
);

fn micros(stored: i64) -> Read<DateTime<Utc>> {
    DateTime::from_timestamp_micros(stored)
        .ok_or_else(|| format!("{stored} is not a moment").into())
}

column!(
    Uid,
    Uuid,
    Binary,
    diesel::sql_types::Uuid,
    |value| value.into_bytes().to_vec(),
    *value,
    |stored| uuid(stored),
    Ok(stored)
);
column!(
    Uid,
    Id,
    Binary,
    diesel::sql_types::Uuid,
    |value| value.0.into_bytes().to_vec(),
    value.0,
    |stored| uuid(stored).map(Id),
    Ok(Id(stored))
);

fn uuid(stored: Vec<u8>) -> Read<Uuid> {
    Ok(Uuid::from_slice(&stored)?)
}

column!(
    Json,
    JsonText,
    Text,
    Text,
    |value| value.0.as_str(),
    value.0,
    |stored| Ok(JsonText(stored)),
    Ok(JsonText(stored))
);

macro_rules! ids {
    ($($id:ty),*) => {$(
        column!(
            Uid, $id, Binary, diesel::sql_types::Uuid,
            |value| value.uuid().into_bytes().to_vec(), value.uuid(),
            |stored| uuid(stored).map(<$id>::from_uuid), Ok(<$id>::from_uuid(stored))
        );

        impl Queryable<Uid, MultiBackend> for $id {
            type Row = Self;

            fn build(row: Self) -> Read<Self> {
                Ok(row)
            }
        }

        impl From<$id> for Id {
            fn from(id: $id) -> Self {
                Self(id.uuid())
            }
        }
    )*};
}

ids!(
    OrganizationId,
    TokenId,
    ConnectionId,
    ModelId,
    SyncId,
    RecordId,
    BatchId,
    AuditEventId,
    EventId,
    HeldDeletesId
);
