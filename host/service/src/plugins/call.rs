//! The circumstances and the ends of calls.

use std::sync::Arc;

use crate::ports::{Call, Plugin, PluginFailure};
use crate::{Context, Error};

/// The circumstances of a call made now.
pub(crate) fn call(ctx: &Context) -> Call {
    let secret = ctx.ids.secret();
    let mut seed = [0; 8];
    seed.copy_from_slice(&secret[..8]);
    Call {
        id: ctx.ids.task().0,
        now: ctx.clock.now(),
        seed: u64::from_le_bytes(seed),
        deadline: None,
        dry_run: false,
    }
}

/// A failed call as its use case's end: the caller's fault stays the caller's.
pub(crate) fn failed(plugin: &Arc<dyn Plugin>, function: &str, failure: PluginFailure) -> Error {
    let description = plugin.description();
    match failure {
        PluginFailure::InvalidInput(message) => Error::Invalid(message),
        failure => {
            tracing::error!(plugin.name = %description.name, plugin.version = description.version, plugin.function = function, error = %failure, "plugin {} failed in {function}", description.name);
            Error::Plugin {
                plugin: description.name.clone(),
                message: format!("{function}: {failure}"),
            }
        }
    }
}
