//! What the repository itself does later: with the same guarantees as what plugins do.

mod digest;
mod lift_embargoes;
mod mail;
mod rebuild;
mod reconcile;
mod register_doi;
mod register_dois;
mod tidy;
mod tidy_records;
mod watched;
mod webhook;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use self::digest::Digest;
use self::lift_embargoes::LiftEmbargoes;
use self::mail::Mail;
use self::rebuild::Rebuild;
use self::reconcile::Reconcile;
use self::register_doi::RegisterDoi;
use self::register_dois::RegisterDois;
use self::tidy::Tidy;
use self::tidy_records::TidyRecords;
use self::webhook::Webhook;
use crate::ports::{Backoff, Outcome, TaskHost, TaskKind};
use crate::{Context, Error, Result};

/// Where long work on indices waits, so that nothing else waits for it.
const INDEXING: &str = "indexing";
/// The name of a collection, in a schema.
const COLLECTION: &str = "^[a-z][a-z0-9-]{0,63}$";

/// A kind of task that the repository itself does.
#[async_trait]
pub trait OwnTask: Send + Sync {
    /// What is said of it; it is asked for as `repono.{name}`.
    fn kind(&self) -> &TaskKind;

    /// Does it, in the repository's own name. It is dropped when its time is over, and when it was
    /// asked to stop and does not: at any await nothing may be half done that the next attempt cannot
    /// go on with.
    ///
    /// # Errors
    /// What the payload or the state of things forbids is not tried again; all else is.
    async fn execute(&self, ctx: &Context, payload: &Value, host: &dyn TaskHost)
    -> Result<Outcome>;
}

/// All that the repository does later by itself.
pub fn own_tasks() -> Vec<Arc<dyn OwnTask>> {
    vec![
        Arc::new(Tidy::new()),
        Arc::new(Reconcile::new()),
        Arc::new(Rebuild::new()),
        Arc::new(RegisterDoi::new()),
        Arc::new(LiftEmbargoes::new()),
        Arc::new(TidyRecords::new()),
        Arc::new(RegisterDois::new()),
        Arc::new(Mail::new()),
        Arc::new(Digest::new()),
        Arc::new(Webhook::new()),
    ]
}

/// A kind of the repository's own, as most are: without a payload, on the default queue, and done when somebody
/// asks for it.
fn kind(name: &str, summary: &str, limit: Duration) -> TaskKind {
    TaskKind {
        name: name.to_owned(),
        summary: summary.to_owned(),
        payload_schema: json!({"type": "object", "additionalProperties": false}),
        queue: String::new(),
        max_attempts: 5,
        soft_timeout: TaskKind::soft_timeout_of(limit),
        timeout: limit,
        backoff: Backoff::default(),
        idempotent: true,
        schedule: None,
    }
}

/// A payload, in its own type. Its kind's schema has let it through.
fn read<T: DeserializeOwned>(payload: &Value) -> Result<T> {
    T::deserialize(payload)
        .map_err(|error| Error::Invalid(format!("the payload cannot be read: {error}")))
}
