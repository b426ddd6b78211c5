//! Who is asking.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A user's number, written as text on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserId(pub i64);

impl std::fmt::Display for UserId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Its number.
    pub id: UserId,
    /// Unique, compared in lower case.
    pub email: String,
    /// May do everything.
    pub admin: bool,
    /// May do nothing.
    pub blocked: bool,
    /// When it was made.
    pub created: Timestamp,
}

/// What a token may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// See what the user sees.
    Read,
    /// Deposit, edit, publish: what the user may do with records.
    Write,
    /// Administer, if the user may.
    Admin,
}

/// A bearer token without its secret, of which only the SHA-256 is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// Its number.
    pub id: i64,
    /// Whose rights it carries.
    pub user: UserId,
    /// So that its owner knows it again.
    pub name: String,
    /// What it may be used for.
    pub scopes: Vec<Scope>,
    /// When it was made.
    pub created: Timestamp,
    /// From when on it is refused.
    pub expires: Option<Timestamp>,
}

/// Who is asking, with the rights of this request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caller {
    /// Nobody in particular.
    Anonymous,
    /// A user, within the scopes of the token used.
    User {
        /// Who.
        id: UserId,
        /// Whether the user is an administrator and the token lets it show.
        admin: bool,
        /// Whether the token allows changes.
        writes: bool,
    },
    /// The repository itself: workers, commands on the data folder.
    System,
}

impl Caller {
    /// The user, if it is one.
    pub fn user(&self) -> Option<UserId> {
        match self {
            Self::User { id, .. } => Some(*id),
            Self::Anonymous | Self::System => None,
        }
    }

    /// Whether the caller may do everything.
    pub fn is_admin(&self) -> bool {
        matches!(self, Self::System | Self::User { admin: true, .. })
    }

    /// Whether the caller sees what only its owner may see.
    pub fn sees_all_of(&self, owner: UserId) -> bool {
        self.is_admin() || self.user() == Some(owner)
    }

    /// Whether the caller may change what `owner` owns.
    pub fn may_change(&self, owner: UserId) -> bool {
        match self {
            Self::Anonymous => false,
            Self::System => true,
            Self::User { id, admin, writes } => *writes && (*admin || *id == owner),
        }
    }
}
