//! What a running task is given.

use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use jiff::SignedDuration;
use repono_domain::{CollectionName, RecordId};
use serde_json::{Value, json};

use crate::ports::{Claimed, Doc, Filter, PluginFailure, TaskHost};
use crate::{Context, records};

/// A task's side of the repository.
pub(super) struct Host {
    /// As a reader without an account: a task sees what everyone sees.
    pub ctx: Context,
    pub claimed: Claimed,
    pub lease: SignedDuration,
    /// Its worker wants it to stop, or its time is over.
    pub asked_to_stop: AtomicBool,
}

#[async_trait]
impl TaskHost for Host {
    async fn progress(&self, done: u64, total: Option<u64>, note: String) {
        let progress = json!({"done": done, "total": total, "note": note});
        if let Err(error) = self.ctx.database.progress(&self.claimed.task.id, &progress).await {
            tracing::warn!(task.id = %self.claimed.task.id, error = %error, "a task's progress could not be noted");
        }
    }

    async fn is_cancelled(&self) -> bool {
        // A claim that is lost is worked on by someone else: stop as well.
        match self.ctx.queue.extend(&self.claimed, self.lease).await {
            Ok(asked) if !asked => self.asked_to_stop.load(Ordering::Relaxed),
            Ok(_) => true,
            Err(error) => error.kind() == crate::Kind::Conflict,
        }
    }

    async fn checkpoint(&self, state: Value) {
        if let Err(error) = self.ctx.database.checkpoint(&self.claimed.task.id, &state).await {
            tracing::warn!(task.id = %self.claimed.task.id, error = %error, "a task's checkpoint could not be kept");
        }
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
}

fn parse(collection: &str) -> Result<CollectionName, PluginFailure> {
    collection
        .parse()
        .map_err(|error: repono_domain::InvalidName| PluginFailure::InvalidInput(error.to_string()))
}

fn failure(error: &crate::Error) -> PluginFailure {
    match error.kind() {
        crate::Kind::Unavailable | crate::Kind::Internal => PluginFailure::Transient(None),
        _ => PluginFailure::InvalidInput(error.to_string()),
    }
}
