//! A plugin's own store.

use repono_domain::PluginName;

use crate::ports::Used;
use crate::{Context, Error, Result, Services};

/// The most bytes of a key.
const KEY_BYTES: usize = 512;
/// The most bytes of a value.
const VALUE_BYTES: usize = 64 << 10;

/// How much a plugin keeps. For administrators.
pub async fn kept(ctx: &Context, plugin: &PluginName) -> Result<Used> {
    if !ctx.caller.is_admin() {
        return Err(Error::Forbidden);
    }
    ctx.database.kv_used(plugin).await
}

/// Keeps a value for a plugin; an empty one removes the key.
///
/// # Errors
/// `TooLarge`, with what is too large and how large it may be.
pub(crate) async fn put(
    services: &Services,
    plugin: &PluginName,
    key: &str,
    value: &[u8],
) -> Result<()> {
    for (what, bytes, most) in [("key", key.len(), KEY_BYTES), ("value", value.len(), VALUE_BYTES)]
    {
        if bytes > most {
            return Err(Error::TooLarge(format!(
                "the {what} has {bytes} bytes, and may have {most}"
            )));
        }
    }
    if value.is_empty() {
        return services.database.kv_remove(plugin, key).await;
    }
    services.database.kv_put(plugin, key, value, services.settings.plugins.kv).await
}
