mod create;
mod delete;
mod edit;
mod new_version;
mod publish;
mod read;
mod revisions;
mod save_draft;
