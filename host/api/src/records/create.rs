//! A new draft.

use axum::response::Response;
use http::StatusCode;
use repono_service::records::{self, Input};

use crate::answer::item;
use crate::error::{Failure, Refusals};
use crate::extract::{By, CollectionPath, JsonBody, RefreshQuery, Shape};

/// Stores a new draft, valid or not; `errors` tells what has to be mended before it can be published.
#[utoipa::path(
    post,
    path = "/api/{collection}",
    operation_id = "create_draft",
    tag = "drafts",
    params(CollectionPath, RefreshQuery),
    request_body(content = Object, description = "metadata, access, files, pids, custom_fields: any of them; an empty body is an empty draft"),
    responses(
        (status = 201, description = "The draft; ETag is its revision", body = Object),
        (status = 413, description = "The body is too long"),
        (status = 415, description = "The body is not JSON"),
        Refusals,
    ),
)]
pub(crate) async fn handler(
    By(ctx): By,
    CollectionPath { collection }: CollectionPath,
    RefreshQuery { refresh }: RefreshQuery,
    shape: Shape,
    JsonBody(body): JsonBody,
) -> Result<Response, Failure> {
    let chosen = shape.json()?;
    let input = Input::from_json(body.unwrap_or_default());
    let draft = records::create(&ctx, &collection, input, refresh).await?;
    Ok(item(&shape, &chosen, StatusCode::CREATED, draft))
}
