//! Filling a new index from `PostgreSQL` through the plugin, beside the finished documents sent by
//! `_bulk` alone.

use std::io::Write as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::ensure;
use serde_json::{Value, json};

use super::cluster::Copy;
use super::{Services, Site};
use crate::figure::{Figure, float, rate};
use crate::machine::processor_time;
use crate::report::Row;
use crate::rounds::rounds;
use crate::{documents, folder};

/// How often each of the real records is there.
const TIMES: usize = 5;
/// How long records may take to be found once they are stored.
const PATIENCE: Duration = Duration::from_mins(5);
/// Of the bare loop.
const CLIENTS: usize = 4;
const DOCUMENTS_PER_REQUEST: usize = 500;

pub(crate) async fn run(services: &Services) -> anyhow::Result<Vec<Row>> {
    let site = Site::fresh(services, "reindex").await?;
    let server = site.serve("", None).await?;
    let count = documents::all()?.len() * TIMES;
    server.import("records", &multiplied()?)?;
    server.found("records", count, PATIENCE).await?;
    let copy = site.cluster.copy("bench-reindex-records*").await?;
    ensure!(copy.documents.len() >= count, "{} documents are indexed", copy.documents.len());
    let bodies = bodies(&copy);

    let mut number = 0;
    let measured = rounds("reindex", async || {
        let before = processor_time(server.process.id())?;
        let begun = Instant::now();
        server.command(&["index", "rebuild", "records"])?;
        let ours = begun.elapsed();
        let used = processor_time(server.process.id())?.saturating_sub(before);

        number += 1;
        let index = format!("bench-reindex-bare-{number}");
        site.cluster.make(&index, &copy).await?;
        let begun = Instant::now();
        site.cluster.fill(&index, &bodies, CLIENTS).await?;
        Ok((rate(count, ours), rate(count, begun.elapsed()), used.as_secs_f64() / float(count)))
    })
    .await?;
    server.stop().await?;

    let ratio = Figure::of(measured.iter().map(|(ours, bare, _)| ours / bare));
    let used = Figure::of(measured.iter().map(|(.., used)| *used));
    Ok(vec![
        Row {
            what: format!(
                "`repono index rebuild` of {count} records from PostgreSQL into OpenSearch, until the alias has moved; beside {CLIENTS} clients that send the finished documents by `_bulk`"
            ),
            ours: Figure::of(measured.iter().map(|(ours, ..)| *ours)).per_second(),
            beside: Figure::of(measured.iter().map(|(_, bare, _)| *bare)).per_second(),
            ratio: ratio.percent(),
            target: "≥ 50 %".to_owned(),
            is_met: Some(ratio.median >= 0.5),
        },
        Row {
            what: "processor time of the server for each of these records".to_owned(),
            ours: used.micros(),
            beside: "–".to_owned(),
            ratio: "–".to_owned(),
            target: "≤ 200 µs".to_owned(),
            is_met: Some(used.median <= 200e-6),
        },
    ])
}

/// The real records several times, each time with another title.
fn multiplied() -> anyhow::Result<PathBuf> {
    let path = folder::scratch()?.join("multiplied.ndjson");
    let mut file = std::io::BufWriter::new(std::fs::File::create(&path)?);
    for document in documents::all()? {
        let mut document: Value = serde_json::from_str(&document)?;
        let title = document["metadata"]["title"].as_str().unwrap_or_default().to_owned();
        for number in 1..=TIMES {
            document["metadata"]["title"] = json!(format!("{title} ({number})"));
            writeln!(file, "{document}")?;
        }
    }
    file.flush()?;
    Ok(path)
}

fn bodies(copy: &Copy) -> Vec<Vec<u8>> {
    let body = |documents: &[(String, Value)]| {
        let mut body = Vec::new();
        for (id, document) in documents {
            body.extend(format!("{}\n{document}\n", json!({"index": {"_id": id}})).into_bytes());
        }
        body
    };
    copy.documents.chunks(DOCUMENTS_PER_REQUEST).map(body).collect()
}
