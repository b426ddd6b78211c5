//! Many documents at once.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use futures::{StreamExt as _, stream};
use http::{HeaderMap, header};
use repono_domain::{CollectionName, Problem};
use repono_service::Context;
use repono_service::records::{self, ImportLine, ImportOutcome, Refresh, problem_list};
use serde_json::{Value, json};

use crate::answer::{line, ndjson};
use crate::error::{Failure, Refusals};
use crate::extract::{By, CollectionPath, Params, RefreshQuery};
use crate::lines::{Encoding, Line, Reader, Text};
use crate::options::App;

/// A batch ends at so many lines
const BATCH_LINES: usize = 200;
/// or so many bytes, whichever comes first.
const BATCH_BYTES: usize = 1 << 20;
/// Batches under way at once.
const AT_ONCE: usize = 2;

const TYPES: [&str; 5] = [
    "application/x-ndjson",
    "application/ndjson",
    "application/jsonl",
    "application/x-jsonlines",
    "application/json-lines",
];

/// Imports one document a line: a record as for `POST /api/{collection}`, or metadata alone.
///
/// The answer comes while the body is read, a line for each line in its order, so a client must read
/// it while it sends; with `report=refused` there is little to read. A line is imported once,
/// however often it is sent. The last line sums up, or has `error` if the import broke off; all
/// lines before it are done.
#[utoipa::path(
    post,
    path = "/api/{collection}/import",
    operation_id = "import_records",
    tag = "bulk",
    params(
        CollectionPath,
        ("publish" = Option<bool>, Query, description = "Publish what is valid and refuse what is not, instead of making drafts"),
        RefreshQuery,
        ("report" = Option<String>, Query, description = "all (if left out), or refused: only the lines that were refused"),
    ),
    request_body(content = String, content_type = "application/x-ndjson", description = "JSON lines; Content-Encoding may be gzip"),
    responses(
        (status = 200, description = "{line, status: created, known or refused, id, errors} a line, then {done, created, known, refused}", body = String, content_type = "application/x-ndjson"),
        (status = 415, description = "Neither JSON lines nor gzipped JSON lines"),
        Refusals,
    ),
)]
pub(crate) async fn handler(
    State(app): State<App>,
    By(ctx): By,
    CollectionPath { collection }: CollectionPath,
    RefreshQuery { refresh }: RefreshQuery,
    params: Params,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Failure> {
    // Who may not import is told so before sending a gigabyte.
    records::import(&ctx, &collection, Vec::new(), false, false).await?;
    let encoding = check(&headers)?;
    let teller = Teller { only_refused: report(&params)?, counts: Counts::default() };
    let taken = Taking { lines: Reader::new(body, encoding, app.options.max_line_bytes) };
    let import = Arc::new(Import {
        ctx,
        collection,
        publish: params.flag("publish"),
        wait: refresh == Some(Refresh::WaitFor),
    });
    // While one batch is being stored the next is being checked.
    let mut imported = stream::unfold(Some(taken), Taking::next)
        .map(move |taken| Arc::clone(&import).store(taken))
        .buffered(AT_ONCE)
        .boxed();

    // The first batch decides the status; what fails later is told in the last line.
    let first = imported.next().await.transpose()?;
    let told = stream::iter(first.map(Ok)).chain(imported).scan(Some(teller), |teller, batch| {
        let told = teller.take().map(|mut telling| {
            let (told, is_last) = telling.tell(batch);
            if !is_last {
                *teller = Some(telling);
            }
            Ok::<_, Infallible>(told)
        });
        async { told }
    });
    Ok(ndjson("application/x-ndjson", told))
}

/// Takes lines from the body, a batch at a time.
struct Taking {
    lines: Reader,
}

struct Taken {
    lines: Vec<Line>,
    is_last: bool,
}

impl Taking {
    /// After the last batch, or an error, there is nothing more.
    async fn next(this: Option<Self>) -> Option<(Result<Taken, Failure>, Option<Self>)> {
        let mut this = this?;
        let taken = this.batch().await;
        let goes_on = taken.as_ref().is_ok_and(|taken| !taken.is_last);
        Some((taken, goes_on.then_some(this)))
    }

    async fn batch(&mut self) -> Result<Taken, Failure> {
        let mut lines = Vec::new();
        let mut bytes = 0;
        while lines.len() < BATCH_LINES && bytes < BATCH_BYTES {
            let Some(line) = self.lines.next().await? else {
                return Ok(Taken { lines, is_last: true });
            };
            bytes += if let Text::Whole(text) = &line.text { text.len() } else { 0 };
            lines.push(line);
        }
        Ok(Taken { lines, is_last: false })
    }
}

struct Import {
    ctx: Context,
    collection: CollectionName,
    publish: bool,
    wait: bool,
}

/// What became of the lines of a batch, by their numbers.
struct Stored {
    outcomes: Vec<(u64, ImportOutcome)>,
    is_last: bool,
}

impl Import {
    async fn store(self: Arc<Self>, taken: Result<Taken, Failure>) -> Result<Stored, Failure> {
        let Taken { lines, is_last } = taken?;
        let mut documents = Vec::new();
        let mut numbers = Vec::new();
        for line in lines {
            numbers.push((line.number, matches!(line.text, Text::Whole(_))));
            if let Text::Whole(text) = line.text {
                documents.push(ImportLine::from(text));
            }
        }
        let imported =
            records::import(&self.ctx, &self.collection, documents, self.publish, self.wait);
        let mut outcomes = imported.await?.outcomes.into_iter();
        let outcomes = numbers
            .into_iter()
            .map(|(number, whole)| {
                let outcome = if whole { outcomes.next() } else { None };
                (number, outcome.unwrap_or_else(|| ImportOutcome::Refused(vec![too_long()])))
            })
            .collect();
        Ok(Stored { outcomes, is_last })
    }
}

/// Tells what became of each line, and sums up.
struct Teller {
    only_refused: bool,
    counts: Counts,
}

#[derive(Default)]
struct Counts {
    created: u64,
    known: u64,
    refused: u64,
}

impl Teller {
    /// Lines of the answer, and whether they are the last.
    fn tell(&mut self, batch: Result<Stored, Failure>) -> (Bytes, bool) {
        match batch {
            Ok(Stored { outcomes, is_last }) => {
                let mut answer = Vec::new();
                for (number, outcome) in outcomes {
                    self.tell_line(number, &outcome, &mut answer);
                }
                if is_last {
                    answer.extend(line(&self.counts.told(json!({"done": true}))));
                }
                (answer.into(), is_last)
            }
            Err(failure) => {
                let (_, error) = failure.told();
                (line(&self.counts.told(json!({"done": false, "error": error}))), true)
            }
        }
    }

    fn tell_line(&mut self, number: u64, outcome: &ImportOutcome, answer: &mut Vec<u8>) {
        let told = match outcome {
            ImportOutcome::Created(id) => {
                self.counts.created += 1;
                json!({"line": number, "status": "created", "id": id})
            }
            ImportOutcome::Known(id) => {
                self.counts.known += 1;
                json!({"line": number, "status": "known", "id": id})
            }
            ImportOutcome::Refused(problems) => {
                self.counts.refused += 1;
                json!({"line": number, "status": "refused", "errors": problem_list(problems)})
            }
        };
        if !self.only_refused || matches!(outcome, ImportOutcome::Refused(_)) {
            answer.extend(line(&told));
        }
    }
}

impl Counts {
    fn told(&self, mut end: Value) -> Value {
        end["created"] = json!(self.created);
        end["known"] = json!(self.known);
        end["refused"] = json!(self.refused);
        end
    }
}

fn too_long() -> Problem {
    Problem::error("", "too-large", "The line is longer than a line may be.")
}

fn report(params: &Params) -> Result<bool, Failure> {
    match params.text("report") {
        None | Some("all") => Ok(false),
        Some("refused") => Ok(true),
        Some(_) => Err(Failure::Field("report", "Must be one of: all, refused.".to_owned())),
    }
}

fn check(headers: &HeaderMap) -> Result<Encoding, Failure> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let media_type = text(header::CONTENT_TYPE).and_then(|value| value.split(';').next());
    let media_type = media_type.unwrap_or_default().trim().to_ascii_lowercase();
    if !TYPES.contains(&media_type.as_str()) {
        return Err(Failure::UnsupportedMedia("Content-Type", TYPES[0]));
    }
    match text(header::CONTENT_ENCODING) {
        None | Some("" | "identity") => Ok(Encoding::Plain),
        Some("gzip" | "x-gzip") => Ok(Encoding::Gzip),
        Some(_) => Err(Failure::UnsupportedMedia("Content-Encoding", "gzip, identity")),
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn json_lines_are_taken_plain_and_gzipped() {
        let check = |media_type: &'static str, encoding: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
            check(&headers).ok()
        };

        assert_eq!(check("application/x-ndjson; charset=utf-8", ""), Some(Encoding::Plain));
        assert_eq!(check("application/jsonl", "gzip"), Some(Encoding::Gzip));
        assert_eq!(check("application/x-ndjson", "br"), None);
        assert_eq!(check("application/json", ""), None);
    }
}
