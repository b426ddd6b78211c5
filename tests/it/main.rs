//! The whole server, from HTTP to its backends. Folders mirror `host/api`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed, and says why")]

mod bad_input;
mod concurrency;
mod dois;
mod exchanges;
mod hostile;
mod import;
mod indexing;
mod jobs;
mod kill;
mod limits;
mod mail;
mod metrics;
mod nodes;
mod plugins;
mod queues;
mod records;
mod schedules;
mod search;
#[cfg(feature = "services")]
mod services;
mod tasks;
mod traces;
mod unauthorized;
mod webhooks;
