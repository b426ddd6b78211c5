//! Going back to the version before.

use repono_domain::PluginName;

use super::Step;
use super::activate::{find, load, put_in_force};
use crate::nodes::alone;
use crate::{Context, Error, Result};

/// Puts the version in force that was in force before this one. For administrators.
#[tracing::instrument(name = "plugins.rollback", skip_all, fields(plugin.name = %name))]
pub async fn rollback(
    ctx: &Context,
    name: &PluginName,
    told: impl FnMut(Step) + Send,
) -> Result<()> {
    if !ctx.caller.is_admin() {
        return Err(Error::Forbidden);
    }
    let _alone = alone(ctx).await?;
    let previous =
        ctx.active.load().plugins.get(name).map(|active| active.activation.previous.clone());
    let Some(previous) = previous else {
        return Err(Error::NotFound(format!("The plugin {name} is not in force.")));
    };
    let Some(previous) = previous else {
        return Err(Error::Conflict(format!(
            "No version of the plugin {name} was in force before this one."
        )));
    };
    let package = find(ctx, name, Some(&previous)).await?;
    let plugin = load(ctx, package).await?;
    put_in_force(ctx, plugin, None, told).await
}
