//! One's own records and drafts.

use axum::response::Response;
use repono_domain::CollectionName;
use repono_service::records::{self, SearchResults};

use super::search_params::{Asked, python};
use crate::answer::list;
use crate::error::{Failure, Refusals};
use crate::extract::{By, Params, Shape};

/// Finds the caller's own records and drafts.
#[utoipa::path(
    get,
    path = "/api/user/records",
    operation_id = "search_own_records",
    tag = "records",
    params(
        ("collection" = Option<String>, Query, description = "records, if left out"),
        ("q" = Option<String>, Query, description = "Lucene syntax"),
        ("sort" = Option<String>, Query, description = "updated-desc, if left out"),
        ("page" = Option<u64>, Query, description = "From 1"),
        ("size" = Option<u64>, Query, description = "Hits a page, 25 if left out"),
        ("allversions" = Option<bool>, Query, description = "Not only the latest version of each work"),
        ("shared_with_me" = Option<bool>, Query, description = "Those of others; there are none yet"),
    ),
    responses((status = 200, description = "A page of hits, with facets", body = Object), Refusals),
)]
pub(crate) async fn handler(By(ctx): By, query: Params, shape: Shape) -> Result<Response, Failure> {
    let chosen = shape.json()?;
    let name = query.text("collection");
    let collection: CollectionName =
        name.unwrap_or("records").parse().map_err(|error: repono_domain::InvalidName| {
            Failure::Field("collection", error.to_string())
        })?;
    let mut asked = Asked::read(&ctx, &collection, "user/records", &query)?;
    if let Some(name) = name {
        asked = asked.with("collection", name);
    }
    let shared = query.flag("shared_with_me");
    if query.text("shared_with_me").is_some() {
        asked = asked.with("shared_with_me", python(shared));
    }
    let found = records::search_own(&ctx, &collection, &asked.params).await?;
    // Nothing can be shared yet, so nothing is.
    let found = if shared {
        SearchResults { hits: Vec::new(), total: 0, facets: Vec::new(), next: None, ..found }
    } else {
        found
    };
    let page = asked.params.page;
    let links = asked.links(&found);
    Ok(list(&shape, &chosen, &found, page, &links))
}
