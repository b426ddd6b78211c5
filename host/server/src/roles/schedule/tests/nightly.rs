//! A plugin with one task kind that is due every night.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use repono_domain::Digest;
use repono_service::Context;
use repono_service::collections::{ActivePlugin, ActiveSet};
use repono_service::ports::{
    Activation, Backoff, Call, Checked, Description, Doc, Outcome, Plugin, PluginFailure, TaskHost,
    TaskKind,
};
use serde_json::{Value, json};

struct Nightly(Description);

/// From the time of the clock on, with the cron expression of its manifest.
pub(super) fn put_in_force(ctx: &Context, cron: &str) {
    let plugin = Arc::new(Nightly(description(cron)));
    let activation = Activation {
        digest: plugin.0.digest.clone(),
        previous: None,
        indices: Vec::new(),
        previous_indices: Vec::new(),
        replaced_indices: Vec::new(),
        since: ctx.clock.now(),
    };
    let mut active = ActiveSet::default();
    active.plugins.insert(plugin.0.name.clone(), ActivePlugin { plugin, activation });
    ctx.active.store(Arc::new(active));
}

fn description(cron: &str) -> Description {
    let kind = TaskKind {
        name: "tidy".to_owned(),
        summary: String::new(),
        payload_schema: json!({"type": "object", "properties": {"batch": {"type": "integer"}}}),
        queue: String::new(),
        max_attempts: 1,
        soft_timeout: Duration::from_secs(1),
        timeout: Duration::from_secs(1),
        backoff: Backoff::default(),
        idempotent: true,
        schedule: Some(cron.to_owned()),
    };
    Description {
        digest: Digest::from_sha256([0; 32]),
        name: "nightly".parse().unwrap(),
        version: "1.0.0".to_owned(),
        summary: String::new(),
        capabilities: Vec::new(),
        collections: Vec::new(),
        vocabularies: Vec::new(),
        indexes: Vec::new(),
        formats: Vec::new(),
        kinds: vec![kind],
    }
}

/// Takes all plugins out of force.
pub(super) fn take_out_of_force(ctx: &Context) {
    ctx.active.store(Arc::default());
}

fn uncalled<T>() -> Result<T, PluginFailure> {
    Err(PluginFailure::Fault("nobody calls it".to_owned()))
}

#[async_trait]
impl Plugin for Nightly {
    fn description(&self) -> &Description {
        &self.0
    }

    async fn check(&self, _: &Call, _: &str, _: Vec<Doc>) -> Result<Vec<Checked>, PluginFailure> {
        uncalled()
    }

    async fn migrate(
        &self,
        _: &Call,
        _: &str,
        _: u32,
        _: Vec<Doc>,
    ) -> Result<Vec<Checked>, PluginFailure> {
        uncalled()
    }

    async fn transform(
        &self,
        _: &Call,
        _: &str,
        _: Vec<Doc>,
    ) -> Result<Vec<Result<String, String>>, PluginFailure> {
        uncalled()
    }

    async fn serialise(
        &self,
        _: &Call,
        _: &str,
        _: Vec<Doc>,
    ) -> Result<Vec<Result<Vec<u8>, String>>, PluginFailure> {
        uncalled()
    }

    async fn terms(&self, _: &str, _: u32, _: u32) -> Result<Vec<String>, PluginFailure> {
        uncalled()
    }

    async fn execute(
        &self,
        _: &Call,
        _: &str,
        _: &Value,
        _: Arc<dyn TaskHost>,
    ) -> Result<Outcome, PluginFailure> {
        uncalled()
    }
}
