//! `task-host`: what a running task tells and asks.

use wasmtime::component::Resource;

use super::task;
use crate::bindings::task_v1::Run;
use crate::bindings::task_v1::repono::plugin::task_host::{Host, HostRun};
use crate::state::State;

impl Host for State {}

impl HostRun for State {
    fn progress(
        &mut self,
        _: Resource<Run>,
        done: u64,
        total: Option<u64>,
        note: String,
    ) -> wasmtime::Result<()> {
        let task = task(self)?;
        self.leash.wait(task.progress(done, total, note))
    }

    fn is_cancelled(&mut self, _: Resource<Run>) -> wasmtime::Result<bool> {
        let task = task(self)?;
        self.leash.wait(task.is_cancelled())
    }

    fn checkpoint(&mut self, _: Resource<Run>, state: String) -> wasmtime::Result<()> {
        let task = task(self)?;
        let notes = serde_json::from_str(&state)
            .map_err(|error| wasmtime::format_err!("its checkpoint is not JSON: {error}"))?;
        self.leash.wait(task.checkpoint(notes))
    }

    fn last_checkpoint(&mut self, _: Resource<Run>) -> wasmtime::Result<Option<String>> {
        let task = task(self)?;
        Ok(self.leash.wait(task.last_checkpoint())?.map(|notes| notes.to_string()))
    }

    fn drop(&mut self, _: Resource<Run>) -> wasmtime::Result<()> {
        Ok(())
    }
}
