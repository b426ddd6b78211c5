//! What an operator may set.
//!
//! `default.toml` is the reference and the default at once; then comes the operator's file, then
//! the environment, then the command line.
//!
//! **Invariant:** nothing outside this module reads the environment.
//!
//! # Adding a setting
//!
//! 1. The key with its default and a comment in `default.toml`.
//! 2. The field in its section's file here.
//! 3. Its use, in `app` as a rule.

mod cache;
mod data;
mod database;
mod doi;
mod environment;
mod indexing;
mod limits;
mod load;
mod log;
mod mail;
mod metrics;
mod oai;
mod plugins;
mod queue;
mod records;
mod schedules;
mod search;
mod secret;
mod server;
mod tasks;
mod telemetry;
mod unknown;
mod webhooks;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use self::cache::CacheSection;
pub use self::data::DataSection;
pub use self::database::DatabaseSection;
pub use self::doi::DoiSection;
pub use self::environment::Environment;
pub use self::indexing::{IndexingSection, OfCollection, RefreshSetting};
pub use self::limits::LimitsSection;
pub use self::load::{DEFAULT, load};
pub use self::log::{LogFormat, LogSection};
pub use self::mail::MailSection;
pub use self::metrics::MetricsSection;
pub use self::oai::OaiSection;
pub use self::plugins::{OfPlugin, PluginLimits, PluginsSection};
pub use self::queue::QueueSection;
pub use self::records::RecordsSection;
pub use self::schedules::ScheduleSetting;
pub use self::search::SearchSection;
pub use self::secret::{SecretUrl, password};
pub use self::server::ServerSection;
pub use self::tasks::{NamedQueue, OfQueue, TasksSection};
pub use self::telemetry::TelemetrySection;
pub use self::webhooks::WebhooksSection;

/// All settings. `default.toml` says what each means.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the sections speak for themselves")]
pub struct Config {
    pub server: ServerSection,
    pub data: DataSection,
    pub database: DatabaseSection,
    pub plugins: PluginsSection,
    pub records: RecordsSection,
    pub search: SearchSection,
    pub indexing: IndexingSection,
    pub tasks: TasksSection,
    pub schedules: BTreeMap<String, ScheduleSetting>,
    pub queue: QueueSection,
    pub mail: MailSection,
    pub webhooks: WebhooksSection,
    pub cache: CacheSection,
    pub limits: LimitsSection,
    pub doi: DoiSection,
    pub oai: OaiSection,
    pub log: LogSection,
    pub metrics: MetricsSection,
    pub telemetry: TelemetrySection,
}

/// A setting given on the command line: its path, and its value.
pub type Flag = (&'static str, figment::value::Value);
