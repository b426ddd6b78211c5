use super::{Export, parse};
use crate::raw::task::exports::repono::plugin::task as raw;
use crate::raw::task::repono::plugin::records;
use crate::raw::types;
use crate::{Doc, Failure, Kind, Outcome, Task, TaskHost, Value, log};

impl<P: Task> raw::Guest for Export<P> {
    fn describe() -> Vec<raw::Kind> {
        log::panics();
        P::kinds().into_iter().map(Into::into).collect()
    }

    fn execute(
        context: types::CallContext,
        kind: String,
        payload: String,
        run: &raw::Run,
    ) -> Result<raw::Outcome, types::Failure> {
        log::panics();
        let outcome = P::execute(&context.into(), &kind, parse(&payload)?, &mut Host(run))?;
        Ok(outcome.into())
    }
}

struct Host<'a>(&'a raw::Run);

impl TaskHost for Host<'_> {
    fn progress(&mut self, done: u64, total: Option<u64>, note: &str) {
        self.0.progress(done, total, note);
    }

    fn is_cancelled(&mut self) -> bool {
        self.0.is_cancelled()
    }

    fn checkpoint(&mut self, state: &Value) {
        self.0.checkpoint(&state.to_string());
    }

    fn last_checkpoint(&mut self) -> Option<Value> {
        self.0.last_checkpoint().and_then(|state| serde_json::from_str(&state).ok())
    }

    fn scan(
        &mut self,
        collection: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Doc>, Failure> {
        records::scan(collection, after, limit)?
            .into_iter()
            .map(|doc| Ok(Doc { body: parse(&doc.body)?, id: doc.id, revision: doc.revision }))
            .collect()
    }

    fn count(&mut self, collection: &str) -> Result<u64, Failure> {
        Ok(records::count(collection)?)
    }
}

impl From<Kind> for raw::Kind {
    fn from(kind: Kind) -> Self {
        let ext = kind.ext().map(|ext| ext.to_string());
        Self {
            name: kind.name,
            summary: kind.summary,
            payload_schema: kind.payload_schema.to_string(),
            queue: kind.queue,
            max_attempts: kind.max_attempts,
            timeout_ms: kind.timeout_ms,
            idempotent: kind.idempotent,
            schedule: kind.schedule,
            ext,
        }
    }
}

impl From<Outcome> for raw::Outcome {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Done(result) => Self::Done(result.to_string()),
            Outcome::Again(delay_ms) => Self::Again(delay_ms),
            Outcome::Cancelled => Self::Cancelled,
        }
    }
}
