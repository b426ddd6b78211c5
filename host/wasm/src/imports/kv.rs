//! `kv`: the plugin's own store, kept through the task's host.

use repono_service::ports::PluginFailure;

use super::{HostFailed, task};
use crate::bindings::imports_v1::repono::plugin::kv::Host;
use crate::state::State;

impl Host for State {
    fn get(&mut self, key: String) -> wasmtime::Result<Option<Vec<u8>>> {
        let host = task(self)?;
        Ok(self.leash.wait(host.kv_get(&key))?.map_err(HostFailed)?)
    }

    fn put(&mut self, key: String, value: Vec<u8>) -> wasmtime::Result<Result<(), String>> {
        let host = task(self)?;
        match self.leash.wait(host.kv_put(&key, value))? {
            Ok(()) => Ok(Ok(())),
            Err(PluginFailure::InvalidInput(why)) => Ok(Err(why)),
            Err(failure) => Err(HostFailed(failure).into()),
        }
    }
}
