//! Reading records that are rendered anew each time, beside a select by primary key.

use std::time::Duration;

use sqlx::{Connection as _, PgConnection};

use super::pgbench::{self, Until};
use super::{Services, Site};
use crate::documents;
use crate::figure::Figure;
use crate::load::{self, closed};
use crate::read::{published, requests, told};
use crate::report::Row;
use crate::rounds::rounds;

/// Of a round, in seconds.
const SECONDS: u64 = 5;

pub(crate) async fn run(services: &Services) -> anyhow::Result<Vec<Row>> {
    let site = Site::fresh(services, "lookup").await?;
    let server = site.serve("[cache]\nmax_bytes = 0\n", None).await?;
    let requests = requests(&published(&server).await?);
    let count = fill(&site).await?;
    let script =
        format!("\\set id random(1, {count})\nselect document from documents where id = :id;\n");

    let measured = rounds("lookup", async || {
        let until = load::Until::Elapsed(Duration::from_secs(SECONDS));
        let ours = closed(server.address(), &requests, 200, until).await?;
        let selects = pgbench::run(&site.database, &script, &Until::Seconds(SECONDS))?;
        Ok((ours, selects))
    })
    .await?;
    server.stop().await?;

    let ratio = Figure::of(measured.iter().map(|(ours, selects)| ours.rate() / selects));
    Ok(vec![Row {
        what: "`GET /api/records/{id}`, PostgreSQL, nothing cached, 8 clients; beside `pgbench` with selects by primary key of the same documents".to_owned(),
        ours: told(measured.iter().map(|(ours, _)| ours)),
        beside: Figure::of(measured.iter().map(|(_, selects)| *selects)).per_second(),
        ratio: ratio.percent(),
        target: "≥ 30 %".to_owned(),
        is_met: Some(ratio.median >= 0.3),
    }])
}

/// Puts the documents into a table of their own; answers how many.
async fn fill(site: &Site) -> anyhow::Result<usize> {
    site.execute("create table documents (id bigint primary key, document jsonb not null)").await?;
    let documents = documents::all()?;
    let mut connection = PgConnection::connect(&site.database).await?;
    for (id, document) in (1_i64..).zip(&documents) {
        sqlx::query("insert into documents (id, document) values ($1, $2::jsonb)")
            .bind(id)
            .bind(document)
            .execute(&mut connection)
            .await?;
    }
    sqlx::query("vacuum analyze documents").execute(&mut connection).await?;
    Ok(documents.len())
}
