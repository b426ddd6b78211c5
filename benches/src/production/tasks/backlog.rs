//! A server on which very many tasks wait.

use std::time::{Duration, Instant};

use super::count;
use crate::client::{Body, Connection, once};
use crate::figure::Figure;
use crate::machine::resident_bytes;
use crate::production::{Services, Site};
use crate::report::Row;
use crate::rounds::rounds;

const FEW: usize = 1_000;
const MANY: usize = count(1_000_000, 20_000);
/// After so long a server has looked at all that it looks at.
const IDLE: Duration = Duration::from_secs(10);
/// Pages of a round, of which the median counts.
const PAGES: usize = 21;

/// Tasks that wait for their time, as the server stores them.
const FILL: &str = "insert into tasks (id, queue, kind, payload, state, attempts, max_attempts, due, created, updated, cancel_requested, wakes) \
    select '01980000-0000-7000-8000-' || lpad(n::text, 12, '0'), 'default', 'repono.tidy', '{}'::jsonb, 'queued', 0, 5, \
    4102444800000000 + n, 1760000000000000 + n, 1760000000000000 + n, false, 4102444800000000 + n \
    from generate_series(1, $1) as n";

pub(super) async fn run(services: &Services) -> anyhow::Result<Vec<Row>> {
    let measured = rounds("tasks: many that wait", async || {
        Ok((wait(services, FEW).await?, wait(services, MANY).await?))
    })
    .await?;

    let all = |of: fn(&(Waiting, Waiting)) -> f64| Figure::of(measured.iter().map(of));
    let (few, many) = (all(|(few, _)| few.resident), all(|(_, many)| many.resident));
    let ratio = all(|(few, many)| many.resident / few.resident);
    let (page_few, page_many) = (all(|(few, _)| few.page), all(|(_, many)| many.page));
    let slower = all(|(few, many)| many.page / few.page);
    Ok(vec![
        Row {
            what: format!(
                "resident memory of `serve`, with its workers and scheduler, while {MANY} tasks wait; beside {FEW}"
            ),
            ours: many.megabytes(),
            beside: few.megabytes(),
            ratio: ratio.times(),
            target: "≤ 1.1 ×".to_owned(),
            is_met: Some(ratio.median <= 1.1),
        },
        Row {
            what: format!(
                "a page of 50 of `GET /api/admin/tasks`, PostgreSQL, while {MANY} tasks wait; beside {FEW}"
            ),
            ours: page_many.millis(),
            beside: page_few.millis(),
            ratio: slower.times(),
            target: "≤ 100 ms".to_owned(),
            is_met: Some(page_many.median <= 0.1),
        },
    ])
}

/// A server while tasks wait.
struct Waiting {
    /// Bytes of memory.
    resident: f64,
    /// Seconds of a page.
    page: f64,
}

async fn wait(services: &Services, tasks: usize) -> anyhow::Result<Waiting> {
    let site = Site::fresh(services, "backlog").await?;
    let server = site.serve("", None).await?;
    site.execute_with(FILL, i64::try_from(tasks)?).await?;
    site.execute("analyze tasks").await?;
    tokio::time::sleep(IDLE).await;
    let page = server.request("GET", "/api/admin/tasks?size=50", Body::Nothing);
    once(server.address(), &page, 200).await?;
    let mut connection = Connection::open(server.address()).await?;
    let mut seconds = Vec::with_capacity(PAGES);
    for _ in 0..PAGES {
        let asked = Instant::now();
        let status = connection.send(&page).await?.status;
        seconds.push(asked.elapsed().as_secs_f64());
        anyhow::ensure!(status == 200, "a page is answered with {status}");
    }
    let resident = resident_bytes(server.process.id())?;
    server.stop().await?;
    // Kilobytes of a process: a float holds them.
    let resident = f64::from(u32::try_from(resident / 1_024)?) * 1_024.0;
    Ok(Waiting { resident, page: Figure::of(seconds).median })
}
