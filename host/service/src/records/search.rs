//! Finding records.

use std::collections::HashMap;

use futures::future::join_all;
use repono_domain::{Caller, CollectionName, RecordId};

use super::Rendered;
use super::render::{View, draft, record};
use crate::collections::{Collection, FacetSpec};
use crate::indexing::DRAFT;
use crate::ports::{Bucket, Facet, FacetKind, Page, SearchRequest, SortKey};
use crate::query::{Bound, Query, parse};
use crate::{Context, Error, Result};

/// How far pages reach; beyond, a cursor does.
const MAX_OFFSET: u64 = 10_000;
/// The most hits of one page.
const MAX_SIZE: u64 = 1_000;
/// The most values of one facet.
const FACET_SIZE: usize = 50;

/// What was asked, as it was written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SearchParams {
    /// Lucene syntax.
    pub q: String,
    /// Sort option; none: best match if there is a query, else newest.
    pub sort: Option<String>,
    /// From 1.
    pub page: u64,
    /// Hits a page.
    pub size: u64,
    /// Goes on after the hit with this cursor, instead of `page`.
    pub cursor: Option<String>,
    /// All versions of each work, not only the latest.
    pub all_versions: bool,
    /// Chosen facet values: `(facet, value)`. Names that are not facets are ignored.
    pub facets: Vec<(String, String)>,
    /// West, south, east, north, in degrees.
    pub bounds: Option<[f64; 4]>,
    /// Latitude, longitude in degrees, and metres.
    pub near: Option<[f64; 3]>,
}

/// What was found.
#[derive(Clone, Debug)]
pub struct SearchResults {
    /// The page.
    pub hits: Vec<Rendered>,
    /// All hits.
    pub total: u64,
    /// Counted facets, with what of them is chosen.
    pub facets: Vec<FacetResult>,
    /// The sort option used.
    pub sort: String,
    /// Cursor of the last hit, if there are more.
    pub next: Option<String>,
    /// Why the query was read as plain words, if it was.
    pub fallback: Option<String>,
}

/// A counted facet for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FacetResult {
    /// As in the query string.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Its values.
    pub buckets: Vec<LabelledBucket>,
}

/// A facet's value for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelledBucket {
    /// The value.
    pub key: String,
    /// Documents.
    pub count: u64,
    /// What people call it.
    pub label: String,
    /// Whether it was chosen.
    pub selected: bool,
    /// Values within; none when the facet has no inner values.
    pub inner: Option<Vec<LabelledBucket>>,
}

/// Published records that the caller may see.
#[tracing::instrument(name = "records.search", skip_all, fields(collection = %collection))]
pub async fn search(
    ctx: &Context,
    collection: &CollectionName,
    params: &SearchParams,
) -> Result<SearchResults> {
    let collection = ctx.active.load().collection(collection)?;
    let mut filter = vec![Query::term("internal.kind", "record"), may_see(ctx)];
    if !params.all_versions {
        filter.push(Query::term("versions.is_latest", true));
    }
    let sort = if params.q.trim().is_empty() { "newest" } else { "bestmatch" };
    run(ctx, &collection, params, Query::all_of(filter), sort, &collection.search.facets).await
}

/// The caller's own records and drafts; of a record that is being edited, the draft.
#[tracing::instrument(name = "records.search_own", skip_all, fields(collection = %collection))]
pub async fn search_own(
    ctx: &Context,
    collection: &CollectionName,
    params: &SearchParams,
) -> Result<SearchResults> {
    let Some(user) = ctx.caller.user() else { return Err(Error::Forbidden) };
    let collection = ctx.active.load().collection(collection)?;
    let hidden = Query::all_of([
        Query::term("internal.kind", "record"),
        Query::term("internal.has_draft", true),
    ]);
    let not_hidden = Query::Bool {
        must: vec![Query::term("internal.owner", user)],
        should: Vec::new(),
        must_not: vec![hidden],
    };
    let mut filter = vec![not_hidden];
    if !params.all_versions {
        let latest = Query::any_of([
            Query::term("versions.is_latest", true),
            Query::term("internal.kind", "draft"),
        ]);
        filter.push(latest);
    }
    let mut facets = collection.search.facets.clone();
    facets.push(FacetSpec {
        facet: Facet {
            name: "is_published".to_owned(),
            kind: FacetKind::Terms { field: "is_published".to_owned() },
        },
        title: "Status".to_owned(),
        vocabulary: None,
    });
    run(ctx, &collection, params, Query::all_of(filter), "updated-desc", &facets).await
}

/// Records whose suggest fields have words that begin as the words of `text` do.
pub async fn suggest(
    ctx: &Context,
    collection: &CollectionName,
    text: &str,
    size: u64,
) -> Result<SearchResults> {
    let found = ctx.active.load().collection(collection)?;
    let fields: Vec<_> =
        found.search.definition.suggest.iter().map(|path| (path.clone(), 1.0)).collect();
    if fields.is_empty() {
        return Err(Error::Invalid(format!(
            "The collection {collection} has no fields that suggestions come from."
        )));
    }
    let words = text
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(16);
    let prefixes = words.map(|word| Query::Wildcard {
        fields: fields.clone(),
        pattern: format!("{}*", word.to_lowercase()),
    });
    let query = Query::all_of(prefixes);
    let filter = Query::all_of([
        Query::term("internal.kind", "record"),
        may_see(ctx),
        Query::term("versions.is_latest", true),
    ]);
    let request = SearchRequest {
        query,
        filter,
        post_filter: Query::All,
        facets: Vec::new(),
        facet_size: 0,
        sort: vec![SortKey::Score],
        page: Page::Offset(0),
        size: usize::try_from(size.clamp(1, 100)).unwrap_or(10),
    };
    let response = ctx.search.search(&found.index, &request).await?;
    let keys: Vec<_> = response.hits.into_iter().map(|hit| hit.key).collect();
    let hits = load(ctx, &found, &keys).await?;
    Ok(SearchResults {
        hits,
        total: response.total,
        facets: Vec::new(),
        sort: "bestmatch".to_owned(),
        next: None,
        fallback: None,
    })
}

/// The access rule as a query: part of every search, so that counts never tell more than hits do.
fn may_see(ctx: &Context) -> Query {
    if ctx.caller.is_admin() {
        return Query::All;
    }
    let public = Query::term("access.record", "public");
    match ctx.caller.user() {
        Some(user) => Query::any_of([public, Query::term("internal.owner", user)]),
        None => public,
    }
}

async fn run(
    ctx: &Context,
    collection: &Collection,
    params: &SearchParams,
    filter: Query,
    default_sort: &str,
    specs: &[FacetSpec],
) -> Result<SearchResults> {
    let (page, size) = (params.page, params.size);
    if page == 0
        || size == 0
        || size > MAX_SIZE
        || (params.cursor.is_none() && page.saturating_mul(size) > MAX_OFFSET)
    {
        return Err(Error::Invalid("Invalid querystring parameters.".to_owned()));
    }
    let sort = params.sort.clone().unwrap_or_else(|| default_sort.to_owned());
    let Some(keys) = collection.search.sort(&sort).map(|spec| spec.keys.clone()) else {
        let problem = repono_domain::Problem::error(
            "/_schema",
            "invalid-sort",
            format!("Invalid sort option '{sort}'."),
        );
        return Err(Error::InvalidDocument(vec![problem]));
    };
    let parsed =
        (!params.q.trim().is_empty()).then(|| parse(&params.q, &collection.search.definition));
    let (query, fallback) =
        parsed.map_or((Query::All, None), |parsed| (parsed.query, parsed.fallback));

    let request = SearchRequest {
        query,
        filter: Query::all_of([filter, geo(collection, params)?]),
        post_filter: post_filter(specs, &params.facets),
        facets: specs.iter().map(|spec| spec.facet.clone()).collect(),
        facet_size: FACET_SIZE,
        sort: keys,
        page: params.cursor.clone().map_or(Page::Offset((page - 1) * size), Page::After),
        size: usize::try_from(size).unwrap_or(usize::MAX),
    };
    let response = ctx.search.search(&collection.index, &request).await?;

    let full = response.hits.len() == request.size;
    let next = response.hits.last().filter(|_| full).map(|hit| hit.cursor.clone());
    let keys: Vec<_> = response.hits.into_iter().map(|hit| hit.key).collect();
    let hits = load(ctx, collection, &keys).await?;
    let counted = specs.iter().zip(response.facets);
    let facets =
        counted.map(|(spec, counts)| label(ctx, spec, counts.buckets, &params.facets)).collect();
    Ok(SearchResults { hits, total: response.total, facets, sort, next, fallback })
}

fn geo(collection: &Collection, params: &SearchParams) -> Result<Query> {
    let mut filters = Vec::new();
    if params.bounds.is_none() && params.near.is_none() {
        return Ok(Query::All);
    }
    let Some(field) = collection.search.geo_field() else {
        return Err(Error::Invalid(format!(
            "The collection {} has no places to search by.",
            collection.name
        )));
    };
    if let Some([west, south, east, north]) = params.bounds {
        if !(-90.0..=90.0).contains(&south)
            || !(-90.0..=90.0).contains(&north)
            || south > north
            || !west.is_finite()
            || !east.is_finite()
        {
            return Err(Error::Invalid(
                "Invalid bounds: write west,south,east,north in degrees.".to_owned(),
            ));
        }
        filters.push(Query::GeoBox { field: field.to_owned(), north, west, south, east });
    }
    if let Some([lat, lon, metres]) = params.near {
        let on_earth = (-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lon);
        if !(on_earth && metres.is_finite() && metres > 0.0) {
            return Err(Error::Invalid("Invalid near: write latitude,longitude,distance with the distance in metres or as 10km.".to_owned()));
        }
        filters.push(Query::GeoDistance { field: field.to_owned(), lat, lon, metres });
    }
    Ok(Query::all_of(filters))
}

/// Values of one facet widen, facets narrow.
fn post_filter(specs: &[FacetSpec], chosen: &[(String, String)]) -> Query {
    let of_facet = |spec: &FacetSpec| {
        let values = chosen
            .iter()
            .filter(|(name, _)| *name == spec.facet.name)
            .map(|(_, value)| value.as_str());
        let queries: Vec<_> = values.map(|value| value_filter(&spec.facet.kind, value)).collect();
        if queries.is_empty() { Query::All } else { Query::any_of(queries) }
    };
    Query::all_of(specs.iter().map(of_facet))
}

fn value_filter(kind: &FacetKind, value: &str) -> Query {
    match kind {
        FacetKind::Terms { field } => Query::term(field, value),
        // `image` or, with an inner value, `image+inner:image-photo`.
        FacetKind::Nested { field, inner } => match value.split_once("+inner:") {
            Some((outer, within)) => {
                Query::all_of([Query::term(field, outer), Query::term(inner, within)])
            }
            None => Query::term(field, value),
        },
        // `2020`, or `2019..2021` with either end open.
        FacetKind::Years { field } => {
            let (from, to) = value.split_once("..").unwrap_or((value, value));
            let bound = |text: &str| {
                if text.is_empty() { Bound::Open } else { Bound::Included(text.to_owned()) }
            };
            Query::Range { field: field.clone(), from: bound(from), to: bound(to) }
        }
    }
}

fn label(
    ctx: &Context,
    spec: &FacetSpec,
    buckets: Vec<Bucket>,
    chosen: &[(String, String)],
) -> FacetResult {
    let terms = ctx.terms.load();
    let name = &spec.facet.name;
    let is_chosen =
        |value: &str| chosen.iter().any(|(facet, chosen)| facet == name && chosen == value);
    let nested = matches!(spec.facet.kind, FacetKind::Nested { .. });
    let label_of = |key: &str| {
        spec.vocabulary
            .as_deref()
            .and_then(|vocabulary| terms.label(vocabulary, key))
            .unwrap_or_else(|| spoken(key))
    };
    let one = |bucket: Bucket| {
        let inner = bucket.inner.iter().map(|within| LabelledBucket {
            key: within.key.clone(),
            count: within.count,
            label: label_of(&within.key),
            selected: is_chosen(&format!("{}+inner:{}", bucket.key, within.key)),
            inner: None,
        });
        LabelledBucket {
            inner: nested.then(|| inner.collect()),
            label: label_of(&bucket.key),
            selected: is_chosen(&bucket.key),
            count: bucket.count,
            key: bucket.key,
        }
    };
    FacetResult {
        name: name.clone(),
        title: spec.title.clone(),
        buckets: buckets.into_iter().map(one).collect(),
    }
}

/// A value that no vocabulary names, with a capital first: `Metadata-only`.
fn spoken(key: &str) -> String {
    let mut characters = key.chars();
    characters
        .next()
        .map(|first| first.to_uppercase().chain(characters).collect())
        .unwrap_or_default()
}

/// What is shown of these hits, in their order: to those without an account, what is kept for all. Index
/// keys are a record's id, or `{id}.draft`.
async fn load(ctx: &Context, collection: &Collection, keys: &[String]) -> Result<Vec<Rendered>> {
    let split = |key: &String| {
        let (id, is_draft) = key.strip_suffix(DRAFT).map_or((key.as_str(), false), |id| (id, true));
        id.parse::<RecordId>().ok().map(|id| (id, is_draft))
    };
    let wanted: Vec<_> = keys.iter().filter_map(split).collect();
    let mut shown = HashMap::new();
    let mut leases = HashMap::new();
    if ctx.caller == Caller::Anonymous {
        let records = wanted.iter().filter(|(_, is_draft)| !is_draft);
        let asked = records.map(|(id, _)| async { (*id, ctx.cached(collection, *id).await) });
        for (id, kept) in join_all(asked).await {
            match kept {
                Ok(rendered) => {
                    shown.insert((id, false), rendered);
                }
                Err(lease) => leases.extend(lease.map(|lease| (id, lease))),
            }
        }
    }
    let missing: Vec<_> = wanted.iter().filter(|key| !shown.contains_key(*key)).copied().collect();
    let ids: Vec<_> = missing.iter().map(|(id, _)| *id).collect();
    let stored = if ids.is_empty() { Vec::new() } else { ctx.database.stored(&ids).await? };
    for (key, stored) in missing.into_iter().zip(stored) {
        let (id, is_draft) = key;
        if is_draft {
            let found = stored.draft.filter(|found| ctx.caller.sees_all_of(found.parent.owner));
            shown.extend(found.map(|found| (key, draft(&ctx.services, collection, &found, &[]))));
            continue;
        }
        // The index may be a moment behind; what is deleted or hidden since is not shown.
        let found = stored
            .record
            .filter(|found| found.tombstone.is_none() && found.is_readable_by(&ctx.caller));
        let Some(found) = found else { continue };
        let rendered = record(&ctx.services, collection, &found, View::of(ctx, &found.parent));
        if let Some(lease) = leases.remove(&id).filter(|_| found.is_public()) {
            ctx.keep(collection, &rendered, lease).await;
        }
        shown.insert(key, rendered);
    }
    Ok(wanted.iter().filter_map(|key| shown.remove(key)).collect())
}
