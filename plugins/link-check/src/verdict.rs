//! What came of a link.

use repono_sdk::fetch::{FetchError, FetchErrorKind};
use serde::{Deserialize, Serialize};

/// How good a link is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// It leads somewhere.
    Ok,
    /// It leads nowhere.
    Broken,
    /// It was not said: whoever asks without an account, or at this moment, is not told.
    Unsure,
    /// It was not asked for.
    Skipped,
}

/// How good a link is, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Verdict {
    pub(crate) kind: Kind,
    /// The last answer's, if there was one.
    pub(crate) status: Option<u16>,
    /// A predicate for people.
    pub(crate) why: String,
}

impl Verdict {
    pub(crate) fn new(kind: Kind, status: Option<u16>, why: impl Into<String>) -> Self {
        Self { kind, status, why: why.into() }
    }

    /// Of an answer that is the last.
    pub(crate) fn of_status(status: u16) -> Self {
        let kind = match status {
            200..=299 => Kind::Ok,
            401 | 402 | 403 | 407 | 408 | 423 | 425 | 429 | 451 | 500..=599 => Kind::Unsure,
            _ => Kind::Broken,
        };
        Self::new(kind, Some(status), format!("answers {status}"))
    }

    /// Of a request without an answer.
    pub(crate) fn of_error(error: &FetchError) -> Self {
        let kind = match error.kind {
            FetchErrorKind::Unreachable | FetchErrorKind::InvalidRequest => Kind::Broken,
            FetchErrorKind::NotListed | FetchErrorKind::NotPublic => Kind::Skipped,
            FetchErrorKind::Timeout | FetchErrorKind::Other => Kind::Unsure,
            // Whoever sends so much is there.
            FetchErrorKind::TooLarge => Kind::Ok,
        };
        Self::new(kind, None, &error.message)
    }
}
