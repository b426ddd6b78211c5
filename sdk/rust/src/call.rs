//! What every call carries, and how it fails.

use serde_json::Value;

/// Under which conditions a hook is called.
///
/// `Call::default()` is what tests use.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Call {
    /// For the log.
    pub id: String,
    /// W3C Trace Context.
    pub traceparent: Option<String>,
    /// How long the host will wait, counted from the beginning of the call.
    pub deadline_ms: u32,
    /// Nothing that comes of this call will be kept.
    pub dry_run: bool,
    /// The only clock: milliseconds since 1970-01-01T00:00:00Z.
    pub now_ms: u64,
    /// The only randomness.
    pub seed: u64,
    /// What later versions of the host add.
    pub ext: Option<Value>,
}

impl Call {
    /// How a task ended after which this one began, by its name in their workflow: an object with `task`,
    /// `state`, `result` and `error`.
    pub fn after(&self, name: &str) -> Option<&Value> {
        self.ext.as_ref()?.get("after")?.get(name)
    }
}

/// A record as a task reads it.
#[derive(Debug, Clone, PartialEq)]
pub struct Doc {
    /// Its public id.
    pub id: String,
    /// Rises with every change.
    pub revision: u64,
    /// The whole record, as readers see it.
    pub body: Value,
}

/// Why a whole call came to nothing, and whose turn it is.
#[derive(Debug, Clone, PartialEq)]
pub enum Failure {
    /// The caller's document or payload is wrong. Not tried again, not held against the plugin.
    InvalidInput(String),
    /// The plugin does not do this.
    Unsupported(String),
    /// Worth another try, after so many milliseconds if given.
    Transient(Option<u32>),
    /// Will never work: goes to a person.
    Permanent(String),
    /// A kind the contract has no word for, and its details.
    Other(String, Value),
}

impl std::fmt::Display for Failure {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::InvalidInput(reason) => write!(formatter, "invalid input: {reason}"),
            Self::Unsupported(what) => write!(formatter, "unsupported: {what}"),
            Self::Transient(None) => formatter.write_str("try again later"),
            Self::Transient(Some(delay_ms)) => write!(formatter, "try again in {delay_ms} ms"),
            Self::Permanent(reason) => write!(formatter, "will never work: {reason}"),
            Self::Other(kind, details) => write!(formatter, "{kind}: {details}"),
        }
    }
}

impl std::error::Error for Failure {}
