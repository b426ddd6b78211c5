//! Asking for tasks of which some begin when others are over.

use axum::response::Response;
use http::{HeaderMap, StatusCode};
use repono_domain::Problem;
use repono_service::Error;
use repono_service::tasks::{NewTask, Only, Start};
use repono_service::workflows::{self, NewStep, NewWorkflow};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::shown;
use crate::admin::tasks::enqueue::{key, start};
use crate::answer::json as answer;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, JsonAs, Shape};

/// What is to be done, in which order.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewWorkflow)]
#[serde(deny_unknown_fields)]
pub(crate) struct Request {
    /// 1,000 at most, each after those that it is to begin after.
    tasks: Vec<StepRequest>,
}

/// A task of a workflow.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewStep)]
#[serde(deny_unknown_fields)]
pub(crate) struct StepRequest {
    /// What the others of the workflow call it.
    #[schema(example = "score")]
    name: String,
    /// As in `/api/admin/task-kinds`.
    #[schema(example = "completeness.score")]
    kind: String,
    /// In the form of the kind's schema.
    payload: Option<Value>,
    /// Names of tasks that stand before it: it begins when they have succeeded.
    #[serde(default)]
    after: Vec<String>,
    /// It begins when they are over, however they ended.
    #[serde(default)]
    even_if_failed: bool,
    /// When it may begin, ten years from now at most. The past is now.
    #[schema(example = "2026-12-24T18:00:00Z")]
    not_before: Option<String>,
    /// After how many seconds from now it may begin.
    countdown_s: Option<u64>,
}

/// Queues the tasks of a workflow, all of them or none.
#[utoipa::path(
    post,
    path = "/api/admin/workflows",
    operation_id = "start_workflow",
    tag = "admin",
    params(("Idempotency-Key" = Option<String>, Header, description = "Whoever asks for the same with the same key again is answered with the same workflow")),
    request_body = Request,
    responses(
        (status = 201, description = "The workflow", body = Object),
        (status = 409, description = "The key was given to other tasks", body = Object),
        Refusals,
    ),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    headers: HeaderMap,
    shape: Shape,
    JsonAs(request): JsonAs<Request>,
) -> Result<Response, Failure> {
    let steps = steps(request.tasks)?;
    let asked = NewWorkflow { steps, key: key(&headers)? };
    let workflow = workflows::start(&ctx, &asked).await?;
    Ok(answer(&shape, StatusCode::CREATED, &shown(&ctx, &workflow)))
}

fn steps(requests: Vec<StepRequest>) -> Result<Vec<NewStep>, Failure> {
    let (mut steps, mut problems) = (Vec::new(), Vec::new());
    for (place, request) in requests.into_iter().enumerate() {
        match start(request.not_before.as_deref(), request.countdown_s) {
            Ok(start) => steps.push(step(request, start)),
            Err(Failure::Field(field, message)) => {
                let at = format!("/tasks/{place}/{field}");
                problems.push(Problem::error(at, "invalid-time", message));
            }
            Err(other) => return Err(other),
        }
    }
    if problems.is_empty() { Ok(steps) } else { Err(Error::InvalidDocument(problems).into()) }
}

fn step(request: StepRequest, start: Start) -> NewStep {
    let payload = request.payload.unwrap_or_else(|| json!({}));
    NewStep {
        name: request.name,
        task: NewTask { kind: request.kind, payload, start, only: Only::Itself },
        after: request.after,
        even_if_failed: request.even_if_failed,
    }
}
