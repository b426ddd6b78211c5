//! Records in other formats.

use bytes::Bytes;
use repono_domain::{CollectionName, RecordId};
use serde_json::Value;

use super::read;
use super::render::record_doc;
use crate::collections::Collection;
use crate::plugins::{call, failed};
use crate::ports::{Doc, Format, Plugin};
use crate::{Context, Error, Result};
use std::sync::Arc;

/// An exported record or list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// For the `Content-Type` header.
    pub media_type: String,
    /// For a file's name.
    pub extension: String,
    /// The text.
    pub bytes: Bytes,
}

/// A record in a format named by its id or media type.
///
/// # Errors
/// `NotFound` when there is no such format, naming those there are; `Plugin` when the exporter fails.
#[tracing::instrument(name = "records.export", skip_all, fields(record.id = %id, format))]
pub async fn export(
    ctx: &Context,
    collection: &CollectionName,
    id: RecordId,
    format: &str,
) -> Result<Exported> {
    let active = ctx.active.load_full();
    let collection = active.collection(collection)?;
    let record = read::find(ctx, &collection, id).await?;
    let (plugin, format) = find(&active, &collection, format)?;
    let doc = record_doc(&ctx.services, &collection, &record);
    let bytes = serialise(ctx, plugin, format, vec![doc]).await?.concat();
    Ok(Exported {
        media_type: format.media_type.clone(),
        extension: format.extension.clone(),
        bytes: bytes.into(),
    })
}

/// Records in one text of a format that can hold many.
#[tracing::instrument(name = "records.export_list", skip_all, fields(format, records = ids.len()))]
pub async fn export_list(
    ctx: &Context,
    collection: &CollectionName,
    ids: &[RecordId],
    format: &str,
) -> Result<Exported> {
    let active = ctx.active.load_full();
    let collection = active.collection(collection)?;
    let (plugin, format) = find(&active, &collection, format)?;
    let Some((before, between, after)) = &format.list else {
        return Err(Error::Invalid(format!("The format {} holds one record only.", format.id)));
    };
    let records: Vec<_> =
        ctx.database.stored(ids).await?.into_iter().filter_map(|stored| stored.record).collect();
    let docs =
        records.iter().map(|record| record_doc(&ctx.services, &collection, record)).collect();
    let texts = serialise(ctx, plugin, format, docs).await?;
    let mut bytes = before.clone().into_bytes();
    bytes.extend(texts.join(between.as_bytes()));
    bytes.extend(after.as_bytes());
    Ok(Exported {
        media_type: format.media_type.clone(),
        extension: format.extension.clone(),
        bytes: bytes.into(),
    })
}

fn find<'a>(
    active: &'a crate::collections::ActiveSet,
    collection: &'a Collection,
    wanted: &str,
) -> Result<(&'a Arc<dyn Plugin>, &'a Format)> {
    let found = active
        .formats(&collection.name)
        .find(|(_, format)| format.id == wanted || format.media_type == wanted);
    found.ok_or_else(|| {
        let known = active
            .formats(&collection.name)
            .map(|(_, format)| format.id.as_str())
            .collect::<Vec<_>>()
            .join(", ");
        Error::NotFound(format!(
            "There is no format {wanted} for {}; there are: {known}.",
            collection.name
        ))
    })
}

/// A record, made ready for plugins, in a format that is JSON.
///
/// # Errors
/// As those of [`export`].
pub(crate) async fn export_json(
    ctx: &Context,
    collection: &CollectionName,
    format: &str,
    doc: Doc,
) -> Result<Value> {
    let active = ctx.active.load_full();
    let collection = active.collection(collection)?;
    let (plugin, format) = find(&active, &collection, format)?;
    let bytes = serialise(ctx, plugin, format, vec![doc]).await?.concat();
    serde_json::from_slice(&bytes).map_err(|error| Error::Plugin {
        plugin: plugin.description().name.clone(),
        message: format!("what it wrote as {} is not JSON: {error}", format.id),
    })
}

async fn serialise(
    ctx: &Context,
    plugin: &Arc<dyn Plugin>,
    format: &Format,
    docs: Vec<Doc>,
) -> Result<Vec<Vec<u8>>> {
    let texts = plugin
        .serialise(&call(ctx), &format.id, docs)
        .await
        .map_err(|failure| failed(plugin, "serialise", failure))?;
    let name = &plugin.description().name;
    texts
        .into_iter()
        .collect::<Result<_, _>>()
        .map_err(|message| Error::Plugin { plugin: name.clone(), message })
}
