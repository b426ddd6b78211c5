//! What a cluster says when it does not do what it was asked.

use std::fmt;

use repono_service::Error;
use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use crate::search::unavailable;

/// Characters of a reason that are told on.
const LONGEST_REASON: usize = 500;

/// A failed request, or a failed item of one.
#[derive(Debug)]
pub(super) struct Trouble {
    pub(super) status: StatusCode,
    /// `index_not_found_exception` and the like.
    pub(super) kind: String,
    pub(super) reason: String,
}

/// As clusters write it.
#[derive(Debug, Deserialize)]
pub(super) struct Written {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    reason: Option<String>,
    #[serde(default)]
    root_cause: Vec<Written>,
    #[serde(default)]
    caused_by: Option<Box<Written>>,
}

impl Trouble {
    pub(super) fn read(status: StatusCode, body: &[u8]) -> Self {
        #[derive(Deserialize)]
        struct Wrapped {
            error: Value,
        }
        let error = serde_json::from_slice::<Wrapped>(body).map(|wrapped| wrapped.error);
        match error.map(serde_json::from_value::<Written>) {
            Ok(Ok(written)) => Self::new(status, &written),
            // A proxy before the cluster, or nothing that is meant to be read.
            _ => Self {
                status,
                kind: String::new(),
                reason: shortened(&String::from_utf8_lossy(&body[..body.len().min(2_000)])),
            },
        }
    }

    pub(super) fn new(status: StatusCode, written: &Written) -> Self {
        let mut reasons = Vec::new();
        written.collect(&mut reasons);
        let kind = written.root_cause.first().map_or(&written.kind, |cause| &cause.kind);
        Self { status, kind: kind.clone(), reason: shortened(&reasons.join(": ")) }
    }

    /// Whether the same may work a moment later.
    pub(super) fn may_pass(&self) -> bool {
        self.status == StatusCode::TOO_MANY_REQUESTS || self.status.is_server_error()
    }

    pub(super) fn is_missing_index(&self) -> bool {
        self.status == StatusCode::NOT_FOUND && self.kind == "index_not_found_exception"
    }

    /// Whether a query was too much for it, by limits of its own.
    fn is_excess(&self) -> bool {
        ["too_many_clauses", "maxClauseCount", "Determinizing automaton"]
            .iter()
            .any(|sign| self.kind.contains(sign) || self.reason.contains(sign))
    }
}

impl Written {
    fn collect<'a>(&'a self, reasons: &mut Vec<&'a str>) {
        if let Some(reason) = self.reason.as_deref()
            && reasons.len() < 8
            && !reasons.contains(&reason)
        {
            reasons.push(reason);
        }
        self.root_cause.iter().for_each(|cause| cause.collect(reasons));
        if let Some(cause) = &self.caused_by {
            cause.collect(reasons);
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { status, kind, reason } = self;
        if *status == StatusCode::UNAUTHORIZED {
            return f.write_str(
                "the cluster refused the name and password (401): look at search.username and search.password_file, or at the URL",
            );
        }
        write!(f, "the cluster answered {} {kind}: {reason}", status.as_u16())
    }
}

impl std::error::Error for Trouble {}

impl From<Trouble> for Error {
    fn from(trouble: Trouble) -> Self {
        if trouble.is_missing_index() {
            Self::NotFound("the search index does not exist".to_owned())
        } else if trouble.is_excess() {
            Self::Invalid("the query asks for more than the search engine does at once".to_owned())
        } else if trouble.may_pass()
            || matches!(trouble.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN)
        {
            unavailable(trouble)
        } else {
            Self::internal("the search cluster refused a request", trouble)
        }
    }
}

/// Whether it may be that the index is no more: the cluster says so, or that it found no part of it.
pub(super) fn may_be_gone(error: &Error) -> bool {
    match error {
        Error::NotFound(_) => true,
        Error::Unavailable { source, .. } => source
            .downcast_ref::<Trouble>()
            .is_some_and(|trouble| trouble.kind == "search_phase_execution_exception"),
        _ => false,
    }
}

fn shortened(text: &str) -> String {
    text.chars().take(LONGEST_REASON).collect()
}
