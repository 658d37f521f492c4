//! The tenant of a name.

use chrono::{DateTime, Utc};
use diesel::SelectableHelper;
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable};
use syncline_domain::OrganizationId;

use super::{MAX_WEIGHT, Organization};
use crate::db::connection::MultiBackend;
use crate::error::StoreError;
use crate::schema::organizations;
use crate::sql::Sql;
use crate::tx::Tx;

#[derive(Queryable, Selectable)]
#[diesel(table_name = organizations, check_for_backend(MultiBackend))]
struct OrganizationRow {
    id: OrganizationId,
    name: String,
    claim_weight: i32,
    created_at: DateTime<Utc>,
}

impl From<OrganizationRow> for Organization {
    fn from(row: OrganizationRow) -> Self {
        let OrganizationRow {
            id,
            name,
            claim_weight,
            created_at,
        } = row;
        Self {
            id,
            name,
            claim_weight,
            created_at,
        }
    }
}

impl Tx<'_> {
    /// The organization of this name; makes it when there is none.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub fn find_or_insert_organization(&mut self, name: &str) -> Result<Organization, StoreError> {
        if let Some(found) = self.find_organization(name)? {
            return Ok(found);
        }
        let id = OrganizationId::from_parts(self.now(), self.entropy());
        // Somebody else may make it at the same time: then it is theirs.
        Sql::new(
            "INSERT INTO organizations (id, name, created_at) VALUES (?, ?, ?) \
             ON CONFLICT (name) DO NOTHING",
        )
        .id(id.uuid())
        .text(name)
        .time(self.now())
        .run(self)?;
        self.find_organization(name)?
            .ok_or_else(|| StoreError::NotFound {
                what: "organization",
                id: name.to_owned(),
            })
    }

    /// Gives it so many turns in each round of claims: out of bounds, the nearest that is within.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub fn update_organization_weight(
        &mut self,
        name: &str,
        weight: i32,
    ) -> Result<Organization, StoreError> {
        Sql::new("UPDATE organizations SET claim_weight = ? WHERE name = ?")
            .int(weight.clamp(1, MAX_WEIGHT))
            .text(name)
            .run(self)?;
        self.find_organization(name)?
            .ok_or_else(|| StoreError::NotFound {
                what: "organization",
                id: name.to_owned(),
            })
    }

    /// The organization of this name, if there is one.
    ///
    /// # Errors
    /// Failures of the database alone.
    pub fn find_organization(&mut self, name: &str) -> Result<Option<Organization>, StoreError> {
        let row: Option<OrganizationRow> = organizations::table
            .filter(organizations::name.eq(name))
            .select(OrganizationRow::as_select())
            .first(self.conn())
            .optional()?;
        Ok(row.map(Organization::from))
    }
}
