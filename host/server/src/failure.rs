//! How a command ends.

use std::fmt;

/// Exit codes, as `repono --help` and the operator guide list them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Code {
    Failed = 1,
    Usage = 2,
    Refused = 3,
    NotFound = 4,
    Conflict = 5,
    Unavailable = 6,
}

/// A sentence without a full stop, and the exit code that it ends with.
#[derive(Debug)]
pub(crate) struct Failure {
    pub code: Code,
    pub sentence: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl std::error::Error for Failure {}

/// A failure with this code.
pub(crate) fn failure(code: Code, sentence: impl Into<String>) -> anyhow::Error {
    anyhow::Error::new(Failure { code, sentence: sentence.into() })
}

/// The code that an error ends the program with.
pub(crate) fn code(error: &anyhow::Error) -> Code {
    use repono_service::{Error, Kind};
    error
        .chain()
        .find_map(|cause| {
            let of_service = cause.downcast_ref::<Error>().map(|error| match error.kind() {
                Kind::Unavailable => Code::Unavailable,
                Kind::Conflict => Code::Conflict,
                Kind::NotFound => Code::NotFound,
                _ => Code::Failed,
            });
            cause.downcast_ref::<Failure>().map(|failure| failure.code).or(of_service)
        })
        .unwrap_or(Code::Failed)
}
