//! Searching with all facets, beside the same question put to the cluster itself.

use std::time::Duration;

use super::wire::Wire;
use super::{Services, Site};
use crate::client::{self, Body, request};
use crate::documents;
use crate::figure::Figure;
use crate::load::{Outcome, Until, closed};
use crate::read::told;
use crate::report::Row;
use crate::rounds::rounds;

/// What readers look for.
const QUERIES: [&str; 6] =
    ["", "q=water", "q=machine+learning", "q=data&sort=newest", "q=model*", "q=climate&page=2"];
const ROUND: Duration = Duration::from_secs(5);

pub(crate) async fn run(services: &Services) -> anyhow::Result<Vec<Row>> {
    let site = Site::fresh(services, "search").await?;
    let server = site.serve("", None).await?;
    server.import("records", &documents::file())?;
    let settled = server.total("records").await?;
    anyhow::ensure!(settled > 0, "nothing is found");
    let ours = requests();
    let direct = overheard(&site, &ours).await?;

    let measured = rounds("search", async || {
        let until = Until::Elapsed(ROUND);
        let through = closed(server.address(), &ours, 200, until).await?;
        let direct = closed(site.cluster.address(), &direct, 200, until).await?;
        Ok((through, direct))
    })
    .await?;
    server.stop().await?;

    let half = |outcome: &Outcome| outcome.quantile(0.5);
    let ratio = Figure::of(measured.iter().map(|(ours, direct)| half(ours) / half(direct)));
    Ok(vec![Row {
        what: "search of 25 hits with all facets, OpenSearch, 8 clients; beside the same requests sent to OpenSearch; ratio of medians".to_owned(),
        ours: told(measured.iter().map(|(ours, _)| ours)),
        beside: told(measured.iter().map(|(_, direct)| direct)),
        ratio: ratio.times(),
        target: "≤ 1.15 ×".to_owned(),
        is_met: Some(ratio.median <= 1.15),
    }])
}

/// Anonymous searches for them, of 25 hits and all facets.
pub(super) fn requests() -> Vec<Vec<u8>> {
    let paths = QUERIES.map(|query| format!("/api/records?size=25&{query}"));
    paths.iter().map(|path| request("GET", path, None, Body::Nothing)).collect()
}

/// What the server asks the cluster for each of these requests.
async fn overheard(site: &Site, requests: &[Vec<u8>]) -> anyhow::Result<Vec<Vec<u8>>> {
    let wire = Wire::to(site.cluster.address()).await?;
    let server = site.serve("", Some(&format!("http://{}", wire.address))).await?;
    let mut direct = Vec::new();
    for request in requests {
        client::once(server.address(), request, 200).await?;
        direct.push(wire.last_search()?);
    }
    server.stop().await?;
    Ok(direct)
}
