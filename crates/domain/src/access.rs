//! What an API token may do, and where.

use crate::ConnectionId;

/// What a token may do. Each scope includes the ones before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TokenScope {
    /// Read everything but tokens and the audit trail.
    Read,
    /// Change what can be read.
    Write,
    /// Make, rotate and revoke tokens, and read the audit trail.
    Admin,
}

impl TokenScope {
    /// Every scope, the narrowest first.
    pub const ALL: [TokenScope; 3] = [TokenScope::Read, TokenScope::Write, TokenScope::Admin];

    /// As it is written on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            TokenScope::Read => "read",
            TokenScope::Write => "write",
            TokenScope::Admin => "admin",
        }
    }

    /// Whether it allows what needs that scope.
    pub fn includes(self, needed: TokenScope) -> bool {
        self >= needed
    }
}

impl std::fmt::Display for TokenScope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that names no scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a scope: use read, write or admin")]
pub struct UnknownTokenScope(pub String);

impl std::str::FromStr for TokenScope {
    type Err = UnknownTokenScope;

    fn from_str(text: &str) -> Result<Self, UnknownTokenScope> {
        TokenScope::ALL
            .into_iter()
            .find(|scope| scope.as_str() == text)
            .ok_or_else(|| UnknownTokenScope(text.to_owned()))
    }
}

/// Which connections of its organization a token reaches. What belongs to others does not exist
/// for it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Reach {
    /// All of them, and those that are still to be made.
    #[default]
    All,
    /// These alone, also when they are gone.
    Only(Vec<ConnectionId>),
}

impl Reach {
    /// So many connections a token can be limited to.
    pub const MAX_CONNECTIONS: usize = 100;

    /// Whether it reaches this connection.
    pub fn covers(&self, id: ConnectionId) -> bool {
        match self {
            Reach::All => true,
            Reach::Only(ids) => ids.contains(&id),
        }
    }
}

/// A scope and a reach that exclude each other.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImpossibleGrant {
    /// Who may make tokens could make one that reaches everything.
    #[error("an admin token reaches every connection: limit a read or a write token")]
    LimitedAdmin,
    /// It would open nothing, or too many connections to look through.
    #[error("a token is limited to 1 to {} connections", Reach::MAX_CONNECTIONS)]
    WrongCount,
}

/// What a token grants: a scope and a reach that go together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    scope: TokenScope,
    reach: Reach,
}

impl Grant {
    /// Everything.
    pub const ADMIN: Grant = Grant {
        scope: TokenScope::Admin,
        reach: Reach::All,
    };

    /// Both together. A connection that is named twice counts once.
    ///
    /// # Errors
    /// [`ImpossibleGrant`].
    pub fn new(scope: TokenScope, mut reach: Reach) -> Result<Self, ImpossibleGrant> {
        if let Reach::Only(ids) = &mut reach {
            ids.sort_unstable();
            ids.dedup();
            if scope == TokenScope::Admin {
                return Err(ImpossibleGrant::LimitedAdmin);
            }
            if !(1..=Reach::MAX_CONNECTIONS).contains(&ids.len()) {
                return Err(ImpossibleGrant::WrongCount);
            }
        }
        Ok(Self { scope, reach })
    }

    /// What may be done.
    pub fn scope(&self) -> TokenScope {
        self.scope
    }

    /// Where.
    pub fn reach(&self) -> &Reach {
        &self.reach
    }
}
