//! Reading a published record.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, header};
use repono_domain::{CollectionName, RecordId};
use repono_service::Context;
use repono_service::records::{self, Found};
use serde_json::json;

use crate::answer::{exported, item, linkset};
use crate::error::{Failure, Refusals};
use crate::extract::{By, Chosen, Params, RecordPath, Shape};
use crate::options::App;

/// Reads the published record, in JSON or in what `Accept` asks for.
///
/// The id of a work leads to its latest version.
#[utoipa::path(
    get,
    path = "/api/{collection}/{id}",
    operation_id = "read_record",
    tag = "records",
    params(
        RecordPath,
        ("include_deleted" = Option<bool>, Query, description = "What a tombstone hides, for its owner and administrators"),
        ("prettyprint" = Option<u8>, Query, description = "1: with line breaks. On every route that answers JSON"),
    ),
    responses(
        (status = 200, description = "The record; ETag is its revision", body = Object, content_type = "application/json"),
        (status = 302, description = "The id is a work's; Location is its latest version"),
        (status = 304, description = "If-None-Match names this revision"),
        (status = 406, description = "None of what Accept asks for; the answer lists what there is"),
        (status = 410, description = "Deleted; the answer has the tombstone"),
        Refusals,
    ),
)]
pub(crate) async fn handler(
    State(app): State<App>,
    By(ctx): By,
    path: RecordPath,
    params: Params,
    shape: Shape,
) -> Result<Response, Failure> {
    let RecordPath { collection, id } = path;
    let chosen = shape.choose(&app.services, &collection)?;
    if let Chosen::Export(format) = &chosen {
        return in_format(&ctx, &collection, id, format).await;
    }
    let found = records::read(&ctx, &collection, id, params.flag("include_deleted")).await?;
    let rendered = match found {
        Found::Record(rendered) => rendered,
        Found::Work(latest) => return Ok(elsewhere(&ctx, &collection, latest)),
    };
    let link = linkset(&ctx, &collection, &rendered);
    let mut response = item(&shape, &chosen, StatusCode::OK, rendered);
    if let Some(link) = link {
        response.headers_mut().insert(header::LINK, link);
    }
    Ok(response)
}

async fn in_format(
    ctx: &Context,
    collection: &CollectionName,
    id: RecordId,
    format: &str,
) -> Result<Response, Failure> {
    let written = records::export(ctx, collection, id, format).await.map_err(Failure::Export)?;
    Ok(exported(written, &id.to_string()))
}

/// Relative to the host, as `InvenioRDM` does it: right under whatever name the client uses.
fn elsewhere(ctx: &Context, collection: &CollectionName, id: RecordId) -> Response {
    let api = &ctx.settings.api_url;
    let path = api.split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]));
    let location = format!("{}/{collection}/{id}", path.unwrap_or_default());
    let body = json!({"status": 302, "message": "Redirecting...", "location": location});
    let mut response = (StatusCode::FOUND, axum::Json(body)).into_response();
    if let Ok(location) = HeaderValue::try_from(location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}
