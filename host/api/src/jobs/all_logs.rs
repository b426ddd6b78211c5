//! What was logged of all runs, line by line.

use axum::response::Response;
use http::StatusCode;
use repono_domain::TaskId;
use repono_service::jobs::{self, LogQuery, MOST_LINES, RunLine};
use serde_json::json;

use super::logs::{line, name};
use crate::answer::{Links, json as answer};
use crate::error::{Failure, Refusals};
use crate::extract::{AsAdmin, Params, Shape};

/// Lists what was logged of runs, the oldest line first: of the newest runs, and 1,000 lines at most.
#[utoipa::path(
    get,
    path = "/api/logs/jobs",
    operation_id = "search_job_logs",
    tag = "jobs",
    params(("q" = Option<String>, Query, description = "Words of the lines, or `context.run_id:` and `context.job_id:` with an id")),
    responses((status = 200, description = "Lines, the oldest first", body = Object), Refusals),
)]
pub(crate) async fn handler(
    AsAdmin(ctx): AsAdmin,
    params: Params,
    shape: Shape,
) -> Result<Response, Failure> {
    let asked = params.text("q").unwrap_or_default();
    let (lines, total) = jobs::log(&ctx, &query(asked)).await?;
    let hits = lines.iter().map(|RunLine { job, run, line: logged }| {
        line(job, run, logged.at, name(logged.level), &logged.text)
    });
    let mut address = Links::new(format!("{}/logs/jobs", ctx.settings.api_url));
    if !asked.is_empty() {
        address = address.with("q", asked);
    }
    let mut value = json!({
        "hits": {"total": total, "hits": hits.collect::<Vec<_>>()},
        "sortBy": ["timestamp"],
        "links": {"self": address.url()},
    });
    if total > MOST_LINES {
        value["warnings"] = json!([{
            "type": "truncated_results",
            "message": format!("There are {total} lines; the newest {MOST_LINES} are shown."),
            "total_available": total,
            "max_results": MOST_LINES,
        }]);
    }
    Ok(answer(&shape, StatusCode::OK, &value))
}

/// As `InvenioRDM`'s pages ask: `"0197f2a4-…"`, or `context.run_id:0197f2a4-…`.
fn query(text: &str) -> LogQuery {
    let mut query = LogQuery::default();
    for word in text.split_whitespace() {
        let (field, value) = word.split_once(':').unwrap_or(("", word));
        let plain = |text: &str| text.trim_matches('"').to_owned();
        match field {
            "context.run_id" => query.run = Some(TaskId(plain(value))),
            "context.job_id" => query.job = Some(plain(value)),
            _ if is_id(&plain(word)) => query.run = Some(TaskId(plain(word))),
            "message" => query.words.push(plain(value)),
            _ => query.words.push(plain(word)),
        }
    }
    query
}

/// Whether it is written as ids of tasks are.
fn is_id(word: &str) -> bool {
    let groups: Vec<_> = word.split('-').map(str::len).collect();
    groups == [8, 4, 4, 4, 12] && word.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_ids_and_all_else_is_words() {
        let id = "0198c0de-0000-7000-8000-000000000001";

        for text in [format!("\"{id}\""), format!("context.run_id:{id}"), id.to_owned()] {
            let query = query(&text);
            assert_eq!((query.run, query.words.len()), (Some(TaskId(id.to_owned())), 0), "{text}");
        }
        let query = query("context.job_id:nightly failed message:\"network\" a:b");
        assert_eq!((query.run, query.job.as_deref()), (None, Some("nightly")));
        assert_eq!(query.words, ["failed", "network", "a:b"]);
    }
}
