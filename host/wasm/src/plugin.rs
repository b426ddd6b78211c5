//! A loaded plugin, as the service sees it.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use repono_service::ports::{
    Call, Checked, Description, Doc, Outcome, Plugin, PluginFailure, TaskHost,
};
use serde_json::{Value, json};
use wasmtime::component::Resource;

use crate::answers;
use crate::bindings::task_v1::exports::repono::plugin::task;
use crate::bindings::types_v1::CallContext;
use crate::call::{Ask, Callee, Mishap};
use crate::hooks::Guest;

/// A component that keeps the contract, and what it said of itself.
pub(crate) struct WasmPlugin {
    pub(crate) callee: Callee,
    pub(crate) description: Description,
}

/// For a kind that the plugin did not describe, and will hardly know.
const UNKNOWN_KIND: Duration = Duration::from_mins(1);

impl WasmPlugin {
    fn check_budget(&self, call: &Call, documents: usize) -> Duration {
        let limits = &self.callee.limits;
        let documents = u32::try_from(documents).unwrap_or(u32::MAX);
        call.deadline
            .unwrap_or_else(|| limits.check + limits.check_per_document.saturating_mul(documents))
    }

    fn task_budget(&self, call: &Call, kind: &str) -> Duration {
        let described = self.description.kinds.iter().find(|described| described.name == kind);
        call.deadline.unwrap_or_else(|| described.map_or(UNKNOWN_KIND, |kind| kind.timeout))
    }
}

#[async_trait]
impl Plugin for WasmPlugin {
    fn description(&self) -> &Description {
        &self.description
    }

    async fn check(
        &self,
        call: &Call,
        collection: &str,
        docs: Vec<Doc>,
    ) -> Result<Vec<Checked>, PluginFailure> {
        let budget = self.check_budget(call, docs.len());
        let context = answers::context(call, budget);
        let collection = collection.to_owned();
        let ask = Ask::new("check", docs.len(), budget);
        let work = move |guest: &mut Guest<'_>| {
            let docs = answers::to_guest(docs);
            let context = guest.traced(context);
            let schema = guest.schema()?;
            let answers = schema.call_check(&mut *guest.store, &context, &collection, &docs)??;
            answers::checked(answers, docs.len())
        };
        self.callee.call(ask, work).await
    }

    async fn migrate(
        &self,
        call: &Call,
        collection: &str,
        from_version: u32,
        docs: Vec<Doc>,
    ) -> Result<Vec<Checked>, PluginFailure> {
        let budget = self.check_budget(call, docs.len());
        let context = answers::context(call, budget);
        let collection = collection.to_owned();
        let ask = Ask::new("migrate", docs.len(), budget);
        let work = move |guest: &mut Guest<'_>| {
            let docs = answers::to_guest(docs);
            let context = guest.traced(context);
            let schema = guest.schema()?;
            let answers = schema.call_migrate(
                &mut *guest.store,
                &context,
                &collection,
                from_version,
                &docs,
            )??;
            answers::checked(answers, docs.len())
        };
        self.callee.call(ask, work).await
    }

    async fn transform(
        &self,
        call: &Call,
        collection: &str,
        docs: Vec<Doc>,
    ) -> Result<Vec<Result<String, String>>, PluginFailure> {
        let budget = call.deadline.unwrap_or(self.callee.limits.transform);
        let context = answers::context(call, budget);
        let collection = collection.to_owned();
        let ask = Ask::new("transform", docs.len(), budget);
        let work = move |guest: &mut Guest<'_>| {
            let docs = answers::to_guest(docs);
            let context = guest.traced(context);
            let indexer = guest.indexer()?;
            let answers =
                indexer.call_transform(&mut *guest.store, &context, &collection, &docs)??;
            let answers = answers::counted(answers, docs.len())?.into_iter().enumerate();
            answers
                .map(|(index, answer)| {
                    answer
                        .map(|json| answers::json(json, index))
                        .map_or_else(|reason| Ok(Err(reason)), |json| json.map(Ok))
                })
                .collect()
        };
        self.callee.call(ask, work).await
    }

    async fn serialise(
        &self,
        call: &Call,
        format: &str,
        docs: Vec<Doc>,
    ) -> Result<Vec<Result<Vec<u8>, String>>, PluginFailure> {
        let budget = call.deadline.unwrap_or(self.callee.limits.serialise);
        let context = answers::context(call, budget);
        let format = format.to_owned();
        let ask = Ask::new("serialise", docs.len(), budget);
        let work = move |guest: &mut Guest<'_>| {
            let docs = answers::to_guest(docs);
            let context = guest.traced(context);
            let exporter = guest.exporter()?;
            let answers =
                exporter.call_serialise(&mut *guest.store, &context, &format, &docs)??;
            answers::counted(answers, docs.len())
        };
        self.callee.call(ask, work).await
    }

    async fn terms(
        &self,
        vocabulary: &str,
        offset: u32,
        limit: u32,
    ) -> Result<Vec<String>, PluginFailure> {
        let vocabulary = vocabulary.to_owned();
        let ask = Ask::new("entries", 0, self.callee.limits.describe);
        let work = move |guest: &mut Guest<'_>| {
            let vocabularies = guest.vocabularies()?;
            let entries =
                vocabularies.call_entries(&mut *guest.store, &vocabulary, offset, limit)?;
            if entries.len() > limit as usize {
                return Err(Mishap::Nonsense(format!(
                    "answered with {} terms, when {limit} were asked for,",
                    entries.len()
                )));
            }
            entries
                .into_iter()
                .enumerate()
                .map(|(index, entry)| answers::json(entry, index))
                .collect()
        };
        self.callee.call(ask, work).await
    }

    async fn execute(
        &self,
        call: &Call,
        kind: &str,
        payload: &Value,
        host: Arc<dyn TaskHost>,
    ) -> Result<Outcome, PluginFailure> {
        let budget = self.task_budget(call, kind);
        let after = host.after();
        let ext = (!after.is_empty()).then(|| json!({"after": after}).to_string());
        let context = CallContext { ext, ..answers::context(call, budget) };
        let (kind, payload) = (kind.to_owned(), payload.to_string());
        let ask = Ask { function: "execute", documents: 0, budget, task: Some(host) };
        let work = move |guest: &mut Guest<'_>| {
            let context = guest.traced(context);
            let task = guest.task()?;
            // The store holds the task itself; the handle's number says nothing.
            let run = Resource::new_borrow(0);
            outcome(task.call_execute(&mut *guest.store, &context, &kind, &payload, run)??)
        };
        self.callee.call(ask, work).await
    }
}

fn outcome(outcome: task::Outcome) -> Result<Outcome, Mishap> {
    Ok(match outcome {
        task::Outcome::Done(result) => {
            Outcome::Done(serde_json::from_str(&result).map_err(|error| {
                Mishap::Nonsense(format!("answered with text that is not JSON ({error})"))
            })?)
        }
        task::Outcome::Again(delay_ms) => Outcome::Again(Duration::from_millis(delay_ms.into())),
        task::Outcome::Cancelled => Outcome::Cancelled,
    })
}
