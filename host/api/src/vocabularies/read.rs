//! Reading a term.

use axum::extract::Path;
use axum::response::Response;
use http::{HeaderValue, StatusCode, header};
use repono_service::{Context, vocabularies};

use super::term::shown;
use crate::answer::json;
use crate::error::{Failure, Refusals};
use crate::extract::{By, Shape};

/// Reads a term of a vocabulary.
#[utoipa::path(
    get,
    path = "/api/vocabularies/{type}/{id}",
    operation_id = "read_term",
    tag = "vocabularies",
    params(
        ("type" = String, Path, description = "A vocabulary", example = "resourcetypes"),
        ("id" = String, Path, description = "A term", example = "dataset"),
    ),
    responses((status = 200, description = "The term", body = Object), Refusals),
)]
pub(crate) async fn handler(
    By(ctx): By,
    Path((vocabulary, id)): Path<(String, String)>,
    shape: Shape,
) -> Result<Response, Failure> {
    read(&ctx, &vocabulary, &format!("vocabularies/{vocabulary}"), &id, &shape)
}

pub(super) fn read(
    ctx: &Context,
    vocabulary: &str,
    path: &str,
    id: &str,
    shape: &Shape,
) -> Result<Response, Failure> {
    let chosen = shape.json()?;
    let term = vocabularies::read(ctx, vocabulary, id)?;
    let value = shown(ctx, &chosen, vocabulary, path, term);
    let mut response = json(shape, StatusCode::OK, &value);
    response.headers_mut().insert(header::ETAG, HeaderValue::from_static("\"1\""));
    Ok(response)
}
