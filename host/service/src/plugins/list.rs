//! What is installed and what is in force.

use crate::ports::{Activation, Package};
use crate::{Context, Error, Result};

/// A package, and whether it is in force.
#[derive(Clone, Debug)]
pub struct PluginState {
    /// The package, without its bytes.
    pub package: Package,
    /// Set when it is in force.
    pub activation: Option<Activation>,
}

/// All packages, those of a plugin together, newest first. For administrators.
pub async fn list(ctx: &Context) -> Result<Vec<PluginState>> {
    if !ctx.caller.is_admin() {
        return Err(Error::Forbidden);
    }
    let activations = ctx.database.activations().await?;
    let mut packages = ctx.database.packages().await?;
    packages.sort_by(|a, b| a.name.cmp(&b.name).then(b.installed.cmp(&a.installed)));
    let state = |package: Package| {
        let in_force = activations.iter().find(|(name, activation)| {
            *name == package.name && activation.digest == package.digest
        });
        PluginState { activation: in_force.map(|(_, activation)| activation.clone()), package }
    };
    Ok(packages.into_iter().map(state).collect())
}
