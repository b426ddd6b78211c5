//! The life of a record.
//!
//! A version is a draft, then a record; a work (the *parent*) is all its versions. A draft may be
//! invalid; a record never is, under the schema that accepted it.
//!
//! # Adding a use case
//!
//! 1. A file here named by its verb, with one public function of the same name that takes a
//!    [`Context`](crate::Context) first and decides who may call it.
//! 2. All changes it makes in one [`write`](crate::ports::Transactions::write), with a
//!    [`Change::Index`](crate::ports::Change::Index) for every record whose search document changes.
//! 3. A route of the same name in `host/api`, and a test of the same name in `tests/it`.

mod check;
mod create;
mod delete;
mod delete_draft;
mod discard_pid;
mod edit;
mod export;
mod import;
mod input;
mod latest;
mod lift_embargo;
mod new_version;
mod publish;
mod purge;
mod read;
mod read_draft;
mod render;
mod reserve_pid;
mod restore;
mod revisions;
mod save_draft;
mod scan;
mod search;
mod versions;
mod write;

pub use create::create;
pub use delete::{Removal, delete};
pub use delete_draft::delete_draft;
pub use discard_pid::discard_pid;
pub use edit::edit;
pub use export::{Exported, export, export_list};
pub use import::{ImportLine, ImportOutcome, Imported, import};
pub use input::Input;
pub use latest::latest;
pub use new_version::new_version;
pub use publish::publish;
pub use read::{Found, read};
pub use read_draft::read_draft;
pub use render::{Rendered, problem_list, time};
pub use reserve_pid::reserve_pid;
pub use restore::restore;
pub use revisions::revisions;
pub use save_draft::save_draft;
pub use scan::scan;
pub use search::{
    FacetResult, LabelledBucket, SearchParams, SearchResults, search, search_own, suggest,
};
pub use versions::versions;
pub use write::Refresh;

pub(crate) use check::{check, check_all, doc as doc_to_check, take};
pub(crate) use export::export_json;
pub(crate) use lift_embargo::lift_embargo;
pub(crate) use purge::{discard_abandoned, purge};
pub(crate) use read::for_everyone;
pub(crate) use render::{indexed_draft, indexed_record, record_doc, renderer};
pub(crate) use write::write;
