//! One connection, many, and their secrets.

use std::collections::BTreeMap;

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl, SelectableHelper};
use syncline_domain::access::Reach;
use syncline_domain::connection::Connection;
use syncline_domain::{ConnectionId, OrganizationId};

use super::row::{COLUMNS, ConnectionRow};
use crate::db::types::Id;
use crate::error::StoreError;
use crate::page::{PageOf, PageRequest};
use crate::schema::connections;
use crate::secrets::{Purpose, Secrets};
use crate::sql::{Sql, padded};
use crate::tx::Tx;

impl Tx<'_> {
    /// One connection; none when it was deleted.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub fn find_connection(
        &mut self,
        organization_id: OrganizationId,
        id: ConnectionId,
    ) -> Result<Option<Connection>, StoreError> {
        let row: Option<ConnectionRow> = connections::table
            .find(Id::from(id))
            .filter(connections::organization_id.eq(Id::from(organization_id)))
            .filter(connections::deleted_at.is_null())
            .select(ConnectionRow::as_select())
            .first(self.conn())
            .optional()?;
        row.map(ConnectionRow::into_connection).transpose()
    }

    /// Connections of any organization by their ids; those that were deleted are left out.
    pub(crate) fn find_connections(
        &mut self,
        ids: impl IntoIterator<Item = ConnectionId>,
    ) -> Result<BTreeMap<ConnectionId, Connection>, StoreError> {
        let ids = padded(ids.into_iter().map(|id| id.uuid()));
        let query = format!(
            "SELECT {COLUMNS} FROM connections c WHERE c.id IN ({}) AND c.deleted_at IS NULL",
            ids.marks()
        );
        let rows: Vec<ConnectionRow> = Sql::new(query).ids(ids).load(self)?;
        let connections = rows.into_iter().map(|row| {
            let connection = row.into_connection()?;
            Ok((connection.id, connection))
        });
        connections.collect()
    }

    /// Oldest first, those within reach.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub fn list_connections_of_organization(
        &mut self,
        organization_id: OrganizationId,
        reach: &Reach,
        page: PageRequest<ConnectionId>,
    ) -> Result<PageOf<Connection, ConnectionId>, StoreError> {
        let mut query = connections::table
            .filter(connections::organization_id.eq(Id::from(organization_id)))
            .filter(connections::deleted_at.is_null())
            .order(connections::id)
            .limit(page.one_more())
            .select(ConnectionRow::as_select())
            .into_boxed();
        if let Some(after) = page.after {
            query = query.filter(connections::id.gt(Id::from(after)));
        }
        if let Reach::Only(ids) = reach {
            let ids: Vec<Id> = ids.iter().map(|id| Id::from(*id)).collect();
            query = query.filter(connections::id.eq_any(ids));
        }
        let rows: Vec<ConnectionRow> = query.load(self.conn())?;
        let items = rows
            .into_iter()
            .map(ConnectionRow::into_connection)
            .collect::<Result<Vec<_>, _>>()?;
        Ok(page.cut(items, |connection| connection.id))
    }

    /// Its secrets in the clear.
    ///
    /// # Errors
    /// As [`find_secret_document`](Tx::find_secret_document).
    pub fn read_connection_secrets(
        &mut self,
        organization_id: OrganizationId,
        id: ConnectionId,
    ) -> Result<Secrets, StoreError> {
        let found = self.find_secret_document(organization_id, id, &Purpose::CONFIG)?;
        Ok(found.map(|document| document.secrets).unwrap_or_default())
    }

    /// Locks a connection to the end of the transaction; it must be there.
    pub(crate) fn lock_connection(
        &mut self,
        organization_id: OrganizationId,
        id: ConnectionId,
    ) -> Result<Connection, StoreError> {
        if self.is_postgres() {
            Sql::new("SELECT 1 FROM connections WHERE id = ? FOR NO KEY UPDATE")
                .id(id.uuid())
                .run(self)?;
        }
        self.find_connection(organization_id, id)?
            .ok_or_else(|| super::not_found(id))
    }
}
