//! Looking at runs.

use axum::extract::Path;
use axum::response::Response;
use http::StatusCode;
use repono_service::jobs;
use serde_json::json;

use super::{JobPath, address, shown_run};
use crate::answer::{Links, json as answer};
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, Params, Shape};

/// Lists the runs of a job, newest first.
#[utoipa::path(
    get,
    path = "/api/jobs/{id}/runs",
    operation_id = "list_runs",
    tag = "jobs",
    params(
        JobPath,
        ("page" = Option<u64>, Query, description = "From 1 on"),
        ("size" = Option<u64>, Query, description = "Runs a page, 25 if left out"),
    ),
    responses((status = 200, description = "A page of runs", body = Object), Refusals),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    Path(path): Path<JobPath>,
    params: Params,
    shape: Shape,
) -> Result<Response, Failure> {
    let (page, size) = (params.number("page", 1)?, params.number("size", 25)?.min(1000));
    let offset = (page - 1).saturating_mul(size);
    let limit = u32::try_from(size).unwrap_or(1000);
    let (runs, total) = jobs::runs(&ctx, &path.id, offset, limit).await?;

    let hits = runs.iter().map(|run| shown_run(&ctx, &path.id, run));
    let links = Links::new(format!("{}/runs", address(&ctx, &path.id)));
    let value = json!({
        "hits": {"hits": hits.collect::<Vec<_>>(), "total": total},
        "sortBy": ["created"],
        "page": page,
        "links": links.of_page(page, size, total, None),
    });
    Ok(answer(&shape, StatusCode::OK, &value))
}
