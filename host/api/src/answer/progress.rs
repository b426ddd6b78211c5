//! Long work, told line by line.

use std::convert::Infallible;

use axum::response::Response;
use bytes::Bytes;
use futures::stream;
use repono_service::Error;
use serde_json::{Map, Value, json};
use tokio::sync::mpsc;
use tokio::task::{JoinError, JoinHandle};
use tracing::Instrument as _;

use super::{line, ndjson};
use crate::error::Failure;

/// Lines that may wait for a slow client; more are left out, since the next one says as much.
const ROOM: usize = 64;

/// Where long work tells how far it is.
#[derive(Clone)]
pub(crate) struct Teller(mpsc::Sender<Value>);

impl Teller {
    /// Tells, unless the client does not keep up.
    pub(crate) fn tell(&self, progress: Value) {
        let _ = self.0.try_send(progress).ok();
    }
}

type Work = JoinHandle<Result<Map<String, Value>, Error>>;

/// Does `work` to its end, whether or not the client stays to hear of it.
///
/// What fails before it has told anything fails as any request does; after that, the last line is
/// `{"error": …}` instead of `{"done": true, …}`.
pub(crate) async fn with_progress<F>(work: impl FnOnce(Teller) -> F) -> Result<Response, Failure>
where
    F: Future<Output = Result<Map<String, Value>, Error>> + Send + 'static,
{
    let (teller, mut told) = mpsc::channel(ROOM);
    let work = tokio::spawn(work(Teller(teller)).in_current_span());
    let Some(first) = told.recv().await else {
        let last = last(work.await)?;
        return Ok(ndjson(LINES, stream::iter([Ok::<_, Infallible>(line(&last))])));
    };
    let rest = stream::unfold(Some((told, work)), next);
    let lines = stream::StreamExt::chain(stream::iter([Ok::<_, Infallible>(line(&first))]), rest);
    Ok(ndjson(LINES, lines))
}

const LINES: &str = "application/x-ndjson";

async fn next(
    state: Option<(mpsc::Receiver<Value>, Work)>,
) -> Option<(Result<Bytes, Infallible>, Option<(mpsc::Receiver<Value>, Work)>)> {
    let (mut told, work) = state?;
    if let Some(progress) = told.recv().await {
        return Some((Ok(line(&progress)), Some((told, work))));
    }
    let last = last(work.await).unwrap_or_else(|failure| json!({"error": failure.told().1}));
    Some((Ok(line(&last)), None))
}

fn last(ended: Result<Result<Map<String, Value>, Error>, JoinError>) -> Result<Value, Failure> {
    let mut result = ended.map_err(|_| Failure::Panicked)??;
    result.insert("done".to_owned(), Value::Bool(true));
    Ok(Value::Object(result))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn lines(response: Response) -> Vec<Value> {
        let bytes = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[tokio::test]
    async fn progress_is_told_and_then_the_end() {
        let response = with_progress(|teller| async move {
            teller.tell(json!({"done_of": 1}));
            teller.tell(json!({"done_of": 2}));
            Ok(Map::new())
        });

        let lines = lines(response.await.unwrap()).await;

        assert_eq!(lines, [json!({"done_of": 1}), json!({"done_of": 2}), json!({"done": true})]);
    }

    #[tokio::test]
    async fn what_fails_at_once_fails_as_any_request_and_later_in_the_last_line() {
        let at_once = with_progress(|_| async { Err(Error::Forbidden) }).await;
        assert!(matches!(at_once, Err(Failure::Service(Error::Forbidden))));

        let later = with_progress(|teller| async move {
            teller.tell(json!({"done_of": 1}));
            drop(teller);
            tokio::task::yield_now().await;
            Err(Error::Forbidden)
        });
        let lines = lines(later.await.unwrap()).await;
        assert_eq!(lines[1], json!({"error": {"status": 403, "message": "Permission denied."}}));
    }
}
