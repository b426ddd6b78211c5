//! A work's versions.

use axum::response::Response;
use repono_service::records;

use crate::answer::{Links, list};
use crate::error::{Failure, Refusals};
use crate::extract::{By, Params, RecordPath, Shape};

/// Lists the published versions of the work that this one belongs to, newest first.
#[utoipa::path(
    get,
    path = "/api/{collection}/{id}/versions",
    operation_id = "list_versions",
    tag = "versions",
    params(
        RecordPath,
        ("page" = Option<u64>, Query, description = "From 1"),
        ("size" = Option<u64>, Query, description = "Versions a page, 25 if left out"),
    ),
    responses((status = 200, description = "The versions", body = Object), Refusals),
)]
pub(crate) async fn handler(
    By(ctx): By,
    RecordPath { collection, id }: RecordPath,
    params: Params,
    shape: Shape,
) -> Result<Response, Failure> {
    let chosen = shape.json()?;
    let (page, size) = (params.number("page", 1)?, params.number("size", 25)?);
    let found = records::versions(&ctx, &collection, id, page, size).await?;
    let links = Links::new(format!("{}/{collection}/{id}/versions", ctx.settings.api_url));
    let links = links.with("sort", &found.sort).of_page(page, size, found.total, None);
    Ok(list(&shape, &chosen, &found, page, &links))
}
