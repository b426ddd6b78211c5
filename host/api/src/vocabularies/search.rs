//! Finding terms.

use axum::extract::Path;
use axum::response::Response;
use repono_service::{Context, vocabularies};

use super::known::default_sort;
use super::term::shown;
use crate::answer::{Hits, Links, list_of};
use crate::error::{Failure, Refusals};
use crate::extract::{By, Params, Shape};

/// Finds terms of a vocabulary.
#[utoipa::path(
    get,
    path = "/api/vocabularies/{type}",
    operation_id = "search_terms",
    tag = "vocabularies",
    params(
        ("type" = String, Path, description = "A vocabulary", example = "resourcetypes"),
        ("q" = Option<String>, Query, description = "Beginnings of words"),
        ("suggest" = Option<String>, Query, description = "Beginnings of words, while someone types"),
        ("tags" = Option<String>, Query, description = "Only terms with this tag; may repeat"),
        ("page" = Option<u64>, Query, description = "From 1"),
        ("size" = Option<u64>, Query, description = "Terms a page, 25 if left out"),
    ),
    responses((status = 200, description = "A page of terms", body = Object), Refusals),
)]
pub(crate) async fn handler(
    By(ctx): By,
    Path(vocabulary): Path<String>,
    params: Params,
    shape: Shape,
) -> Result<Response, Failure> {
    search(&ctx, &vocabulary, &format!("vocabularies/{vocabulary}"), &params, &shape)
}

/// `path` is the vocabulary's, below the API's address.
pub(super) fn search(
    ctx: &Context,
    vocabulary: &str,
    path: &str,
    params: &Params,
    shape: &Shape,
) -> Result<Response, Failure> {
    let chosen = shape.json()?;
    let (page, size) = (params.number("page", 1)?, params.number("size", 25)?);
    if page.saturating_mul(size) > 10_000 {
        return Err(Failure::Unreadable("Invalid querystring parameters.".to_owned()));
    }
    let text = params.text("suggest").or_else(|| params.text("q")).unwrap_or_default();
    let tags: Vec<String> = params.all("tags").map(str::to_owned).collect();
    let at = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let offset = at((page - 1) * size);
    let found = vocabularies::search(ctx, vocabulary, text, &tags, offset, at(size))?;

    let sort = default_sort(vocabulary, !text.is_empty());
    let mut links = Links::new(format!("{}/{path}", ctx.settings.api_url)).with("sort", sort);
    for (name, value) in params.iter().filter(|(name, _)| ["q", "suggest", "tags"].contains(name)) {
        links = links.with(name, value);
    }
    let hits = found.terms.into_iter();
    let hits = hits.map(|term| shown(ctx, &chosen, vocabulary, path, term)).collect();
    let total = u64::try_from(found.total).unwrap_or(u64::MAX);
    let links = links.of_page(page, size, total, None);
    Ok(list_of(shape, &Hits { items: hits, total, sort: Some(sort), page, links }))
}
