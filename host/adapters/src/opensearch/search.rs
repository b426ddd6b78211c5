//! A search as the cluster is asked, and its answer.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use repono_service::ports::{Hit, Page, SearchRequest, SearchResponse};
use repono_service::query::Query;
use repono_service::{Error, Result};
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::client::{Client, Content};
use super::facets::{self, Counted};
use super::layout::Layout;
use super::order::Order;
use super::query::{object, said};
use super::snapshots::Snapshots;
use crate::search::asked::read;
use crate::search::unavailable;

/// How far into the hits the cluster goes by their number, by a default of its own.
const DEEPEST: u64 = 10_000;
/// Some parts of an index without an answer would make wrong counts.
const WHOLE: &str = "_search?allow_partial_search_results=false";

/// Answers a request.
pub(super) async fn search(
    client: &Client,
    snapshots: &Snapshots,
    layout: &Layout,
    request: &SearchRequest,
) -> Result<SearchResponse> {
    let order = Order::new(&layout.columns, &request.sort)?;
    let mut body = body(client, layout, &order, request)?;
    let number = number(&body);
    let snapshot = match &request.page {
        Page::Offset(offset) => {
            body["from"] = json!(offset);
            None
        }
        Page::After(cursor) => {
            let (after, snapshot) = order.after(cursor)?;
            body["search_after"] = after;
            snapshots.of_walk(client, layout, number, snapshot).await
        }
    };
    if let Some(snapshot) = snapshot
        && let Some(point_in_time) = snapshots.said(snapshot)
    {
        let mut body = body.clone();
        body["pit"] = point_in_time;
        let answer = client.send(&Method::POST, WHOLE, Content::from(&body)).await?;
        if answer.status.is_success() {
            return told(request, &order, answer.read()?, Some(snapshot));
        }
        // The cluster let go of it early, or the index is gone.
        snapshots.forget(snapshot);
    }
    let path = format!("{}/{WHOLE}&preference={number}", layout.alias);
    let found = client.ask(&Method::POST, &path, Content::from(&body)).await?;
    told(request, &order, found, None)
}

fn told(
    request: &SearchRequest,
    order: &Order,
    found: Found,
    snapshot: Option<u64>,
) -> Result<SearchResponse> {
    if found.timed_out {
        return Err(unavailable("the cluster did not finish the search in time"));
    }
    let hit = |found: FoundHit| {
        let (key, cursor) = order
            .hit(found.sort, snapshot)
            .ok_or_else(|| unavailable("a hit is not sorted as it was asked"))?;
        Ok(Hit { key, cursor })
    };
    Ok(SearchResponse {
        hits: found.hits.hits.into_iter().map(hit).collect::<Result<_>>()?,
        total: found.hits.total.value,
        facets: facets::read(&request.facets, found.aggregations),
    })
}

/// All but which of the hits.
fn body(client: &Client, layout: &Layout, order: &Order, request: &SearchRequest) -> Result<Value> {
    let skipped = match &request.page {
        Page::Offset(offset) => *offset,
        Page::After(_) => 0,
    };
    let size = u64::try_from(request.size).unwrap_or(u64::MAX);
    if skipped.saturating_add(size) > DEEPEST {
        return Err(Error::Invalid(format!(
            "pages reach as far as {DEEPEST} hits; a cursor goes further"
        )));
    }
    let columns = &layout.columns;
    let clause = |query| Value::Array(vec![said(&read(columns, query))]);
    let clauses = object([("must", clause(&request.query)), ("filter", clause(&request.filter))]);
    let mut body = json!({
        "size": request.size,
        "track_total_hits": true,
        // Hits are told by what they are sorted by: nothing of them has to be loaded.
        "_source": false,
        "stored_fields": "_none_",
        "timeout": format!("{}ms", client.patience().as_millis()),
    });
    body["query"] = object([("bool", clauses)]);
    body["sort"] = order.said();
    if request.post_filter != Query::All {
        body["post_filter"] = said(&read(columns, &request.post_filter));
    }
    if let Some(aggregations) = facets::said(columns, &request.facets, request.facet_size) {
        body["aggs"] = aggregations;
    }
    Ok(body)
}

/// The same for all pages of a search. It also names a copy of the index: scores differ a little
/// between copies, so that all pages must come from the same.
fn number(body: &Value) -> u64 {
    let mut hasher = DefaultHasher::new();
    for part in ["query", "post_filter", "sort"] {
        body[part].to_string().hash(&mut hasher);
    }
    hasher.finish()
}

#[derive(Deserialize)]
struct Found {
    timed_out: bool,
    hits: FoundHits,
    #[serde(default)]
    aggregations: HashMap<String, Counted>,
}

#[derive(Deserialize)]
struct FoundHits {
    total: Total,
    hits: Vec<FoundHit>,
}

#[derive(Deserialize)]
struct Total {
    value: u64,
}

#[derive(Deserialize)]
struct FoundHit {
    sort: Vec<Value>,
}
