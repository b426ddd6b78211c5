//! One plugin.

use axum::response::Response;
use http::StatusCode;
use repono_domain::PluginName;
use repono_service::ports::{Description, Used};
use repono_service::{Context, Error, plugins};
use serde_json::{Value, json};

use super::shown;
use crate::answer::json as answer;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, NamePath, Shape};

/// Tells what is installed of a plugin, how much it keeps, and what the version in force does.
#[utoipa::path(
    get,
    path = "/api/admin/plugins/{name}",
    operation_id = "read_plugin",
    tag = "admin",
    params(NamePath),
    responses((status = 200, description = "The plugin", body = Object), Refusals),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    NamePath { name }: NamePath,
    shape: Shape,
) -> Result<Response, Failure> {
    let packages = plugins::list(&ctx).await?;
    let packages: Vec<_> =
        packages.iter().filter(|state| state.package.name == name).map(shown).collect();
    if packages.is_empty() {
        return Err(Error::NotFound(format!("There is no plugin {name}.")).into());
    }
    let Used { entries, bytes } = plugins::kept(&ctx, &name).await?;
    let value = json!({
        "name": name,
        "packages": packages,
        "kv": {"entries": entries, "bytes": bytes},
        "does": described(&ctx, &name),
    });
    Ok(answer(&shape, StatusCode::OK, &value))
}

fn described(ctx: &Context, name: &PluginName) -> Option<Value> {
    let active = ctx.active.load();
    active.plugins.get(name).map(|active| does(active.plugin.description()))
}

fn does(description: &Description) -> Value {
    let collections = description.collections.iter().map(|collection| {
        json!({
            "name": collection.name,
            "version": collection.version,
            "migrates_from": collection.migrates_from,
            "json_schema": collection.json_schema,
            "search": collection.search,
        })
    });
    let vocabularies = description.vocabularies.iter().map(|vocabulary| {
        json!({"name": vocabulary.name, "title": vocabulary.title, "entries": vocabulary.entries})
    });
    let indexes = description
        .indexes
        .iter()
        .map(|index| json!({"collection": index.collection, "version": index.version}));
    let formats = description.formats.iter().map(|format| {
        json!({
            "id": format.id,
            "media_type": format.media_type,
            "extension": format.extension,
            "collections": format.collections,
            "lists": format.list.is_some(),
        })
    });
    let kinds =
        description.kinds.iter().map(|kind| json!({"name": kind.name, "summary": kind.summary}));
    json!({
        "version": description.version,
        "digest": description.digest,
        "capabilities": description.capabilities,
        "collections": collections.collect::<Vec<_>>(),
        "vocabularies": vocabularies.collect::<Vec<_>>(),
        "indexes": indexes.collect::<Vec<_>>(),
        "formats": formats.collect::<Vec<_>>(),
        "task_kinds": kinds.collect::<Vec<_>>(),
    })
}
