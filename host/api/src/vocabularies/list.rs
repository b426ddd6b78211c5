//! Which vocabularies there are.

use axum::response::Response;
use repono_service::vocabularies;
use serde_json::json;

use super::known::{NAMED, pid_type};
use crate::answer::{Hits, list_of};
use crate::error::{Failure, Refusals};
use crate::extract::{By, Shape};

/// Lists the vocabularies.
#[utoipa::path(
    get,
    path = "/api/vocabularies/",
    operation_id = "list_vocabularies",
    tag = "vocabularies",
    responses((status = 200, description = "The vocabularies", body = Object), Refusals),
)]
pub(crate) async fn handler(By(ctx): By, shape: Shape) -> Result<Response, Failure> {
    let hits: Vec<_> = vocabularies::list(&ctx)
        .into_iter()
        .map(|(name, count)| {
            json!({
                "id": name,
                "pid_type": pid_type(&name),
                "count": count,
                "is_custom_vocabulary": NAMED.contains(&name.as_str()),
                "links": {},
            })
        })
        .collect();
    let total = u64::try_from(hits.len()).unwrap_or_default();
    let links = json!({"self": format!("{}/vocabularies/", ctx.settings.api_url)});
    Ok(list_of(&shape, &Hits { items: hits, total, sort: None, page: 1, links }))
}
