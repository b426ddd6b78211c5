//! Bringing a plugin in.

use std::sync::Arc;

use bytes::Bytes;
use repono_domain::{Digest, PluginName};

use super::assemble::{collections, missing_vocabularies};
use super::call;
use crate::collections::Collection;
use crate::ports::{Change, Doc, Grants, IndexName, Package, Plugin};
use crate::tasks::kinds::OWN;
use crate::{Context, Error, Result};

/// A plugin that has been brought in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Installed {
    /// Its name.
    pub name: PluginName,
    /// Its version.
    pub version: String,
    /// SHA-256 of its bytes.
    pub digest: Digest,
    /// What the operator should know.
    pub warnings: Vec<String>,
}

/// Checks a component in every way short of using it, and keeps it. Nothing comes into force.
/// For administrators.
///
/// # Errors
/// `Invalid`, with a sentence that says what it is and what to do.
#[tracing::instrument(name = "plugins.install", skip_all, fields(size_bytes = bytes.len()))]
pub async fn install(ctx: &Context, bytes: Bytes, grants: Grants) -> Result<Installed> {
    if !ctx.caller.is_admin() {
        return Err(Error::Forbidden);
    }
    let (package, plugin, made) = examine(ctx, bytes, grants).await?;
    let missing = missing_vocabularies(ctx, &plugin, &made);
    let warnings = missing.into_iter().map(|name| format!("There is no vocabulary {name}: every document that names a term of it will be invalid.")).collect();
    let installed = Installed {
        name: package.name.clone(),
        version: package.version.clone(),
        digest: package.digest.clone(),
        warnings,
    };
    ctx.database.write(vec![Change::InsertPackage(package)]).await?;
    tracing::info!(plugin.name = %installed.name, plugin.version = installed.version, "installed plugin {} {}", installed.name, installed.version);
    Ok(installed)
}

/// Tasks are asked for by the name of whoever does them.
fn refuse_own_name(name: &PluginName) -> Result<()> {
    if name.as_str() == OWN {
        return Err(Error::Invalid(format!(
            "The name {OWN} is the repository's own: give the plugin another."
        )));
    }
    Ok(())
}

/// Checks a component in every way short of using it, and keeps nothing. Answers what it would serve,
/// too.
pub(super) async fn examine(
    ctx: &Context,
    bytes: Bytes,
    grants: Grants,
) -> Result<(Package, Arc<dyn Plugin>, Vec<Collection>)> {
    let plugin = ctx
        .runtime
        .load(bytes.clone(), &grants)
        .await
        .map_err(|refusal| Error::Invalid(refusal.to_string()))?;
    refuse_own_name(&plugin.description().name)?;
    let made = served_by(ctx, &plugin)?;
    for collection in &made {
        let active = ctx.active.load();
        if let Some(owner) =
            active.collections.get(&collection.name).map(|owned| &owned.plugin.description().name)
            && *owner != plugin.description().name
        {
            return Err(Error::Invalid(format!(
                "The collection {} belongs to the plugin {owner}.",
                collection.name
            )));
        }
    }
    refuse_other_grants(ctx, &plugin.description().digest, &grants).await?;
    trial(ctx, &plugin).await?;
    let description = plugin.description();
    let package = Package {
        digest: description.digest.clone(),
        name: description.name.clone(),
        version: description.version.clone(),
        summary: description.summary.clone(),
        grants,
        installed: ctx.clock.now(),
        bytes,
    };
    Ok((package, plugin, made))
}

/// The collections that it would serve, each with the name of an index that is not used.
pub(super) fn served_by(ctx: &Context, plugin: &Arc<dyn Plugin>) -> Result<Vec<Collection>> {
    collections(ctx, plugin, |name| IndexName(name.to_string()))
        .map_err(|refusal| Error::Invalid(refusal.to_string()))
}

/// What is in force must not change behind the operator's back.
async fn refuse_other_grants(ctx: &Context, digest: &Digest, grants: &Grants) -> Result<()> {
    let packages = ctx.database.packages().await?;
    match packages.iter().find(|package| package.digest == *digest) {
        Some(there) if there.grants != *grants => Err(Error::Conflict(format!(
            "The package {} of the plugin {} is installed already, with other grants or settings. Remove it first; \
             while it is in force or has accepted records, give the plugin another version number instead.",
            digest.short(),
            there.name
        ))),
        _ => Ok(()),
    }
}

/// Calls what can be called without effect, with an empty document: a plugin that traps on it would
/// trap on the first draft.
async fn trial(ctx: &Context, plugin: &Arc<dyn Plugin>) -> Result<()> {
    let circumstances = crate::ports::Call { dry_run: true, ..call(ctx) };
    for collection in plugin.description().collections.iter().filter(|collection| collection.checks)
    {
        let body = r#"{"metadata":{},"custom_fields":{},"pids":{}}"#.to_owned();
        let doc = Doc { id: String::new(), revision: 0, schema_version: collection.version, body };
        let outcome = plugin.check(&circumstances, &collection.name, vec![doc]).await;
        if let Err(failure) = outcome {
            let name = &plugin.description().name;
            return Err(Error::Invalid(format!(
                "The plugin {name} failed its trial run, checking an empty document of {}: {failure}.",
                collection.name
            )));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_plugin_has_the_name_of_the_repository() {
        let refused = refuse_own_name(&"repono".parse().unwrap()).unwrap_err();

        assert_eq!(refused.kind(), crate::Kind::Invalid, "{refused}");
        refuse_own_name(&"repono-2".parse().unwrap()).unwrap();
    }
}
