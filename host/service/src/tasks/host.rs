//! What a running task is given.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use jiff::SignedDuration;
use repono_domain::{CollectionName, LogLevel, LogLine, RecordId};
use serde_json::{Map, Value, json};

use super::log::LastLines;
use crate::ports::{
    Claimed, Description, Doc, FetchFailure, FetchRequest, Fetched, Filter, Hosts, Plugin,
    PluginFailure, TaskHost,
};
use crate::{Context, Kind, plugins, records};

/// A task's side of the repository.
pub(super) struct Host {
    /// As a reader without an account: a task sees what everyone sees.
    pub ctx: Context,
    pub claimed: Claimed,
    pub lease: SignedDuration,
    /// How those ended after which it began.
    after: Map<String, Value>,
    /// None: the repository itself does it.
    plugin: Option<Arc<dyn Plugin>>,
    /// Its worker wants it to stop, or its time is over.
    pub asked_to_stop: AtomicBool,
    log: Mutex<Fresh>,
    /// What is stored of its log; nothing before that was looked at.
    stored: tokio::sync::Mutex<Option<LastLines>>,
}

/// What is not stored yet.
#[derive(Default)]
struct Fresh {
    lines: LastLines,
    /// Whether anyone will want to read it.
    is_worth_it: bool,
}

impl Host {
    pub(super) fn new(
        ctx: Context,
        claimed: Claimed,
        lease: SignedDuration,
        after: Map<String, Value>,
        plugin: Option<Arc<dyn Plugin>>,
    ) -> Self {
        let host = Self {
            claimed,
            lease,
            after,
            plugin,
            asked_to_stop: AtomicBool::new(false),
            log: Mutex::default(),
            stored: tokio::sync::Mutex::default(),
            ctx,
        };
        let begins =
            format!("attempt {} begins on {}", host.claimed.task.attempts, host.ctx.node.name);
        host.fresh().lines.push(host.line(LogLevel::Info, &begins));
        host
    }

    /// Stores what was logged since the last time, if it is more than that an attempt has begun.
    pub(super) async fn keep_log(&self) {
        let mut stored = self.stored.lock().await;
        let fresh = {
            let mut fresh = self.fresh();
            if !fresh.is_worth_it {
                return;
            }
            std::mem::take(&mut *fresh)
        };
        if let Err(error) = self.add_to_log(&mut stored, fresh.lines).await {
            tracing::warn!(task.id = %self.claimed.task.id, error = %error, "lines of a task's log were not kept");
        }
    }

    async fn add_to_log(
        &self,
        stored: &mut Option<LastLines>,
        fresh: LastLines,
    ) -> crate::Result<()> {
        let id = &self.claimed.task.id;
        let last = if let Some(last) = stored {
            last
        } else {
            let mut last = LastLines::default();
            last.extend(self.ctx.database.task_log(id).await?);
            stored.insert(last)
        };
        last.extend(fresh.into_lines());
        self.ctx.database.keep_task_log(id, last.lines()).await
    }

    fn plugin(&self) -> Result<&Description, PluginFailure> {
        let plugin = self.plugin.as_ref().map(|plugin| plugin.description());
        plugin.ok_or_else(|| PluginFailure::Unsupported("this is no task of a plugin".to_owned()))
    }

    fn line(&self, level: LogLevel, text: &str) -> LogLine {
        let at = self.ctx.clock.now();
        LogLine { at, attempt: self.claimed.task.attempts, level, text: text.to_owned() }
    }

    /// Nothing under this lock leaves anything half done.
    fn fresh(&self) -> MutexGuard<'_, Fresh> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl TaskHost for Host {
    async fn progress(&self, done: u64, total: Option<u64>, note: String) {
        let progress = json!({"done": done, "total": total, "note": note});
        if let Err(error) = self.ctx.database.progress(&self.claimed.task.id, &progress).await {
            tracing::warn!(task.id = %self.claimed.task.id, error = %error, "a task's progress could not be noted");
        }
        self.keep_log().await;
    }

    async fn is_cancelled(&self) -> bool {
        // A claim that is lost is worked on by someone else: stop as well.
        match self.ctx.queue.extend(&self.claimed, self.lease).await {
            Ok(asked) if !asked => self.asked_to_stop.load(Ordering::Relaxed),
            Ok(_) => true,
            Err(error) => error.kind() == Kind::Conflict,
        }
    }

    async fn checkpoint(&self, state: Value) {
        if let Err(error) = self.ctx.database.checkpoint(&self.claimed.task.id, &state).await {
            tracing::warn!(task.id = %self.claimed.task.id, error = %error, "a task's checkpoint could not be kept");
        }
    }

    fn log(&self, level: LogLevel, text: &str) {
        let line = self.line(level, text);
        let mut fresh = self.fresh();
        fresh.lines.push(line);
        fresh.is_worth_it = true;
    }

    async fn last_checkpoint(&self) -> Option<Value> {
        self.ctx
            .database
            .task(&self.claimed.task.id)
            .await
            .ok()
            .flatten()
            .and_then(|task| task.checkpoint)
    }

    fn after(&self) -> &Map<String, Value> {
        &self.after
    }

    async fn scan(
        &self,
        collection: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Doc>, PluginFailure> {
        let collection = parse(collection)?;
        let after = after
            .map(str::parse::<RecordId>)
            .transpose()
            .map_err(|error| PluginFailure::InvalidInput(error.to_string()))?;
        records::scan(&self.ctx, &collection, after, limit).await.map_err(|error| failure(&error))
    }

    async fn count(&self, collection: &str) -> Result<u64, PluginFailure> {
        let collection = parse(collection)?;
        self.ctx.active.load().collection(&collection).map_err(|error| failure(&error))?;
        self.ctx
            .database
            .count(&collection, Filter::Published)
            .await
            .map_err(|error| failure(&error))
    }

    async fn kv_get(&self, key: &str) -> Result<Option<Vec<u8>>, PluginFailure> {
        let name = &self.plugin()?.name;
        self.ctx.database.kv_get(name, key).await.map_err(|error| unavailable(&error))
    }

    async fn kv_put(&self, key: &str, value: Vec<u8>) -> Result<(), PluginFailure> {
        let name = &self.plugin()?.name;
        plugins::put(&self.ctx, name, key, &value).await.map_err(|error| match error.kind() {
            Kind::TooLarge | Kind::NotFound => PluginFailure::InvalidInput(error.to_string()),
            _ => unavailable(&error),
        })
    }

    async fn fetch(&self, hosts: &Hosts, requests: Vec<FetchRequest>) -> Vec<Fetched> {
        match self.plugin() {
            Ok(plugin) => plugins::fetch(&self.ctx, plugin, hosts, requests).await,
            Err(failure) => {
                let refused = || Err(FetchFailure::Invalid(failure.to_string()));
                requests.iter().map(|_| refused()).collect()
            }
        }
    }
}

/// The plugin could do nothing about it.
fn unavailable(error: &crate::Error) -> PluginFailure {
    PluginFailure::Unavailable(error.told())
}

fn parse(collection: &str) -> Result<CollectionName, PluginFailure> {
    collection
        .parse()
        .map_err(|error: repono_domain::InvalidName| PluginFailure::InvalidInput(error.to_string()))
}

fn failure(error: &crate::Error) -> PluginFailure {
    match error.kind() {
        Kind::Unavailable | Kind::Internal => PluginFailure::Transient(None),
        _ => PluginFailure::InvalidInput(error.to_string()),
    }
}
