//! Asking for work to be done.

use std::time::Duration;

use axum::response::Response;
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use repono_service::tasks::{self, NewTask, Only, Start};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::shown;
use crate::answer::json as answer;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, JsonAs, Shape};

const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// What is to be done.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewTask)]
#[serde(deny_unknown_fields)]
pub(crate) struct Request {
    /// As in `/api/admin/task-kinds`.
    #[schema(example = "completeness.score")]
    kind: String,
    /// In the form of the kind's schema.
    payload: Option<Value>,
    /// When it may begin, ten years from now at most. The past is now.
    #[schema(example = "2026-12-24T18:00:00Z")]
    not_before: Option<String>,
    /// After how many seconds it may begin.
    countdown_s: Option<u64>,
    /// If a task of the same kind with the same payload waits, that one is answered.
    unique: Option<bool>,
}

/// Queues a task of the repository or of a plugin in force.
#[utoipa::path(
    post,
    path = "/api/admin/tasks",
    operation_id = "enqueue_task",
    tag = "admin",
    params(("Idempotency-Key" = Option<String>, Header, description = "Whoever asks for the same with the same key again is answered with the same task")),
    request_body = Request,
    responses(
        (status = 200, description = "A task that waits already, if it is to be unique", body = Object),
        (status = 201, description = "The task", body = Object),
        (status = 409, description = "The key was given to another task", body = Object),
        (status = 413, description = "The payload is too long", body = Object),
        Refusals,
    ),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    headers: HeaderMap,
    shape: Shape,
    JsonAs(request): JsonAs<Request>,
) -> Result<Response, Failure> {
    let start = start(request.not_before.as_deref(), request.countdown_s)?;
    let only = only(&headers, request.unique.unwrap_or_default())?;
    // Whoever repeats a request is answered as the first time.
    let is_repeatable = matches!(only, Only::WithKey(_));
    let payload = request.payload.unwrap_or_else(|| json!({}));
    let asked = NewTask { kind: request.kind, payload, start, only };
    let enqueued = tasks::enqueue(&ctx, asked).await?;
    let status =
        if enqueued.is_new || is_repeatable { StatusCode::CREATED } else { StatusCode::OK };
    Ok(answer(&shape, status, &shown(&enqueued.task)))
}

/// When a task may begin.
pub(crate) fn start(not_before: Option<&str>, countdown_s: Option<u64>) -> Result<Start, Failure> {
    match (not_before, countdown_s) {
        (None, None) => Ok(Start::Now),
        (Some(time), None) => time.parse::<Timestamp>().map(Start::NotBefore).map_err(|_| {
            let message = "Not a point in time: 2026-12-24T18:00:00Z is one.";
            Failure::Field("not_before", message.to_owned())
        }),
        (None, Some(seconds)) => Ok(Start::After(Duration::from_secs(seconds))),
        (Some(_), Some(_)) => Err(Failure::Field(
            "countdown_s",
            "There cannot be both not_before and countdown_s.".to_owned(),
        )),
    }
}

fn only(headers: &HeaderMap, is_unique: bool) -> Result<Only, Failure> {
    if is_unique && headers.contains_key(IDEMPOTENCY_KEY) {
        return Err(refused_key(
            "A task cannot both be unique and have a key: the one that waits may have another.",
        ));
    }
    Ok(match key(headers)? {
        Some(key) => Only::WithKey(key),
        None if is_unique => Only::Waiting,
        None => Only::Itself,
    })
}

/// By what a request is known again, if it says.
pub(crate) fn key(headers: &HeaderMap) -> Result<Option<String>, Failure> {
    let Some(key) = headers.get(IDEMPOTENCY_KEY) else { return Ok(None) };
    match key.to_str() {
        Ok(key) => Ok(Some(key.to_owned())),
        Err(_) => Err(refused_key("A key is made of printable characters of ASCII.")),
    }
}

fn refused_key(message: &str) -> Failure {
    Failure::Field("idempotency_key", message.to_owned())
}
