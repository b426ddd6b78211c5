//! Collections in force: what a plugin described, made ready for use once.

mod active;
mod schema;
mod search;
mod shown;

pub use active::{ActivePlugin, ActiveSet, Collection, Shadow};
pub use schema::{Reference, Schema, Step};
pub use search::{FacetSpec, SearchSpec, SortSpec};
pub use shown::{Extent, Shown};
