//! Looking at jobs.

use axum::response::Response;
use http::StatusCode;
use repono_service::jobs::{self, Job};
use serde_json::json;

use super::shown;
use crate::answer::{Links, json as answer};
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, Params, Shape};

/// Lists jobs by title: schedules, and kinds of tasks that have none.
#[utoipa::path(
    get,
    path = "/api/jobs",
    operation_id = "list_jobs",
    tag = "jobs",
    params(
        ("q" = Option<String>, Query, description = "A part of its title, task or id"),
        ("page" = Option<u64>, Query, description = "From 1 on"),
        ("size" = Option<u64>, Query, description = "Jobs a page, 25 if left out"),
    ),
    responses((status = 200, description = "A page of jobs", body = Object), Refusals),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    params: Params,
    shape: Shape,
) -> Result<Response, Failure> {
    let (page, size) = (params.number("page", 1)?, params.number("size", 25)?.min(1000));
    let wanted = params.text("q").unwrap_or_default().trim().to_lowercase();
    let mut all = jobs::list(&ctx).await?;
    all.retain(|job| is_meant(job, &wanted));

    let total = u64::try_from(all.len()).unwrap_or_default();
    let skipped = usize::try_from((page - 1).saturating_mul(size)).unwrap_or(usize::MAX);
    let size_here = usize::try_from(size).unwrap_or(usize::MAX);
    let hits = all.iter().skip(skipped).take(size_here).map(|job| shown(&ctx, job));
    let mut links = Links::new(format!("{}/jobs", ctx.settings.api_url));
    if !wanted.is_empty() {
        links = links.with("q", &wanted);
    }
    let value = json!({
        "hits": {"hits": hits.collect::<Vec<_>>(), "total": total},
        "sortBy": ["title"],
        "page": page,
        "links": links.of_page(page, size, total, None),
    });
    Ok(answer(&shape, StatusCode::OK, &value))
}

fn is_meant(job: &Job, wanted: &str) -> bool {
    [&job.title, &job.kind, &job.id].iter().any(|text| text.to_lowercase().contains(wanted))
}
