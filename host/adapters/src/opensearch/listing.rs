//! Keys and versions in the order of keys.

use repono_service::Result;
use reqwest::Method;
use serde::Deserialize;
use serde_json::json;

use super::client::{Client, Content};
use super::layout::{KEY, Layout};
use crate::search::unavailable;

/// Keys that are asked for at a time.
const PART: usize = 10_000;

/// The first after `after`.
pub(super) async fn versions(
    client: &Client,
    layout: &Layout,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<(String, u64)>> {
    let mut listed: Vec<(String, u64)> = Vec::new();
    while listed.len() < limit {
        let wanted = (limit - listed.len()).min(PART);
        let after = listed.last().map(|(key, _)| key.as_str()).or(after);
        let part = part(client, layout, after, wanted).await?;
        let last = part.len() < wanted;
        listed.extend(part);
        if last {
            break;
        }
    }
    Ok(listed)
}

async fn part(
    client: &Client,
    layout: &Layout,
    after: Option<&str>,
    wanted: usize,
) -> Result<Vec<(String, u64)>> {
    let mut body = json!({
        "query": { "match_all": {} },
        "size": wanted,
        "sort": [{ KEY: "asc" }],
        "version": true,
        "track_total_hits": false,
        "_source": false,
        "stored_fields": "_none_",
    });
    if let Some(after) = after {
        body["search_after"] = json!([after]);
    }
    let path = format!("{}/_search?allow_partial_search_results=false", layout.alias);
    let found: Found = client.ask(&Method::POST, &path, Content::from(&body)).await?;
    let one = |Listed { sort: [key], version }| (key, version);
    if found.timed_out {
        return Err(unavailable("the cluster did not finish the listing in time"));
    }
    Ok(found.hits.hits.into_iter().map(one).collect())
}

#[derive(Deserialize)]
struct Found {
    timed_out: bool,
    hits: Hits,
}

#[derive(Deserialize)]
struct Hits {
    hits: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    sort: [String; 1],
    #[serde(rename = "_version")]
    version: u64,
}
