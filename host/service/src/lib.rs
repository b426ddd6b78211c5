//! What a repository does: one module per resource, one file per use case, and in [`ports`] what it
//! needs of the world.
//!
//! **Invariant:** no use case calls a plugin while it holds anything that others wait for.

pub mod accounts;
pub mod collections;
mod context;
pub mod dois;
mod error;
pub mod events;
pub mod health;
pub mod indexing;
pub mod jobs;
pub mod limits;
pub mod mail;
mod metrics;
pub mod nodes;
pub mod plugins;
pub mod ports;
pub mod query;
pub mod queues;
pub mod records;
pub mod schedules;
pub mod tasks;
pub mod vocabularies;
pub mod webhooks;
pub mod workflows;

pub use context::{Context, KeptRecords, KeptTasks, Ports, Services, Settings};
pub use error::{Error, Kind, Result};
pub use metrics::describe_metrics;
