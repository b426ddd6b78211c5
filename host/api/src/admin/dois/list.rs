//! Looking at DOIs.

use axum::response::Response;
use http::StatusCode;
use repono_domain::{DoiProgress, RecordId};
use repono_service::dois;
use repono_service::ports::DoiFilter;
use serde_json::json;

use super::shown;
use crate::answer::{Links, json as answer};
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, Params, Shape};

/// Lists the DOIs of versions and works, in the order of these, whether the registration agency has what their
/// records say, and how many could not be registered at the last attempt.
#[utoipa::path(
    get,
    path = "/api/admin/dois",
    operation_id = "list_dois",
    tag = "admin",
    params(
        ("progress" = Option<String>, Query, description = "waiting, done or failed"),
        ("after" = Option<String>, Query, description = "Of versions and works after this one, as links.next says"),
        ("size" = Option<u64>, Query, description = "DOIs a page, 50 if left out"),
    ),
    responses((status = 200, description = "A page of DOIs", body = Object), Refusals),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    params: Params,
    shape: Shape,
) -> Result<Response, Failure> {
    let size = params.number("size", 50)?.min(500);
    let filter = DoiFilter {
        progress: params.text("progress").map(progress).transpose()?,
        after: params.text("after").map(after).transpose()?,
        limit: u32::try_from(size).unwrap_or(500),
    };
    let found = dois::list(&ctx, &filter).await?;
    let failed = dois::count_failed(&ctx).await?;

    let mut links = Links::new(format!("{}/admin/dois", ctx.settings.api_url)).with("size", &size);
    if let Some(progress) = filter.progress {
        links = links.with("progress", progress.as_str());
    }
    let mut linked = json!({"self": match filter.after {
        Some(after) => links.clone().with("after", &after).url(),
        None => links.url(),
    }});
    if let Some(last) = found.last()
        && u64::try_from(found.len()).is_ok_and(|count| count == size)
    {
        linked["next"] = json!(links.with("after", &last.record).url());
    }
    let value = json!({
        "hits": {"hits": found.iter().map(shown).collect::<Vec<_>>()},
        "failed": failed,
        "registration": ctx.agency.is_some(),
        "links": linked,
    });
    Ok(answer(&shape, StatusCode::OK, &value))
}

fn progress(text: &str) -> Result<DoiProgress, Failure> {
    DoiProgress::from_stored(text).ok_or_else(|| {
        Failure::Field("progress", "Must be one of: waiting, done, failed.".to_owned())
    })
}

fn after(text: &str) -> Result<RecordId, Failure> {
    text.parse()
        .map_err(|_| Failure::Field("after", "Must be an id, as links.next has it.".to_owned()))
}
