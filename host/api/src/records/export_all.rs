//! All published records.

use std::sync::Arc;

use axum::response::Response;
use bytes::Bytes;
use futures::{StreamExt as _, stream};
use repono_domain::{CollectionName, RecordId};
use repono_service::ports::Doc;
use repono_service::{Context, Error, records};

use crate::answer::ndjson;
use crate::error::{Failure, Refusals};
use crate::extract::{By, CollectionPath, Params};

/// Records of one step.
const STEP: u32 = 200;

/// Sends all public records of a collection, in the order of their ids.
///
/// What is published while it goes on may or may not be in it; nothing is in it twice. An answer
/// that breaks off is not whole.
#[utoipa::path(
    get,
    path = "/api/{collection}/export",
    operation_id = "export_records",
    tag = "bulk",
    params(
        CollectionPath,
        ("format" = Option<String>, Query, description = "Name of a format that can hold many records; JSON lines, if left out"),
    ),
    responses(
        (status = 200, description = "The records", body = String, content_type = "application/x-ndjson"),
        (status = 502, description = "The plugin that writes the format failed"),
        Refusals,
    ),
)]
pub(crate) async fn handler(
    By(ctx): By,
    CollectionPath { collection }: CollectionPath,
    params: Params,
) -> Result<Response, Failure> {
    let (media_type, form) = match params.text("format") {
        None | Some("json" | "ndjson") => ("application/x-ndjson".to_owned(), Form::Lines),
        Some(format) => listed(&ctx, &collection, format)?,
    };
    let mut export = Export { ctx, collection, form, after: None, begun: false, ended: false };
    // The first step decides the status; what fails later breaks the answer off.
    let first = export.step().await?;
    let rest = stream::unfold(Some(export), next);
    Ok(ndjson(&media_type, stream::iter([Ok(first)]).chain(rest)))
}

enum Form {
    Lines,
    /// An exporter's format, with what stands before, between and after its records.
    Listed(String, Arc<(String, String, String)>),
}

struct Export {
    ctx: Context,
    collection: CollectionName,
    form: Form,
    after: Option<RecordId>,
    begun: bool,
    ended: bool,
}

type Step = (Result<Bytes, std::io::Error>, Option<Export>);

async fn next(export: Option<Export>) -> Option<Step> {
    let mut export = export.filter(|export| !export.ended)?;
    match export.step().await {
        Ok(bytes) => Some((Ok(bytes), Some(export))),
        Err(failure) => {
            let (_, told) = failure.told();
            Some((Err(std::io::Error::other(told.to_string())), None))
        }
    }
}

impl Export {
    /// The next records; the end, when there are no more.
    async fn step(&mut self) -> Result<Bytes, Failure> {
        let docs = records::scan(&self.ctx, &self.collection, self.after, STEP).await?;
        self.after = docs.last().and_then(|doc| doc.id.parse().ok());
        self.ended = docs.is_empty();
        match &self.form {
            Form::Lines => Ok(lines(docs)),
            Form::Listed(format, parts) => {
                let (format, parts) = (format.clone(), Arc::clone(parts));
                self.listed(&format, &parts, docs).await
            }
        }
    }

    async fn listed(
        &mut self,
        format: &str,
        (before, between, after): &(String, String, String),
        docs: Vec<Doc>,
    ) -> Result<Bytes, Failure> {
        let opening = if self.begun { "" } else { before.as_str() };
        if docs.is_empty() {
            return Ok(format!("{opening}{after}").into());
        }
        let ids: Vec<RecordId> = docs.iter().filter_map(|doc| doc.id.parse().ok()).collect();
        let written = records::export_list(&self.ctx, &self.collection, &ids, format).await;
        let written = written.map_err(Failure::Export)?.bytes;
        let inner = written.slice(before.len()..written.len() - after.len());
        let joint = if self.begun { between.as_str() } else { opening };
        self.begun = true;
        Ok([joint.as_bytes(), &inner].concat().into())
    }
}

fn lines(docs: Vec<Doc>) -> Bytes {
    let mut bytes = Vec::new();
    for doc in docs {
        bytes.extend(doc.body.into_bytes());
        bytes.push(b'\n');
    }
    bytes.into()
}

fn listed(
    ctx: &Context,
    collection: &CollectionName,
    wanted: &str,
) -> Result<(String, Form), Failure> {
    let active = ctx.active.load();
    active.collection(collection)?;
    let of_lists = || {
        active.formats(collection).filter_map(|(_, format)| Some((format, format.list.as_ref()?)))
    };
    let found = of_lists().find(|(format, _)| format.id == wanted || format.media_type == wanted);
    let (format, parts) = found.ok_or_else(|| {
        let known: Vec<_> = of_lists().map(|(format, _)| format.id.as_str()).collect();
        Error::NotFound(format!(
            "There is no format {wanted} that holds many records of {collection}; there are: {}.",
            known.join(", ")
        ))
    })?;
    Ok((format.media_type.clone(), Form::Listed(format.id.clone(), Arc::new(parts.clone()))))
}
