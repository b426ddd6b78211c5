//! Starting on a data folder with the shipped plugins, and what the server holds when idle.

use std::time::Duration;

use crate::figure::Figure;
use crate::folder;
use crate::machine::resident_bytes;
use crate::report::Row;
use crate::rounds::rounds;
use crate::server::Server;

/// After so long a server that nobody asks is idle.
const IDLE: Duration = Duration::from_secs(5);
/// Starts of a round, of which the median counts.
const STARTS: usize = 5;

pub(crate) async fn run() -> anyhow::Result<Vec<Row>> {
    let data = folder::template().await?.copy("start")?;
    let measured = rounds("start", async || {
        let mut starts = Vec::new();
        for _ in 1..STARTS {
            let server = Server::start(&data, None).await?;
            starts.push(server.process.ready_after.as_secs_f64());
            server.stop().await?;
        }
        let server = Server::start(&data, None).await?;
        starts.push(server.process.ready_after.as_secs_f64());
        tokio::time::sleep(IDLE).await;
        let resident = resident_bytes(server.process.id())?;
        server.stop().await?;
        // Kilobytes of a process: a float holds them.
        Ok((Figure::of(starts).median, f64::from(u32::try_from(resident / 1_024)?) * 1_024.0))
    })
    .await?;

    let started = Figure::of(measured.iter().map(|(started, _)| *started));
    let resident = Figure::of(measured.iter().map(|(_, resident)| *resident));
    let row = |what: &str, ours: String, target: &str, is_met| Row {
        what: what.to_owned(),
        ours,
        beside: "–".to_owned(),
        ratio: "–".to_owned(),
        target: target.to_owned(),
        is_met: Some(is_met),
    };
    Ok(vec![
        row(
            "from the start of `repono serve` until `/health/ready`, four plugins, compiled before",
            started.millis(),
            "≤ 300 ms",
            started.median <= 0.3,
        ),
        row(
            "resident memory after 5 s without a request",
            resident.megabytes(),
            "≤ 100 MB",
            resident.median <= 100e6,
        ),
    ])
}
