//! Publishing all records by `repono import`, until a search finds them, beside the same documents in
//! the same backends without a server.

mod backends;
mod layout;

use std::time::{Duration, Instant};

use anyhow::ensure;
use repono_sdk::{Call, Indexer as _};
use serde_json::Value;

use crate::documents;
use crate::figure::{Figure, rate};
use crate::report::Row;
use crate::rounds::rounds;
use crate::server::Server;

use backends::Prepared;

/// How long records may take to be found once they are stored.
const PATIENCE: Duration = Duration::from_mins(1);
const STEP: Duration = Duration::from_millis(5);

pub(crate) async fn run() -> anyhow::Result<Vec<Row>> {
    let texts = documents::all()?;
    let mut prepared = None;
    let measured = rounds("import", async || {
        let server = Server::fresh("import").await?;
        let ours = import(&server, texts.len()).await?;
        if prepared.is_none() {
            prepared = Some(prepare(&server, &texts).await?);
        }
        server.stop().await?;
        let bare = match &prepared {
            Some(prepared) => backends::fill(prepared).await?,
            None => Duration::ZERO,
        };
        Ok([ours, bare].map(|took| rate(texts.len(), took)))
    })
    .await?;

    let ours = Figure::of(measured.iter().map(|[ours, _]| *ours));
    let bare = Figure::of(measured.iter().map(|[_, bare]| *bare));
    let ratio = Figure::of(measured.iter().map(|[ours, bare]| ours / bare));
    Ok(vec![Row {
        what: format!(
            "`repono import --publish` of {} records until all are found; beside SQLite inserts and tantivy adds of the same",
            texts.len()
        ),
        ours: ours.per_second(),
        beside: bare.per_second(),
        ratio: ratio.percent(),
        target: "≥ 2,000/s and ≥ 50 %".to_owned(),
        is_met: Some(ours.median >= 2_000.0 && ratio.median >= 0.5),
    }])
}

/// From the start of the command until a search finds as many records as the file has.
async fn import(server: &Server, count: usize) -> anyhow::Result<Duration> {
    let wanted = u64::try_from(count)?;
    let begun = Instant::now();
    server.import("records", &documents::file())?;
    let stored = Instant::now();
    loop {
        let total = server.total("records").await?;
        if total == wanted {
            return Ok(begun.elapsed());
        }
        ensure!(
            stored.elapsed() < PATIENCE,
            "of {wanted} records that were imported {total} are found"
        );
        tokio::time::sleep(STEP).await;
    }
}

/// What the backends are given: the documents as they came, and the search documents that the plugin
/// makes of them.
async fn prepare(server: &Server, texts: &[String]) -> anyhow::Result<Prepared> {
    let call = Call::default();
    let records = server.records("records").await?;
    ensure!(records.len() == texts.len(), "{} records are exported", records.len());
    let search = records.into_iter().map(|record| {
        let mut host = record.clone();
        let mut document = rdm::Rdm::transform(&call, rdm::COLLECTION, record)
            .map_err(|reason| anyhow::anyhow!("a record is not indexed: {reason}"))?;
        if let (Value::Object(document), Value::Object(host)) = (&mut document, &mut host) {
            host.remove("metadata");
            host.remove("links");
            document.append(host);
        }
        Ok(document)
    });
    let search = search.collect::<anyhow::Result<Vec<Value>>>()?;
    Ok(Prepared { texts: texts.to_vec(), search, definition: layout::definition()? })
}
