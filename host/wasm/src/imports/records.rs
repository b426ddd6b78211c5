//! `records`: published records, read through the task's host.

use std::sync::Arc;

use repono_service::ports::TaskHost;

use crate::answers;
use crate::bindings::task_v1::repono::plugin::records::Host;
use crate::bindings::types_v1::{Doc, Failure};
use crate::state::State;

impl Host for State {
    fn scan(
        &mut self,
        collection: String,
        after: Option<String>,
        limit: u32,
    ) -> wasmtime::Result<Result<Vec<Doc>, Failure>> {
        let host = match reader(self) {
            Ok(host) => host,
            Err(failure) => return Ok(Err(failure)),
        };
        let found = self.leash.wait(host.scan(&collection, after.as_deref(), limit))?;
        Ok(found.map(answers::to_guest).map_err(Failure::from))
    }

    fn count(&mut self, collection: String) -> wasmtime::Result<Result<u64, Failure>> {
        let host = match reader(self) {
            Ok(host) => host,
            Err(failure) => return Ok(Err(failure)),
        };
        Ok(self.leash.wait(host.count(&collection))?.map_err(Failure::from))
    }
}

/// A check that read other records could not be repeated, so only tasks may.
fn reader(state: &State) -> Result<Arc<dyn TaskHost>, Failure> {
    state
        .task
        .clone()
        .ok_or_else(|| Failure::Unsupported("only a task may read records".to_owned()))
}
