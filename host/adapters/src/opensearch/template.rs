//! The index template of our indices: what an operator decides about how they are kept.
//!
//! It holds what a cluster's own administrator may want otherwise: one with a template of a higher
//! priority for the same names has the last word. What the contract needs is said when an index is
//! made, and no template changes that.

use repono_service::Result;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::client::{Client, Content};
use super::layout::Names;
use super::options::SearchOptions;

/// Above those that come with clusters, below what administrators usually write for themselves.
const PRIORITY: u32 = 50;

fn path(names: &Names) -> String {
    format!("_index_template/{}", names.template())
}

fn body(names: &Names, options: &SearchOptions) -> Value {
    json!({
        "index_patterns": [names.pattern()],
        "priority": PRIORITY,
        "template": { "settings": { "index": {
            "number_of_shards": options.shards,
            "number_of_replicas": options.replicas,
            "refresh_interval": format!("{}ms", options.refresh_interval.as_millis()),
        } } },
    })
}

/// Makes it what the options say.
pub(super) async fn put(client: &Client, names: &Names, options: &SearchOptions) -> Result<()> {
    let body = body(names, options);
    let answer = client.send(&Method::PUT, &path(names), Content::from(&body)).await?;
    if answer.status.is_success() { Ok(()) } else { Err(answer.trouble().into()) }
}

/// Removes it; not an error if there is none.
pub(super) async fn remove(client: &Client, names: &Names) -> Result<()> {
    let answer = client.send(&Method::DELETE, &path(names), Content::Nothing).await?;
    if answer.status.is_success() || answer.status == StatusCode::NOT_FOUND {
        Ok(())
    } else {
        Err(answer.trouble().into())
    }
}
