//! Reading records over HTTP, beside a handler that has the same bytes in memory.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use serde_json::Value;

use crate::client::{Body, Connection, request};
use crate::figure::Figure;
use crate::load::{Outcome, Until, closed};
use crate::report::Row;
use crate::rounds::rounds;
use crate::server::Server;
use crate::{bare, documents, folder};

/// Records that are read in turn.
const RECORDS: usize = 1_000;
const ROUND: Duration = Duration::from_secs(5);

pub(crate) async fn run() -> anyhow::Result<Vec<Row>> {
    let server = Server::fresh("read").await?;
    let (paths, bodies) = records(&server).await?;
    let bare = bare::start(&bodies).await?;
    let requests = requests(&paths);

    let measured = rounds("read", async || {
        let ours = closed(server.address(), &requests, 200, Until::Elapsed(ROUND)).await?;
        let bare = closed(bare.address, &requests, 200, Until::Elapsed(ROUND)).await?;
        Ok((ours, bare))
    })
    .await?;
    server.stop().await?;

    let ratio = Figure::of(measured.iter().map(|(ours, bare)| ours.rate() / bare.rate()));
    Ok(vec![Row {
        what: "`GET /api/records/{id}`, 8 clients; beside a bare axum handler of the same bytes"
            .to_owned(),
        ours: told(measured.iter().map(|(ours, _)| ours)),
        beside: told(measured.iter().map(|(_, bare)| bare)),
        ratio: ratio.percent(),
        target: "≥ 40 %".to_owned(),
        is_met: Some(ratio.median >= 0.4),
    }])
}

/// Publishes records; answers the paths of some, and a folder with their bodies.
async fn records(server: &Server) -> anyhow::Result<(Vec<String>, PathBuf)> {
    let paths = published(server).await?;
    let bodies = folder::empty("bodies")?;
    let mut connection = Connection::open(server.address()).await?;
    for path in &paths {
        let answer = connection.send(&request("GET", path, None, Body::Nothing)).await?;
        anyhow::ensure!(answer.status == 200, "GET {path} is answered {}", answer.status);
        let id = path.rsplit('/').next().unwrap_or_default();
        std::fs::write(bodies.join(id), &answer.body)?;
    }
    Ok((paths, bodies))
}

/// Publishes all records; answers the paths of some.
pub(crate) async fn published(server: &Server) -> anyhow::Result<Vec<String>> {
    server.import("records", &documents::file())?;
    let records = server.records("records").await?;
    let path = |record: &Value| record["id"].as_str().map(|id| format!("/api/records/{id}"));
    let paths: Option<Vec<String>> = records.iter().take(RECORDS).map(path).collect();
    paths.context("an exported record has no id")
}

/// Anonymous requests for these paths.
pub(crate) fn requests(paths: &[String]) -> Vec<Vec<u8>> {
    paths.iter().map(|path| request("GET", path, None, Body::Nothing)).collect()
}

/// Rate, median and 99th percentile.
pub(crate) fn told<'a>(outcomes: impl Iterator<Item = &'a Outcome> + Clone) -> String {
    let rate = Figure::of(outcomes.clone().map(Outcome::rate));
    let half = Figure::of(outcomes.clone().map(|outcome| outcome.quantile(0.5)));
    let most = Figure::of(outcomes.map(|outcome| outcome.quantile(0.99)));
    format!("{}, p50 {}, p99 {}", rate.per_second(), half.millis(), most.millis())
}
