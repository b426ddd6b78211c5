//! What the repository needs of the world, in its own words.
//!
//! # Adding a port
//!
//! 1. A trait here whose methods say what happens when things go wrong. If it cannot be faked with
//!    a `Mutex` and a `Vec`, it is too close to its backend.
//! 2. A suite in [`contract`] that every adapter runs.
//! 3. An adapter in `host/adapters`, one module per vendor.
//! 4. A field in [`crate::Context`], filled in `host/server`.

mod accounts;
mod broker;
mod cache;
mod clock;
#[cfg(feature = "contract")]
pub mod contract;
mod counters;
mod database;
mod dois;
mod fetch;
mod grants;
mod ids;
mod indices;
mod kv;
mod letters;
mod mailer;
mod nodes;
mod outbox;
mod packages;
mod plugins;
mod queue;
mod receivers;
mod records;
mod registration_agency;
mod schedules;
mod search;
mod traces;
mod vocabularies;
mod webhooks;

pub use accounts::Accounts;
pub use broker::{Broker, Delivery, Depth, Notice};
pub use cache::{Cache, Lease, Lookup};
pub use clock::Clock;
pub use counters::{Counted, Counters};
pub use database::{Change, Database, Transactions, Written};
pub use dois::{DoiFilter, Dois};
pub use fetch::{
    FetchBounds, FetchFailure, FetchRequest, FetchResponse, FetchTarget, Fetched, Fetcher,
};
pub use grants::{Grants, Hosts, InvalidHost, Reach};
pub use ids::Ids;
pub use indices::{Comparison, Fill, Indices};
pub use kv::{Kv, Room, Used};
pub use letters::Letters;
pub use mailer::{Mail, Mailer};
pub use nodes::Nodes;
pub use outbox::{Due, Outbox, OutboxLag, Quarantined};
pub use packages::{Activation, Package, Packages};
pub use plugins::{
    Backoff, Call, Checked, CollectionDescription, Description, Doc, Format, IndexDescription,
    Outcome, Plugin, PluginFailure, PluginRuntime, Refusal, TaskHost, TaskKind,
    VocabularyDescription,
};
pub use queue::{
    Announcements, Backlog, Claimed, Ended, Pause, Predecessor, Queue, TaskFilter, Tasks,
};
pub use receivers::{Receivers, WebhookAnswer, WebhookMessage};
pub use records::{Filter, Outline, Records, Stored};
pub use registration_agency::RegistrationAgency;
pub use schedules::{Run, RunLog, Schedules};
pub use search::{
    Bucket, Facet, FacetCounts, FacetKind, Field, FieldKind, Hit, IndexDefinition, IndexName,
    IndexWrite, ItemFailure, Page, SearchIndex, SearchRequest, SearchResponse, SortKey, Visible,
};
pub use traces::{Traces, Untraced};
pub use vocabularies::{Term, Vocabularies};
pub use webhooks::{Attempt, Webhooks};
