//! HTTP for plugins.

use std::time::Duration;

use async_trait::async_trait;
use url::Url;

use super::grants::Reach;

/// A request as a plugin asks for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FetchRequest {
    /// `HEAD`.
    pub method: String,
    /// Absolute.
    pub url: String,
    /// In their order; names may repeat.
    pub headers: Vec<(String, String)>,
    /// Empty: none.
    pub body: Vec<u8>,
}

/// Where a request may go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchTarget {
    /// `http` or `https`.
    pub url: Url,
    /// Which addresses its host may have.
    pub reach: Reach,
}

/// How much one request may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FetchBounds {
    /// Of the answer's body.
    pub bytes: usize,
    /// From the look-up of the host to the last byte of the body.
    pub timeout: Duration,
}

/// An answer, whatever its status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchResponse {
    /// A redirection is an answer as any other: it is not followed.
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// Whole, as it came.
    pub body: Vec<u8>,
}

/// What came of a request.
pub type Fetched = Result<FetchResponse, FetchFailure>;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchFailure {
    /// It is no request that can be sent: what is wrong with it.
    #[error("{0}")]
    Invalid(String),
    /// The host, with its port.
    #[error("{0} is not among the hosts that the operator has granted")]
    NotListed(String),
    /// The host.
    #[error("{0} has no public address")]
    NotPublic(String),
    /// What happened on the way.
    #[error("{0}")]
    Unreachable(String),
    /// After how long.
    #[error("there was no whole answer within {0:?}")]
    TimedOut(Duration),
    /// How many bytes it may have.
    #[error("the answer has more than {0} bytes")]
    TooLarge(usize),
}

impl FetchFailure {
    /// For programs, in kebab case.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "invalid-request",
            Self::NotListed(_) => "not-listed",
            Self::NotPublic(_) => "not-public",
            Self::Unreachable(_) => "unreachable",
            Self::TimedOut(_) => "timeout",
            Self::TooLarge(_) => "too-large",
        }
    }
}

/// Sends requests.
#[async_trait]
pub trait Fetcher: Send + Sync {
    /// Sends a request once to its target, whatever URL it says itself, and reads the whole answer.
    ///
    /// Addresses are judged when they are connected to, so that a name which changes its mind gains
    /// nothing.
    async fn fetch(
        &self,
        target: &FetchTarget,
        request: FetchRequest,
        bounds: FetchBounds,
    ) -> Fetched;
}
