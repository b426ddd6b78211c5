//! An end to a job.

use axum::extract::Path;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use repono_service::jobs;

use super::JobPath;
use crate::error::{Failure, Refusals};
use crate::extract::AsAdmin;

/// Removes a job. Runs under way go on.
#[utoipa::path(
    delete,
    path = "/api/jobs/{id}",
    operation_id = "remove_job",
    tag = "jobs",
    params(JobPath),
    responses((status = 204, description = "It is removed"), (status = 409, description = "It comes from a plugin or the configuration"), Refusals),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    Path(path): Path<JobPath>,
) -> Result<Response, Failure> {
    jobs::remove(&ctx, &path.id).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
