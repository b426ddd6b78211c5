//! For administrators: `/api/admin/…`

pub(crate) mod dois;
pub(crate) mod indices;
pub(crate) mod mail;
pub(crate) mod nodes;
pub(crate) mod plugins;
pub(crate) mod queues;
pub(crate) mod schedules;
pub(crate) mod tasks;
pub(crate) mod tokens;
pub(crate) mod users;
pub(crate) mod webhooks;
pub(crate) mod workflows;

use axum::response::Response;
use repono_service::indexing::Progress;
use serde_json::{Value, json};

use crate::answer::{Hits, list_of};
use crate::extract::Shape;

/// How far something is, as a line of progress. What nobody knows yet is left out.
fn told(step: &str, progress: Progress) -> Value {
    let Progress { done, total, rate, remaining } = progress;
    let mut line = json!({"step": step, "of": {"done": done, "total": total}});
    if let Some(rate) = rate {
        line["rate"] = json!(rate);
    }
    if let Some(remaining) = remaining {
        line["remaining_s"] = json!(remaining.as_secs());
    }
    line
}

/// A list that is always shown whole.
fn whole(shape: &Shape, hits: Vec<Value>, address: &str) -> Response {
    let total = u64::try_from(hits.len()).unwrap_or_default();
    list_of(
        shape,
        &Hits { items: hits, total, sort: None, page: 1, links: json!({"self": address}) },
    )
}
