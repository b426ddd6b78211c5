//! The way to a work's latest version.

use axum::Json;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, header};
use repono_service::records;
use serde_json::json;

use crate::error::{Failure, Refusals};
use crate::extract::{By, RecordPath};

/// Leads to the latest version of the work that this one belongs to.
#[utoipa::path(
    get,
    path = "/api/{collection}/{id}/versions/latest",
    operation_id = "latest_version",
    tag = "versions",
    params(RecordPath),
    responses((status = 301, description = "Location is the latest version", body = Object), Refusals),
)]
pub(crate) async fn handler(
    By(ctx): By,
    RecordPath { collection, id }: RecordPath,
) -> Result<Response, Failure> {
    let latest = records::latest(&ctx, &collection, id).await?;
    let location = format!("{}/{collection}/{latest}", ctx.settings.api_url);
    let body = json!({"status": 301, "message": "Redirecting...", "location": location});
    let mut response = (StatusCode::MOVED_PERMANENTLY, Json(body)).into_response();
    let headers = response.headers_mut();
    if let Ok(location) = HeaderValue::try_from(location) {
        headers.insert(header::LOCATION, location);
    }
    // `InvenioRDM`'s status is for good, its meaning is not: the next version moves it.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(response)
}
