//! Where a secret document belongs. What is sealed for one place opens in no other.

use std::borrow::Cow;

use syncline_domain::{ConnectionId, OrganizationId};

/// What a secret document of a connection is for: 1 to 64 of `a-z`, `0-9`, `_`, `-`, `.` and `:`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Purpose(Cow<'static, str>);

/// A text that cannot name a purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a purpose has 1 to 64 of a-z, 0-9, _, -, . and :")]
pub struct NotAPurpose;

impl Purpose {
    /// The secrets of the connection's configuration.
    pub const CONFIG: Self = Self(Cow::Borrowed("config"));

    /// What a provider told of the streams that a connection has.
    pub const STREAMS: Self = Self(Cow::Borrowed("streams"));

    /// A purpose of this name.
    ///
    /// # Errors
    /// [`NotAPurpose`].
    pub fn new(name: impl Into<Cow<'static, str>>) -> Result<Self, NotAPurpose> {
        let name = name.into();
        let fits = |byte: u8| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-.:".contains(&byte)
        };
        if (1..=64).contains(&name.len()) && name.bytes().all(fits) {
            Ok(Self(name))
        } else {
            Err(NotAPurpose)
        }
    }

    /// Its name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As it stands in the database.
    pub(crate) fn stored(name: String) -> Self {
        Self(Cow::Owned(name))
    }
}

impl std::fmt::Display for Purpose {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A document's place: its row, as it is bound to what is sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) organization_id: OrganizationId,
    pub(crate) connection_id: ConnectionId,
    pub(crate) purpose: Purpose,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {}", self.purpose, self.connection_id)
    }
}
