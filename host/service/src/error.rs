//! Why a use case came to nothing.

use std::error::Error as StdError;
use std::time::Duration;

use repono_domain::{PluginName, Problem};

/// The few kinds that callers tell apart. Introduce new ones thoughtfully: every caller must say
/// what it means to its reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// There is no such thing, or the caller may not know of it.
    NotFound,
    /// It was there and has been deleted.
    Gone,
    /// What was sent cannot be accepted as it is.
    Invalid,
    /// Somebody else changed it first, or its state does not allow this.
    Conflict,
    /// The caller said what it expected, and it is otherwise.
    PreconditionFailed,
    /// Known, and not for this caller.
    Forbidden,
    /// More than a limit allows.
    TooLarge,
    /// Something that is needed does not answer; the same may work later.
    Unavailable,
    /// A plugin did not do its part.
    Plugin,
    /// Our own fault.
    Internal,
}

/// Result of a use case.
pub type Result<T, E = Error> = std::result::Result<T, E>;

type Source = Box<dyn StdError + Send + Sync>;

/// Why a use case came to nothing. Display is a sentence for its reader without a full stop.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Of which kind, and which one.
    #[error("{0}")]
    NotFound(String),
    /// A deleted record, with what remains of it.
    #[error("record {0} has been deleted")]
    Gone(repono_domain::RecordId, Box<serde_json::Value>),
    /// Every problem of the document.
    #[error("a validation error occurred")]
    InvalidDocument(Vec<Problem>),
    /// A request that cannot be carried out as it stands.
    #[error("{0}")]
    Invalid(String),
    /// What stands in the way.
    #[error("{0}")]
    Conflict(String),
    /// `If-Match` named another revision.
    #[error("revision id provided({expected}) doesn't match record's one({actual})")]
    RevisionMismatch {
        /// As the caller has it.
        expected: u64,
        /// As it is.
        actual: u64,
    },
    /// Not for this caller.
    #[error("permission denied")]
    Forbidden,
    /// What is too large, and how large it may be.
    #[error("{0}")]
    TooLarge(String),
    /// A port's backend does not answer.
    #[error("{dependency} is not available")]
    Unavailable {
        /// Name of the port as operators know it: `database`, `search`.
        dependency: &'static str,
        /// When to try again.
        retry_after: Duration,
        /// What it said.
        source: Source,
    },
    /// What takes no more for the moment: a sentence with how much there is and how much there may be.
    #[error("{message}")]
    Full {
        /// For whoever asked.
        message: String,
        /// When to try again.
        retry_after: Duration,
    },
    /// A plugin failed at its part.
    #[error("plugin {plugin} failed: {message}")]
    Plugin {
        /// Which.
        plugin: PluginName,
        /// What happened, for operators and authors.
        message: String,
    },
    /// A bug, or data that lies.
    #[error("{0}")]
    Internal(String, #[source] Option<Source>),
}

impl Error {
    /// The kind that callers decide by.
    pub fn kind(&self) -> Kind {
        match self {
            Self::NotFound(_) => Kind::NotFound,
            Self::Gone(..) => Kind::Gone,
            Self::InvalidDocument(_) | Self::Invalid(_) => Kind::Invalid,
            Self::Conflict(_) => Kind::Conflict,
            Self::RevisionMismatch { .. } => Kind::PreconditionFailed,
            Self::Forbidden => Kind::Forbidden,
            Self::TooLarge(_) => Kind::TooLarge,
            Self::Unavailable { .. } | Self::Full { .. } => Kind::Unavailable,
            Self::Plugin { .. } => Kind::Plugin,
            Self::Internal(..) => Kind::Internal,
        }
    }

    /// There is no record with the id asked for, in `InvenioRDM`'s words.
    pub fn unknown_pid() -> Self {
        Self::NotFound("The persistent identifier does not exist.".to_owned())
    }

    /// There is one, and it has not been published.
    pub fn unregistered_pid() -> Self {
        Self::NotFound("The persistent identifier is not registered.".to_owned())
    }

    /// `what` names the port.
    pub fn unavailable(dependency: &'static str, source: impl Into<Source>) -> Self {
        Self::Unavailable { dependency, retry_after: Duration::from_secs(5), source: source.into() }
    }

    /// The whole of it in one line, with all that led to it: for operators.
    pub fn told(&self) -> String {
        let mut told = self.to_string();
        let mut source = StdError::source(self);
        while let Some(cause) = source {
            told = format!("{told}: {cause}");
            source = cause.source();
        }
        told
    }

    /// A bug, or data that lies; `what` says where.
    pub fn internal(what: impl Into<String>, source: impl Into<Source>) -> Self {
        Self::Internal(what.into(), Some(source.into()))
    }
}
