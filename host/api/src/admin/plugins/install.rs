//! Bringing a plugin in.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode};
use repono_service::ports::Grants;
use repono_service::{Context, plugins};
use serde_json::{Map, Value, json};

use super::tell;
use crate::answer::with_progress;
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, Params, collect};
use crate::options::App;

/// Checks a plugin in every way short of using it, and keeps it; with `activate`, puts it in force.
///
/// With `activate` the answer is JSON lines of progress, the last of which has `done` or `error`.
#[utoipa::path(
    post,
    path = "/api/admin/plugins",
    operation_id = "install_plugin",
    tag = "admin",
    params(
        ("grant" = Option<String>, Query, description = "A capability that it may use: `records`, `kv`, `fetch:HOST`, `fetch-private:HOST`; may repeat", example = "records"),
        ("settings" = Option<String>, Query, description = "Its settings, a JSON object"),
        ("activate" = Option<bool>, Query, description = "Put it in force at once"),
    ),
    request_body(content = Vec<u8>, content_type = "application/wasm", description = "A WebAssembly component"),
    responses(
        (status = 200, description = "With activate: progress, and what was installed", body = String, content_type = "application/x-ndjson"),
        (status = 201, description = "Installed: name, version, digest, warnings", body = Object),
        (status = 413, description = "The plugin is too large"),
        Refusals,
    ),
)]
pub(crate) async fn handler(
    State(app): State<App>,
    AsAdmin(ctx): AsAdmin,
    params: Params,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Failure> {
    let grants = Grants {
        capabilities: params.all("grant").map(str::to_owned).collect(),
        settings: params.text("settings").map(settings).transpose()?,
    };
    let bytes = collect(&headers, body, app.options.max_plugin_bytes).await?;
    let installed = plugins::install(&ctx, bytes, grants).await?;
    let told = json!({
        "name": installed.name,
        "version": installed.version,
        "digest": installed.digest,
        "warnings": installed.warnings,
    });
    if !params.flag("activate") {
        return Ok((StatusCode::CREATED, Json(told)).into_response());
    }
    activate(ctx, installed, told).await
}

async fn activate(
    ctx: Context,
    installed: plugins::Installed,
    told: Value,
) -> Result<Response, Failure> {
    with_progress(|teller| async move {
        let each = |step| tell(&teller, step);
        plugins::activate(&ctx, &installed.name, Some(&installed.digest), each).await?;
        Ok(Map::from_iter([("installed".to_owned(), told)]))
    })
    .await
}

fn settings(text: &str) -> Result<Value, Failure> {
    serde_json::from_str(text)
        .map_err(|error| Failure::Field("settings", format!("This is not JSON: {error}.")))
}
