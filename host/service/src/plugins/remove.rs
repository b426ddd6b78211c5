//! Taking a plugin out.

use std::sync::Arc;

use repono_domain::{Digest, PluginName};

use super::assemble::without_plugin;
use crate::nodes::alone;
use crate::ports::Change;
use crate::{Context, Error, Result};

/// Takes a plugin out of force: its collections are no longer served, their records stay. For
/// administrators.
#[tracing::instrument(name = "plugins.deactivate", skip_all, fields(plugin.name = %name))]
pub async fn deactivate(ctx: &Context, name: &PluginName) -> Result<()> {
    if !ctx.caller.is_admin() {
        return Err(Error::Forbidden);
    }
    let _alone = alone(ctx).await?;
    if !ctx.active.load().plugins.contains_key(name) {
        return Err(Error::NotFound(format!("The plugin {name} is not in force.")));
    }
    ctx.database.write(vec![Change::Activate { plugin: name.clone(), activation: None }]).await?;
    ctx.active.store(Arc::new(without_plugin(&ctx.active.load(), name)));
    Ok(())
}

/// Removes packages that nothing needs: one of a plugin's, or all. A plugin in force is taken out
/// of force first when all are meant. With the last of them goes what the plugin has kept. For
/// administrators.
///
/// # Errors
/// `Conflict` when records were accepted by a package: it stays, so that they can be explained.
#[tracing::instrument(name = "plugins.remove", skip_all, fields(plugin.name = %name))]
pub async fn remove(ctx: &Context, name: &PluginName, digest: Option<&Digest>) -> Result<()> {
    if !ctx.caller.is_admin() {
        return Err(Error::Forbidden);
    }
    let packages = ctx.database.packages().await?;
    let meant = packages.iter().filter(|package| {
        package.name == *name
            && digest.is_none_or(|digest| package.digest.as_str().starts_with(digest.as_str()))
    });
    let meant: Vec<_> = meant.map(|package| package.digest.clone()).collect();
    let is_last = packages.iter().filter(|package| package.name == *name).count() == meant.len();
    if meant.is_empty() {
        return Err(Error::NotFound(format!("There is no such package of the plugin {name}.")));
    }
    if digest.is_none() && ctx.active.load().plugins.contains_key(name) {
        deactivate(ctx, name).await?;
    }
    let mut changes: Vec<_> = meant.into_iter().map(Change::DeletePackage).collect();
    if is_last {
        changes.push(Change::EmptyKv(name.clone()));
    }
    ctx.database.write(changes).await?;
    Ok(())
}
