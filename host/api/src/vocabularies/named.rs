//! Vocabularies with routes of their own: `/api/affiliations` and its like.

use axum::extract::Path;
use axum::response::Response;
use repono_domain::Caller;
use repono_service::{Context, Error};

use super::known::default_sort;
use super::read::read;
use super::search::search;
use crate::answer::{Hits, Links, list_of};
use crate::error::{Failure, Refusals};
use crate::extract::{By, Params, Shape};

macro_rules! named {
    ($module:ident, $name:literal, $search:literal, $read:literal) => {
        pub(crate) mod $module {
            use super::{By, Failure, Params, Path, Refusals, Response, Shape, list, one};

            /// Finds terms of this vocabulary.
            #[utoipa::path(
                get,
                path = concat!("/api/", $name),
                operation_id = $search,
                tag = "vocabularies",
                params(
                    ("q" = Option<String>, Query, description = "Beginnings of words"),
                    ("suggest" = Option<String>, Query, description = "Beginnings of words, while someone types"),
                    ("page" = Option<u64>, Query, description = "From 1"),
                    ("size" = Option<u64>, Query, description = "Terms a page, 25 if left out"),
                ),
                responses((status = 200, description = "A page of terms", body = Object), Refusals),
            )]
            pub(crate) async fn search(
                By(ctx): By,
                params: Params,
                shape: Shape,
            ) -> Result<Response, Failure> {
                list(&ctx, $name, &params, &shape)
            }

            /// Reads a term of this vocabulary.
            #[utoipa::path(
                get,
                path = concat!("/api/", $name, "/{id}"),
                operation_id = $read,
                tag = "vocabularies",
                params(("id" = String, Path, description = "A term")),
                responses((status = 200, description = "The term", body = Object), Refusals),
            )]
            pub(crate) async fn read(
                By(ctx): By,
                Path(id): Path<String>,
                shape: Shape,
            ) -> Result<Response, Failure> {
                one(&ctx, $name, &id, &shape)
            }
        }
    };
}

named!(affiliations, "affiliations", "search_affiliations", "read_affiliation");
named!(awards, "awards", "search_awards", "read_award");
named!(funders, "funders", "search_funders", "read_funder");
named!(names, "names", "search_names", "read_name");
named!(subjects, "subjects", "search_subjects", "read_subject");

/// A vocabulary that nobody has brought is empty: clients ask for it all the same.
fn list(ctx: &Context, name: &str, params: &Params, shape: &Shape) -> Result<Response, Failure> {
    may_see(ctx, name)?;
    if ctx.terms.load().vocabulary(name).is_some() {
        return search(ctx, name, name, params, shape);
    }
    let (page, size) = (params.number("page", 1)?, params.number("size", 25)?);
    let sort = default_sort(name, false);
    let links = Links::new(format!("{}/{name}", ctx.settings.api_url)).with("sort", sort);
    let links = links.of_page(page, size, 0, None);
    Ok(list_of(shape, &Hits { items: Vec::new(), total: 0, sort: Some(sort), page, links }))
}

fn one(ctx: &Context, name: &str, id: &str, shape: &Shape) -> Result<Response, Failure> {
    may_see(ctx, name)?;
    read(ctx, name, name, id, shape)
}

/// Names are of people: only for those who are known themselves.
fn may_see(ctx: &Context, name: &str) -> Result<(), Failure> {
    if name == "names" && ctx.caller == Caller::Anonymous {
        return Err(Error::Forbidden.into());
    }
    Ok(())
}
