//! A million records beside ten thousand: what a repository's size costs its readers and depositors.
//!
//! Both repositories are there at once, each with a server of its own, and are asked turn by turn.
//! Filling the large one takes ten minutes and more, and twenty gigabytes, which are given back at the end.

use std::io::Write as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sqlx::{Connection as _, PgConnection};

use super::search::requests as searches;
use super::{Services, Site};
use crate::figure::{Figure, rate};
use crate::load::{Outcome, Until, closed};
use crate::machine::peak_bytes;
use crate::read::requests;
use crate::report::{Row, say};
use crate::rounds::rounds;
use crate::server::Server;
use crate::write::create_and_publish;
use crate::{documents, folder};

const SMALL: usize = 10_000;
const LARGE: usize = 1_000_000;
/// Records that are imported from one file.
const PART: usize = 50_000;
/// Records that are read in turn.
const READ: usize = 1_000;
/// Records that are published in a round.
const PUBLISHED: usize = 300;
const ROUND: Duration = Duration::from_secs(5);
/// How long records may take to be found once they are stored.
const PATIENCE: Duration = Duration::from_hours(1);
/// Nothing is kept: what is measured is the way to the data.
const SETTINGS: &str = "[cache]\nmax_bytes = 0\n";

pub(crate) async fn run(services: &Services) -> anyhow::Result<Vec<Row>> {
    let small = Repository::of(services, "scale_small", SMALL).await?;
    let large = Repository::of(services, "scale_large", LARGE).await?;
    let filled = large.filled.as_secs_f64();
    let documents = documents::some(PUBLISHED)?;

    let measured = rounds("scale", async || {
        Ok((small.round(&documents).await?, large.round(&documents).await?))
    })
    .await?;
    let memory = peak_bytes(large.server.process.id())?;
    say(&format!(
        "scale: filling took {filled:.0} s; the larger one's server held {} MB at most",
        memory >> 20
    ));
    small.remove().await?;
    large.remove().await?;

    let row = |what: &str, of: fn(&Round) -> &Outcome| {
        let half = |round: &Round| of(round).quantile(0.5);
        let ratio = Figure::of(measured.iter().map(|(small, large)| half(large) / half(small)));
        let [ours, beside] = [
            Figure::of(measured.iter().map(|(_, large)| half(large))),
            Figure::of(measured.iter().map(|(small, _)| half(small))),
        ];
        Row {
            what: format!(
                "{what}, PostgreSQL and OpenSearch, 8 clients, nothing cached: p50 among 1,000,000 records; beside it among 10,000"
            ),
            ours: ours.millis(),
            beside: beside.millis(),
            ratio: ratio.times(),
            target: "≤ 1.5 ×".to_owned(),
            is_met: Some(ratio.median <= 1.5),
        }
    };
    Ok(vec![
        row("`GET /api/records/{id}`", |round| &round.read),
        row("publish a draft", |round| &round.publish),
        row("search of 25 hits with all facets", |round| &round.search),
    ])
}

struct Repository {
    site: Site,
    server: Server,
    reads: Vec<Vec<u8>>,
    filled: Duration,
}

struct Round {
    read: Outcome,
    publish: Outcome,
    search: Outcome,
}

impl Repository {
    /// A new one, with so many records of which all are found.
    async fn of(services: &Services, name: &str, count: usize) -> anyhow::Result<Self> {
        let site = Site::fresh(services, name).await?;
        let server = site.serve(SETTINGS, None).await?;
        let begun = Instant::now();
        let originals = documents::all()?;
        for from in (0..count).step_by(PART) {
            let part = part(&originals, from..count.min(from + PART))?;
            server.import("records", &part)?;
            let stored = count.min(from + PART);
            say(&format!(
                "scale: {stored} of {count} are stored, {:.0}/s",
                rate(stored, begun.elapsed())
            ));
        }
        server.found("records", count, PATIENCE).await?;
        site.execute("analyze").await?;
        let paths = some_paths(&site).await?;
        Ok(Self { site, server, reads: requests(&paths), filled: begun.elapsed() })
    }

    async fn round(&self, documents: &[String]) -> anyhow::Result<Round> {
        let address = self.server.address();
        let read = closed(address, &self.reads, 200, Until::Elapsed(ROUND)).await?;
        let search = closed(address, &searches(), 200, Until::Elapsed(ROUND)).await?;
        let (_, publish) = create_and_publish(&self.server, documents, "?refresh=false").await?;
        Ok(Round { read, publish, search })
    }

    async fn remove(self) -> anyhow::Result<()> {
        self.server.stop().await?;
        self.site.remove().await
    }
}

/// A file of real records, each again and again with another title.
fn part(originals: &[String], numbers: std::ops::Range<usize>) -> anyhow::Result<PathBuf> {
    let path = folder::scratch()?.join("part.ndjson");
    let mut file = std::io::BufWriter::new(std::fs::File::create(&path)?);
    for number in numbers {
        let mut document: Value = serde_json::from_str(&originals[number % originals.len()])?;
        let title = document["metadata"]["title"].as_str().unwrap_or_default();
        document["metadata"]["title"] = json!(format!("{title} ({number})"));
        writeln!(file, "{document}")?;
    }
    file.flush()?;
    Ok(path)
}

/// Of records from everywhere in the database.
async fn some_paths(site: &Site) -> anyhow::Result<Vec<String>> {
    let mut connection = PgConnection::connect(&site.database).await?;
    let ids: Vec<String> = sqlx::query_scalar("select id from records order by random() limit $1")
        .bind(i64::try_from(READ)?)
        .fetch_all(&mut connection)
        .await?;
    Ok(ids.iter().map(|id| format!("/api/records/{id}")).collect())
}
