//! One model and many, each with its newest sync.

use std::collections::{BTreeMap, HashMap};

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl, SelectableHelper};
use syncline_domain::connection::Connection;
use syncline_domain::model::Model;
use syncline_domain::{ConnectionId, ModelId, OrganizationId, Sync};

use super::ModelView;
use super::row::{COLUMNS, ModelRow};
use crate::db::types::Id;
use crate::error::StoreError;
use crate::page::{PageOf, PageRequest};
use crate::schema::{connections, models};
use crate::sql::{Sql, padded};
use crate::tx::Tx;

impl Tx<'_> {
    /// One model.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub fn find_model(
        &mut self,
        organization_id: OrganizationId,
        id: ModelId,
    ) -> Result<Option<ModelView>, StoreError> {
        let row = self.find_model_row(organization_id, id)?;
        Ok(self.with_last_syncs(row.into_iter().collect())?.pop())
    }

    /// Models without their last syncs, by their ids. `connections` are theirs, as far as they are
    /// there.
    pub(crate) fn find_models_alone(
        &mut self,
        ids: impl IntoIterator<Item = ModelId>,
        connections: &BTreeMap<ConnectionId, Connection>,
    ) -> Result<BTreeMap<ModelId, Model>, StoreError> {
        let ids = padded(ids.into_iter().map(|id| id.uuid()));
        let query = format!(
            "SELECT {COLUMNS} FROM models m WHERE m.id IN ({})",
            ids.marks()
        );
        let rows: Vec<ModelRow> = Sql::new(query).ids(ids).load(self)?;
        let models = rows.into_iter().map(|row| {
            let connection = connections.get(&row.connection_id());
            let is_disabled = connection.is_none_or(|connection| connection.is_sync_disabled);
            let model = row.into_model(is_disabled)?;
            Ok((model.id, model))
        });
        models.collect()
    }

    fn find_model_row(
        &mut self,
        organization_id: OrganizationId,
        id: ModelId,
    ) -> Result<Option<(ModelRow, bool)>, StoreError> {
        Ok(models::table
            .inner_join(connections::table)
            .filter(models::id.eq(Id::from(id)))
            .filter(models::organization_id.eq(Id::from(organization_id)))
            .filter(connections::deleted_at.is_null())
            .select((ModelRow::as_select(), connections::is_sync_disabled))
            .first(self.conn())
            .optional()?)
    }

    /// Oldest first.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for the connection.
    pub fn list_models_of_connection(
        &mut self,
        organization_id: OrganizationId,
        connection_id: ConnectionId,
        page: PageRequest<ModelId>,
    ) -> Result<PageOf<ModelView, ModelId>, StoreError> {
        let Some(connection) = self.find_connection(organization_id, connection_id)? else {
            let id = connection_id.to_string();
            return Err(StoreError::NotFound {
                what: "connection",
                id,
            });
        };
        let mut query = models::table
            .filter(models::connection_id.eq(Id::from(connection_id)))
            .order(models::id)
            .limit(page.one_more())
            .select(ModelRow::as_select())
            .into_boxed();
        if let Some(after) = page.after {
            query = query.filter(models::id.gt(Id::from(after)));
        }
        let rows: Vec<ModelRow> = query.load(self.conn())?;
        let is_disabled = connection.is_sync_disabled;
        let views =
            self.with_last_syncs(rows.into_iter().map(|row| (row, is_disabled)).collect())?;
        Ok(page.cut(views, |view| view.model.id))
    }

    /// All models of several connections, in two questions, for a list of connections.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub fn list_models_of_connections(
        &mut self,
        organization_id: OrganizationId,
        connection_ids: &[ConnectionId],
    ) -> Result<Vec<ModelView>, StoreError> {
        if connection_ids.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<Id> = connection_ids.iter().map(|id| Id::from(*id)).collect();
        let rows: Vec<(ModelRow, bool)> = models::table
            .inner_join(connections::table)
            .filter(models::connection_id.eq_any(ids))
            .filter(models::organization_id.eq(Id::from(organization_id)))
            .filter(connections::deleted_at.is_null())
            .order(models::id)
            .select((ModelRow::as_select(), connections::is_sync_disabled))
            .load(self.conn())?;
        self.with_last_syncs(rows)
    }

    /// Locks a model to the end of the transaction; it must be there.
    pub(super) fn lock_model(
        &mut self,
        organization_id: OrganizationId,
        id: ModelId,
    ) -> Result<Model, StoreError> {
        if self.is_postgres() {
            Sql::new("SELECT 1 FROM models WHERE id = ? FOR NO KEY UPDATE")
                .id(id.uuid())
                .run(self)?;
        }
        Ok(self.read_model(organization_id, id)?.model)
    }

    pub(super) fn read_model(
        &mut self,
        organization_id: OrganizationId,
        id: ModelId,
    ) -> Result<ModelView, StoreError> {
        self.find_model(organization_id, id)?
            .ok_or_else(|| StoreError::NotFound {
                what: "model",
                id: id.to_string(),
            })
    }

    /// Rows, each with whether its connection is disabled.
    fn with_last_syncs(
        &mut self,
        rows: Vec<(ModelRow, bool)>,
    ) -> Result<Vec<ModelView>, StoreError> {
        let models = rows
            .into_iter()
            .map(|(row, is_disabled)| row.into_model(is_disabled))
            .collect::<Result<Vec<Model>, _>>()?;
        let ids: Vec<ModelId> = models.iter().map(|model| model.id).collect();
        let mut newest: HashMap<ModelId, Sync> = self
            .list_newest_syncs_of_models(&ids)?
            .into_iter()
            .map(|sync| (sync.model_id, sync))
            .collect();
        Ok(models
            .into_iter()
            .map(|model| ModelView {
                last_sync: newest.remove(&model.id),
                model,
            })
            .collect())
    }
}
