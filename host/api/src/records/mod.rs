//! Records, drafts and versions: `/api/{collection}…`

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod delete_draft;
pub(crate) mod discard_pid;
pub(crate) mod edit;
pub(crate) mod export;
pub(crate) mod export_all;
pub(crate) mod import;
pub(crate) mod latest;
pub(crate) mod new_version;
pub(crate) mod publish;
pub(crate) mod read;
pub(crate) mod read_draft;
pub(crate) mod read_revision;
pub(crate) mod reserve_pid;
pub(crate) mod restore;
pub(crate) mod revisions;
pub(crate) mod save_draft;
pub(crate) mod search;
pub(crate) mod search_own;
mod search_params;
pub(crate) mod versions;
