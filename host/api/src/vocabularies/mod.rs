//! Controlled vocabularies.

mod known;
pub(crate) mod list;
pub(crate) mod named;
pub(crate) mod read;
pub(crate) mod search;
mod term;
