//! Finding published records.

use axum::response::Response;
use repono_service::records::{self, SearchResults};

use super::search_params::Asked;
use crate::answer::{exported, list};
use crate::error::{Failure, Refusals};
use crate::extract::{By, Chosen, CollectionPath, Params, Shape};

/// Finds published records that the caller may see.
///
/// A collection's facets are parameters too: several values of one widen, several facets narrow.
/// Pages reach to the 10 000th hit; from there on `links.next` has a cursor.
#[utoipa::path(
    get,
    path = "/api/{collection}",
    operation_id = "search_records",
    tag = "records",
    params(
        CollectionPath,
        ("q" = Option<String>, Query, description = "Lucene syntax; what cannot be read so is read as words"),
        ("sort" = Option<String>, Query, description = "bestmatch, newest, oldest, version, updated-desc, updated-asc, or one of the collection's"),
        ("page" = Option<u64>, Query, description = "From 1"),
        ("size" = Option<u64>, Query, description = "Hits a page, 25 if left out, 1000 at the most"),
        ("cursor" = Option<String>, Query, description = "Goes on after a hit, as links.next says; empty: from the beginning, by cursors all the way"),
        ("allversions" = Option<bool>, Query, description = "Not only the latest version of each work"),
        ("suggest" = Option<String>, Query, description = "Instead of q: records whose words begin so"),
        ("bounds" = Option<String>, Query, description = "west,south,east,north in degrees"),
        ("near" = Option<String>, Query, description = "latitude,longitude,distance", example = "48.2,16.4,10km"),
    ),
    responses(
        (status = 200, description = "A page of hits, with facets", body = Object, content_type = "application/json"),
        (status = 406, description = "None of what Accept asks for; the answer lists what there is"),
        Refusals,
    ),
)]
pub(crate) async fn handler(
    By(ctx): By,
    CollectionPath { collection }: CollectionPath,
    query: Params,
    shape: Shape,
) -> Result<Response, Failure> {
    let chosen = shape.choose(&ctx.services, &collection)?;
    let asked = Asked::read(&ctx, &collection, collection.as_str(), &query)?;
    let found: SearchResults = match &asked.suggest {
        Some(text) => records::suggest(&ctx, &collection, text, asked.params.size).await?,
        None => records::search(&ctx, &collection, &asked.params).await?,
    };
    if let Chosen::Export(format) = &chosen {
        let ids: Vec<_> = found.hits.iter().map(|hit| hit.id).collect();
        let written = records::export_list(&ctx, &collection, &ids, format).await;
        return Ok(exported(written.map_err(Failure::Export)?, collection.as_str()));
    }
    let page = asked.params.page;
    let links = asked.links(&found);
    Ok(list(&shape, &chosen, &found, page, &links))
}
