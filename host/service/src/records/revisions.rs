//! A record's history.

use repono_domain::{CollectionName, RecordId};
use serde_json::{Value, json};

use super::read;
use super::render::time;
use crate::{Context, Error, Result};

/// Every state the record has been in, oldest first, with the plugin that accepted it. For
/// administrators.
#[tracing::instrument(name = "records.revisions", skip_all, fields(record.id = %id))]
pub async fn revisions(
    ctx: &Context,
    collection: &CollectionName,
    id: RecordId,
) -> Result<Vec<Value>> {
    if !ctx.caller.is_admin() {
        return Err(Error::Forbidden);
    }
    let collection = ctx.active.load().collection(collection)?;
    if ctx.database.record(&collection.name, id).await?.is_none() {
        read::find(ctx, &collection, id).await?;
    }
    let revisions = ctx.database.revisions(id).await?;
    let entry = |revision: repono_domain::Revision| {
        let mut document = serde_json::to_value(&revision.document).unwrap_or_default();
        document["id"] = json!(id);
        json!({
            "created": time(revision.created),
            "updated": time(revision.created),
            "revision_id": revision.revision,
            "by": revision.by.map(|user| user.to_string()),
            "plugin": revision.schema.plugin,
            "schema_version": revision.schema.version,
            "json": document,
        })
    };
    Ok(revisions.into_iter().map(entry).collect())
}
