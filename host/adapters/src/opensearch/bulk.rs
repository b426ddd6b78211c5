//! Writes, in requests of a size that clusters like.
//!
//! Each carries its version, by which the cluster takes it or leaves it: a request that is sent again,
//! or overtaken by another, does no harm.

use std::time::Duration;

use bytes::Bytes;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use repono_service::ports::{IndexWrite, ItemFailure};
use repono_service::{Error, Result};
use reqwest::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::client::{Answer, Client, Content};
use super::document::Indexed;
use super::layout::Layout;
use super::options::BulkOptions;
use super::pressure::Pressure;
use super::trouble::{Trouble, Written};
use crate::search::unavailable;
use crate::search::writes::{newest, refusal};

/// Requests of one call that are on their way at a time, if there is room for them.
const CHUNKS_AT_A_TIME: usize = 2;
/// How often what a busy cluster did not take is sent.
const MOST_TRIES: u32 = 6;
/// Before the second try; before each later one it is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// Without a document among them, deletions of an index that is not there would make one. A change of
/// a document that is not there keeps them from it, and changes nothing.
const GUARD: &[u8] = b"{\"update\":{\"_id\":\" \"}}\n{\"doc\":{}}\n";

/// How writes are sent.
pub(super) struct Bulk<'a> {
    pub(super) client: &'a Client,
    pub(super) options: &'a BulkOptions,
    pub(super) pressure: &'a Pressure,
}

/// Carries out writes; returns those that the cluster will never take.
pub(super) async fn write(
    bulk: &Bulk<'_>,
    layout: &Layout,
    writes: &[IndexWrite],
) -> Result<Vec<ItemFailure>> {
    let mut failures: Vec<_> = writes.iter().filter_map(refusal).collect();
    let newest = newest(writes.iter().filter(|write| refusal(write).is_none()));
    let mut lines = newest.into_iter();
    let chunks = std::iter::from_fn(|| Chunk::fill(bulk.options, layout, &mut lines).transpose());
    let mut sent = stream::iter(chunks)
        .map(|chunk| async { send(bulk, layout, chunk?).await })
        .buffer_unordered(CHUNKS_AT_A_TIME);
    while let Some(failed) = sent.try_next().await? {
        failures.extend(failed);
    }
    Ok(failures)
}

/// Writes of one request.
#[derive(Default)]
struct Chunk {
    items: Vec<Item>,
    bytes: usize,
}

#[derive(Clone)]
struct Item {
    key: String,
    lines: Bytes,
    is_deletion: bool,
}

impl Item {
    fn new(layout: &Layout, key: &str, version: u64, body: Option<&Value>) -> Result<Self> {
        let about = json!({ "_id": key, "version": version, "version_type": "external_gte" });
        let action = if body.is_some() { "index" } else { "delete" };
        let mut lines = json!({ action: about }).to_string().into_bytes();
        lines.push(b'\n');
        if let Some(body) = body {
            let document = Indexed { columns: &layout.columns, key, body };
            serde_json::to_writer(&mut lines, &document)
                .map_err(|error| Error::internal("a search document cannot be written", error))?;
            lines.push(b'\n');
        }
        let lines = Bytes::from(lines);
        Ok(Self { key: key.to_owned(), lines, is_deletion: body.is_none() })
    }
}

impl Chunk {
    /// `None` if there is nothing left.
    fn fill<'a>(
        options: &BulkOptions,
        layout: &Layout,
        writes: &mut impl Iterator<Item = (&'a str, (u64, Option<&'a Value>))>,
    ) -> Result<Option<Self>> {
        let mut chunk = Self::default();
        while chunk.bytes < options.bytes.max(1)
            && chunk.items.len() < options.documents.max(1)
            && let Some((key, (version, body))) = writes.next()
        {
            chunk.push(Item::new(layout, key, version, body)?);
        }
        Ok((!chunk.items.is_empty()).then_some(chunk))
    }

    fn push(&mut self, item: Item) {
        self.bytes += item.lines.len();
        self.items.push(item);
    }

    fn of(items: impl IntoIterator<Item = Item>) -> Self {
        let mut chunk = Self::default();
        items.into_iter().for_each(|item| chunk.push(item));
        chunk
    }

    fn is_guarded(&self) -> bool {
        self.items.iter().all(|item| item.is_deletion)
    }

    fn body(&self) -> Bytes {
        let mut body = Vec::with_capacity(self.bytes + GUARD.len());
        if self.is_guarded() {
            body.extend_from_slice(GUARD);
        }
        self.items.iter().for_each(|item| body.extend_from_slice(&item.lines));
        Bytes::from(body)
    }
}

/// Sends a chunk until the cluster has taken or refused all of it.
async fn send(bulk: &Bulk<'_>, layout: &Layout, chunk: Chunk) -> Result<Vec<ItemFailure>> {
    let path = format!(
        "{}/_bulk?require_alias=true&filter_path=errors,items.*.status,items.*.error&timeout={}ms",
        layout.alias,
        bulk.client.patience().as_millis()
    );
    let (mut failures, mut pending, mut tries) = (Vec::new(), vec![chunk], 0);
    while let Some(chunk) = pending.pop() {
        let room = bulk.pressure.room().await;
        let answer = bulk.client.send(&Method::POST, &path, Content::Lines(chunk.body())).await?;
        let left = if answer.status == StatusCode::PAYLOAD_TOO_LARGE {
            let Some(halves) = halved(chunk, &mut failures) else { continue };
            pending.extend(halves);
            continue;
        } else {
            sort_out(chunk, &answer, &mut failures)?
        };
        let Some((chunk, trouble)) = left else {
            room.was_taken();
            continue;
        };
        tries += 1;
        let pause = answer.retry_after.unwrap_or(FIRST_PAUSE * 2_u32.pow(tries - 1));
        // Others that wait do not come all at once.
        room.was_refused(pause.mul_f64(rand::random_range(1.0..1.5)));
        if tries == MOST_TRIES {
            return Err(trouble.into());
        }
        pending.push(chunk);
    }
    Ok(failures)
}

/// What to send instead of what is too large at once; alone, it is refused.
fn halved(mut chunk: Chunk, failures: &mut Vec<ItemFailure>) -> Option<[Chunk; 2]> {
    if chunk.items.len() > 1 {
        let second = chunk.items.split_off(chunk.items.len() / 2);
        return Some([Chunk::of(chunk.items), Chunk::of(second)]);
    }
    failures.extend(chunk.items.into_iter().map(|item| ItemFailure {
        reason: format!("the document has {} bytes, more than the cluster takes", item.lines.len()),
        key: item.key,
    }));
    None
}

#[derive(Deserialize)]
struct Outcome {
    errors: bool,
    #[serde(default)]
    items: Vec<Taken>,
}

/// What became of an item: `{"index": {…}}`.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Taken {
    Index(Become),
    Delete(Become),
    Update(Become),
}

#[derive(Deserialize)]
struct Become {
    status: u16,
    error: Option<Written>,
}

/// Notes what the cluster refused, and returns what it had no time for.
fn sort_out(
    chunk: Chunk,
    answer: &Answer,
    failures: &mut Vec<ItemFailure>,
) -> Result<Option<(Chunk, Trouble)>> {
    if !answer.status.is_success() {
        let trouble = answer.trouble();
        return if trouble.may_pass() { Ok(Some((chunk, trouble))) } else { Err(trouble.into()) };
    }
    let outcome: Outcome = answer.read()?;
    if !outcome.errors {
        return Ok(None);
    }
    let skipped = usize::from(chunk.is_guarded());
    if outcome.items.len() != chunk.items.len() + skipped {
        return Err(unavailable("the cluster answered for other writes than it was sent"));
    }
    let (mut left, mut why) = (Vec::new(), None);
    for (item, taken) in chunk.items.into_iter().zip(outcome.items.into_iter().skip(skipped)) {
        let (Taken::Index(became) | Taken::Delete(became) | Taken::Update(became)) = taken;
        let Some(error) = became.error else { continue };
        let status =
            StatusCode::from_u16(became.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let trouble = Trouble::new(status, &error);
        if status == StatusCode::CONFLICT {
            // The index has seen a later version.
        } else if trouble.is_missing_index() {
            return Err(trouble.into());
        } else if trouble.may_pass() {
            left.push(item);
            why = Some(trouble);
        } else {
            failures.push(ItemFailure { key: item.key, reason: trouble.reason });
        }
    }
    Ok(why.map(|trouble| (Chunk::of(left), trouble)))
}
