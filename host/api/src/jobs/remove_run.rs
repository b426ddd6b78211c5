//! Forgetting a run.

use axum::extract::Path;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use repono_service::jobs;

use super::RunPath;
use crate::error::{Failure, Refusals};
use crate::extract::AsAdmin;

/// Takes a run that is over from the list of its job.
#[utoipa::path(
    delete,
    path = "/api/jobs/{id}/runs/{run}",
    operation_id = "remove_run",
    tag = "jobs",
    params(RunPath),
    responses((status = 204, description = "It is not a run of this job any more"), (status = 409, description = "It is not over"), Refusals),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    Path(path): Path<RunPath>,
) -> Result<Response, Failure> {
    jobs::remove_run(&ctx, &path.id, &path.run()).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
