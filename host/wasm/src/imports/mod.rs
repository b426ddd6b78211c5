//! What a plugin may import, one file per interface.

mod fetch;
mod kv;
mod log;
mod records;
mod task_host;

pub(crate) use log::LogBook;

use std::sync::Arc;

use repono_service::ports::{PluginFailure, TaskHost};

use crate::bindings::types_v1::Host;
use crate::state::State;

impl Host for State {}

/// The host did not do its part, which ends the call.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct HostFailed(pub(crate) PluginFailure);

fn task(state: &State) -> wasmtime::Result<Arc<dyn TaskHost>> {
    state.task.clone().ok_or_else(|| wasmtime::format_err!("there is no task in this call"))
}
