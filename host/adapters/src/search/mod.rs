//! What search engines have in common: what of a document is indexed, and what a query means.
//!
//! An engine's own module says how this is said to the engine. Whatever is decided here holds for
//! all of them, so that the same query over the same documents finds the same.

#[cfg(test)]
pub(crate) mod arrival;
pub(crate) mod asked;
pub(crate) mod columns;
pub(crate) mod cursor;
pub(crate) mod limits;
pub(crate) mod observed;
pub(crate) mod pattern;
pub(crate) mod values;
pub(crate) mod words;
pub(crate) mod writes;

use repono_service::Error;

/// Mean radius of the earth, as Lucene has it.
pub(crate) const EARTH_RADIUS_METRES: f64 = 6_371_008.771_4;

pub(crate) fn unavailable(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::unavailable("search", source)
}

/// What a caller hears of an index that there is not.
pub(crate) fn not_found(index: &repono_service::ports::IndexName) -> Error {
    Error::NotFound(format!("search index {index} does not exist"))
}

/// What a caller hears who wants an index to be something else than it is.
pub(crate) fn other_definition(index: &repono_service::ports::IndexName) -> Error {
    Error::Conflict(format!("search index {index} exists with another definition"))
}
