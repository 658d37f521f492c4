use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::pages::Position;

/// One kind of object that the demo provider holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Model {
    /// Who is billed; page-number paging.
    Customers,
    /// What is owed; offset paging.
    Invoices,
    /// What was paid; cursor paging.
    Payments,
}

impl Model {
    /// Every model, in the order in which they refer to each other.
    pub const ALL: [Self; 3] = [Self::Customers, Self::Invoices, Self::Payments];

    /// The name, which is also the path under which it is served.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Customers => "customers",
            Self::Invoices => "invoices",
            Self::Payments => "payments",
        }
    }

    /// Where a reader of this model begins, in its paging style.
    pub(crate) fn first_position(self) -> Position {
        match self {
            Self::Customers => Position::Page(1),
            Self::Invoices => Position::Offset(0),
            Self::Payments => Position::After(None),
        }
    }

    pub(crate) fn index(self) -> usize {
        match self {
            Self::Customers => 0,
            Self::Invoices => 1,
            Self::Payments => 2,
        }
    }
}

impl fmt::Display for Model {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// There is no model of this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no model `{0}`: the models are customers, invoices and payments")]
pub struct UnknownModel(pub String);

impl FromStr for Model {
    type Err = UnknownModel;

    fn from_str(name: &str) -> Result<Self, UnknownModel> {
        Self::ALL
            .into_iter()
            .find(|model| model.as_str() == name)
            .ok_or_else(|| UnknownModel(name.to_owned()))
    }
}
