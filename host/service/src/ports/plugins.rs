//! Plugins, as the service sees them: typed descriptions and batched calls.

use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;
use repono_domain::{Digest, LogLevel, PluginName, Problem};
use serde_json::{Map, Value};
use std::sync::Arc;
use std::time::Duration;

use super::fetch::{FetchRequest, Fetched};
use super::grants::{Grants, Hosts};

/// All that a plugin says of itself, asked once.
#[derive(Clone, Debug)]
pub struct Description {
    /// SHA-256 of its bytes.
    pub digest: Digest,
    /// Its name.
    pub name: PluginName,
    /// Semantic version.
    pub version: String,
    /// One line.
    pub summary: String,
    /// Host interfaces it asks for.
    pub capabilities: Vec<String>,
    /// Collections it makes.
    pub collections: Vec<CollectionDescription>,
    /// Vocabularies it brings.
    pub vocabularies: Vec<VocabularyDescription>,
    /// Collections whose search documents it shapes.
    pub indexes: Vec<IndexDescription>,
    /// Formats it writes.
    pub formats: Vec<Format>,
    /// Tasks it does.
    pub kinds: Vec<TaskKind>,
}

/// A collection, as its plugin describes it. See `wit/` for the fields.
#[derive(Clone, Debug)]
pub struct CollectionDescription {
    /// Not yet checked to be a name.
    pub name: String,
    /// Version of the schema.
    pub version: u32,
    /// Older versions it can migrate.
    pub migrates_from: Vec<u32>,
    /// JSON Schema of `/metadata`.
    pub json_schema: Value,
    /// Mapping, facets, sorts.
    pub search: Value,
    /// Whether [`Plugin::check`] is to be called.
    pub checks: bool,
    /// Hints for deposit forms.
    pub form: Option<Value>,
}

/// A vocabulary, as its plugin describes it.
#[derive(Clone, Debug)]
pub struct VocabularyDescription {
    /// Its name.
    pub name: String,
    /// For people.
    pub title: String,
    /// How many terms it has.
    pub entries: u32,
}

/// An indexing transform, as its plugin describes it.
#[derive(Clone, Debug)]
pub struct IndexDescription {
    /// Whose search documents it shapes.
    pub collection: String,
    /// `{"properties": …}` beyond the collection's own.
    pub mapping: Value,
    /// A higher one builds the index anew.
    pub version: u32,
}

/// An export format, as its plugin describes it.
#[derive(Clone, Debug)]
pub struct Format {
    /// `datacite-json`.
    pub id: String,
    /// What `Accept` asks for.
    pub media_type: String,
    /// Without the dot.
    pub extension: String,
    /// Empty: every collection.
    pub collections: Vec<String>,
    /// Before, between and after the records of a list.
    pub list: Option<(String, String, String)>,
}

/// A kind of task, as its plugin describes it.
#[derive(Clone, Debug)]
pub struct TaskKind {
    /// Served as `{plugin}.{name}`.
    pub name: String,
    /// For people.
    pub summary: String,
    /// JSON Schema of its payload.
    pub payload_schema: Value,
    /// Where it waits.
    pub queue: String,
    /// Tries at most.
    pub max_attempts: u32,
    /// After how long a try is asked to stop, so that it can end in order.
    pub soft_timeout: Duration,
    /// How long one try may take.
    pub timeout: Duration,
    /// When the next try comes after one that failed.
    pub backoff: Backoff,
    /// Whether twice is as once.
    pub idempotent: bool,
    /// Cron expression.
    pub schedule: Option<String>,
}

/// How long a task that failed waits for its next try: at random up to a time that doubles with every
/// try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// After the first.
    pub base: Duration,
    /// However many there were.
    pub most: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { base: Duration::from_secs(4), most: Duration::from_mins(20) }
    }
}

impl TaskKind {
    /// The soft limit of a kind that names none: a tenth of its time to end in order, or half a minute.
    pub fn soft_timeout_of(timeout: Duration) -> Duration {
        timeout.saturating_sub((timeout / 10).min(Duration::from_secs(30)))
    }
}

/// The circumstances of a call.
#[derive(Clone, Debug)]
pub struct Call {
    /// For the log.
    pub id: String,
    /// The plugin's clock.
    pub now: Timestamp,
    /// The plugin's randomness.
    pub seed: u64,
    /// How long the host waits; none: as configured.
    pub deadline: Option<Duration>,
    /// Nothing will be kept.
    pub dry_run: bool,
}

/// A document on its way to a plugin.
#[derive(Clone, Debug, PartialEq)]
pub struct Doc {
    /// Public id; empty in a trial run.
    pub id: String,
    /// Its revision.
    pub revision: u64,
    /// The schema version it was stored under.
    pub schema_version: u32,
    /// JSON text, see `wit/` for what it holds in each call.
    pub body: String,
}

/// A document that a plugin has looked at.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// Normalised; none: as it was.
    pub body: Option<String>,
    /// What no JSON Schema can say.
    pub problems: Vec<Problem>,
}

/// Why a call came to nothing, and whose turn it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PluginFailure {
    /// The caller's document or payload.
    #[error("{0}")]
    InvalidInput(String),
    /// The plugin does not do this.
    #[error("{0}")]
    Unsupported(String),
    /// Worth another try.
    #[error("it asks to try again later")]
    Transient(Option<Duration>),
    /// Will never work.
    #[error("{0}")]
    Permanent(String),
    /// Trap, time-out, memory, nonsense in the answer: the plugin's own fault. A sentence.
    #[error("{0}")]
    Fault(String),
    /// What it asked of the host did not work, through no fault of the plugin's. A sentence.
    #[error("{0}")]
    Unavailable(String),
    /// Too many calls are waiting for this plugin.
    #[error("too many calls are waiting for it")]
    Busy,
}

/// What came of a task's attempt.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Done, with a result.
    Done(Value),
    /// Call again after this long. Not an attempt.
    Again(Duration),
    /// Stopped because it was asked to.
    Cancelled,
}

/// What a running task may tell and ask. Called from the guest's own thread.
#[async_trait]
pub trait TaskHost: Send + Sync {
    /// How far it is.
    async fn progress(&self, done: u64, total: Option<u64>, note: String);
    /// Whether it should stop.
    async fn is_cancelled(&self) -> bool;
    /// Keeps notes for the next attempt; durable when it answers.
    async fn checkpoint(&self, state: Value);
    /// Keeps a line with the task, for whoever looks at it later. It waits for nothing.
    fn log(&self, level: LogLevel, text: &str);
    /// Notes of the last attempt.
    async fn last_checkpoint(&self) -> Option<Value>;
    /// How those ended after which it began, by their names in the workflow:
    /// `{"index": {"task", "state", "result", "error"}}`. Empty if it waited for none.
    fn after(&self) -> &Map<String, Value>;
    /// Published records in the order of their ids. For plugins with the capability `records`.
    async fn scan(
        &self,
        collection: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Doc>, PluginFailure>;
    /// How many [`TaskHost::scan`] would meet.
    async fn count(&self, collection: &str) -> Result<u64, PluginFailure>;
    /// A value of the plugin's own store. For plugins with the capability `kv`.
    async fn kv_get(&self, key: &str) -> Result<Option<Vec<u8>>, PluginFailure>;
    /// Keeps a value in the plugin's own store, in place of what is there; an empty one removes it.
    /// Durable when it answers. `InvalidInput`: there is no room for it.
    async fn kv_put(&self, key: &str, value: Vec<u8>) -> Result<(), PluginFailure>;
    /// Sends requests to hosts that are listed, and answers by position. For plugins with the
    /// capability `fetch`.
    async fn fetch(&self, hosts: &Hosts, requests: Vec<FetchRequest>) -> Vec<Fetched>;
}

/// A loaded plugin. Each call is a batch, runs in a fresh instance, and answers by position: as
/// many answers as documents, or a [`PluginFailure::Fault`].
#[async_trait]
pub trait Plugin: Send + Sync {
    /// What it says of itself.
    fn description(&self) -> &Description;

    /// Normalises and finds problems. `schema.check`.
    async fn check(
        &self,
        call: &Call,
        collection: &str,
        docs: Vec<Doc>,
    ) -> Result<Vec<Checked>, PluginFailure>;

    /// Brings documents from an older schema version. `schema.migrate`.
    async fn migrate(
        &self,
        call: &Call,
        collection: &str,
        from_version: u32,
        docs: Vec<Doc>,
    ) -> Result<Vec<Checked>, PluginFailure>;

    /// Search documents, as JSON text. `indexer.transform`.
    async fn transform(
        &self,
        call: &Call,
        collection: &str,
        docs: Vec<Doc>,
    ) -> Result<Vec<Result<String, String>>, PluginFailure>;

    /// Exported records. `exporter.serialise`.
    async fn serialise(
        &self,
        call: &Call,
        format: &str,
        docs: Vec<Doc>,
    ) -> Result<Vec<Result<Vec<u8>, String>>, PluginFailure>;

    /// Terms as JSON texts. `vocabularies.entries`.
    async fn terms(
        &self,
        vocabulary: &str,
        offset: u32,
        limit: u32,
    ) -> Result<Vec<String>, PluginFailure>;

    /// Does a task. `task.execute`.
    async fn execute(
        &self,
        call: &Call,
        kind: &str,
        payload: &Value,
        host: Arc<dyn TaskHost>,
    ) -> Result<Outcome, PluginFailure>;
}

/// Why a file cannot be a plugin here. A sentence: what it is, what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refusal(pub String);

/// Makes plugins of bytes.
#[async_trait]
pub trait PluginRuntime: Send + Sync {
    /// Checks, compiles (or finds compiled), asks for its description.
    ///
    /// # Errors
    /// Everything that makes the file unfit, in a sentence for whoever brought it.
    async fn load(&self, bytes: Bytes, grants: &Grants) -> Result<Arc<dyn Plugin>, Refusal>;
}
