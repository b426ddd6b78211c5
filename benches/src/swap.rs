//! Requests while a plugin is replaced over and over.
//!
//! Requests come at a fixed rate whatever becomes of those before, so that a pause shows in all
//! that were due in it.

use std::cell::Cell;
use std::fmt::Write as _;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use crate::client::Body;
use crate::figure::Figure;
use crate::folder;
use crate::load::{Outcome, Paced, paced};
use crate::report::Row;
use crate::rounds::rounds;
use crate::server::Server;

const SWAPS: u32 = 100;
/// Between two swaps.
const PAUSE: Duration = Duration::from_millis(100);
/// 200 requests a second.
const EVERY: Duration = Duration::from_millis(5);
const UNDISTURBED: Duration = Duration::from_secs(20);
/// Swaps that take longer all together are broken off.
const LIMIT: Duration = Duration::from_mins(5);
/// Published before it begins.
const SPECIMENS: usize = 200;

pub(crate) async fn run() -> anyhow::Result<Vec<Row>> {
    let measured = rounds("swap", round).await?;

    let failures: usize =
        measured.iter().map(|(still, swapped)| still.failures + swapped.failures).sum();
    let requests: usize = measured.iter().map(|(_, swapped)| swapped.requests()).sum();
    let most = |outcome: &Outcome| outcome.quantile(0.99);
    let ratio = Figure::of(measured.iter().map(|(still, swapped)| most(swapped) / most(still)));
    let told = |of: fn(&(Outcome, Outcome)) -> &Outcome| {
        let half = Figure::of(measured.iter().map(|both| of(both).quantile(0.5)));
        let most = Figure::of(measured.iter().map(|both| of(both).quantile(0.99)));
        format!("p50 {}, p99 {}", half.millis(), most.millis())
    };
    Ok(vec![Row {
        what: format!(
            "{SWAPS} swaps of a plugin under 200 requests/s (70 % read, 20 % search, 10 % create); beside the same load undisturbed"
        ),
        ours: format!("{failures} of {requests} failed, {}", told(|(_, swapped)| swapped)),
        beside: told(|(still, _)| still),
        ratio: format!("p99 {}", ratio.times()),
        target: "0 failed, p99 ≤ 1.2 ×".to_owned(),
        is_met: Some(failures == 0 && ratio.median <= 1.2),
    }])
}

async fn round() -> anyhow::Result<(Outcome, Outcome)> {
    let server = Server::fresh("swap").await?;
    let newer = install(&server).await?;
    let ids = specimens(&server).await?;
    let request = |number: u32| load(&server, &ids, number);

    let still = paced(server.address(), EVERY, request, || false, UNDISTURBED).await?;

    let done = Cell::new(false);
    let swaps = async {
        let swapped = swaps(&server, &newer).await;
        done.set(true);
        swapped
    };
    let loaded = paced(server.address(), EVERY, request, || done.get(), LIMIT);
    let (swaps, swapped) = tokio::join!(swaps, loaded);
    swaps?;
    let swapped = swapped?;
    ensure!(swapped.took < LIMIT, "{SWAPS} swaps take longer than {} s", LIMIT.as_secs());
    server.stop().await?;
    Ok((still, swapped))
}

/// Puts version 1.0 in force, and answers the digest of 1.1.
async fn install(server: &Server) -> anyhow::Result<String> {
    let older = component("specimens-1-0")?;
    server.act("/api/admin/plugins?activate=true", Body::Wasm(&older)).await?;
    let newer = component("specimens-1-1")?;
    let installed = server.ask("POST", "/api/admin/plugins", Body::Wasm(&newer), 201).await?;
    let installed: Value = serde_json::from_slice(&installed)?;
    installed["digest"].as_str().map(str::to_owned).context("an installed plugin has no digest")
}

fn component(name: &str) -> anyhow::Result<Vec<u8>> {
    let path = crate::root().join("target/test-guests").join(name).with_extension("wasm");
    std::fs::read(&path)
        .with_context(|| format!("{} is not built: use `cargo xtask bench`", path.display()))
}

/// Publishes specimens, and answers their ids.
async fn specimens(server: &Server) -> anyhow::Result<Vec<String>> {
    let mut lines = String::new();
    for number in 0..SPECIMENS {
        writeln!(lines, "{}", specimen(&format!("Moa feather {number}")))?;
    }
    let file = folder::scratch()?.join("specimens.ndjson");
    std::fs::write(&file, lines)?;
    server.import("specimens", &file)?;
    let records = server.records("specimens").await?;
    let ids: Option<Vec<_>> =
        records.iter().map(|record| record["id"].as_str().map(str::to_owned)).collect();
    let ids = ids.context("an exported record has no id")?;
    ensure!(ids.len() == SPECIMENS, "{} of {SPECIMENS} specimens are there", ids.len());
    Ok(ids)
}

fn specimen(name: &str) -> Value {
    json!({"metadata": {"name": name, "weight_g": 12.5}, "files": {"enabled": false}})
}

fn load(server: &Server, ids: &[String], number: u32) -> Paced {
    match number % 10 {
        0 => {
            let document = specimen(&format!("Kiwi {number}")).to_string();
            let body = Body::Json(document.as_bytes());
            Paced { bytes: server.request("POST", "/api/specimens", body), expected: 201 }
        }
        1 | 2 => {
            let path = "/api/specimens?q=moa&size=10";
            Paced { bytes: server.request("GET", path, Body::Nothing), expected: 200 }
        }
        _ => {
            let id = ids.get(number as usize % ids.len()).map_or("", String::as_str);
            let path = format!("/api/specimens/{id}");
            Paced { bytes: server.request("GET", &path, Body::Nothing), expected: 200 }
        }
    }
}

/// There and back again.
async fn swaps(server: &Server, newer: &str) -> anyhow::Result<()> {
    let newer = json!({"digest": newer}).to_string();
    for number in 0..SWAPS {
        let path = "/api/admin/plugins/specimens";
        if number.is_multiple_of(2) {
            server.act(&format!("{path}/activate"), Body::Json(newer.as_bytes())).await
        } else {
            server.act(&format!("{path}/rollback"), Body::Nothing).await
        }
        .with_context(|| format!("swap {number}"))?;
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}
