//! Creating and publishing records over HTTP.

use std::cell::RefCell;

use anyhow::ensure;

use crate::client::Body;
use crate::documents;
use crate::figure::Figure;
use crate::load::{Outcome, Until, closed, closed_with};
use crate::read::told;
use crate::report::Row;
use crate::rounds::rounds;
use crate::server::Server;

/// Records of a round.
const RECORDS: usize = 4_000;
/// Before the clock runs, in every round: each is on a data folder of its own.
const WARMING: usize = 200;

pub(crate) async fn run() -> anyhow::Result<Vec<Row>> {
    let documents = documents::all()?;
    let (warming, measured) = documents.split_at(WARMING);
    let measured = &measured[..RECORDS.min(measured.len())];

    let measured = rounds("write", async || {
        let server = Server::fresh("write").await?;
        create_and_publish(&server, warming, "").await?;
        let outcomes = create_and_publish(&server, measured, "").await?;
        let total = server.total("records").await?;
        let published = u64::try_from(warming.len() + measured.len())?;
        ensure!(total == published, "of {published} records that were published {total} are found");
        server.stop().await?;
        Ok(outcomes)
    })
    .await?;

    let publish = Figure::of(measured.iter().map(|(_, publish)| publish.rate()));
    Ok(vec![
        Row {
            what: "create a draft over HTTP, 8 clients; each is another real record".to_owned(),
            ours: told(measured.iter().map(|(create, _)| create)),
            beside: "–".to_owned(),
            ratio: "–".to_owned(),
            target: "see pocketbase".to_owned(),
            is_met: None,
        },
        Row {
            what: "publish it over HTTP, 8 clients; found when answered".to_owned(),
            ours: told(measured.iter().map(|(_, publish)| publish)),
            beside: "–".to_owned(),
            ratio: "–".to_owned(),
            target: "≥ 1,000/s".to_owned(),
            is_met: Some(publish.median >= 1_000.0),
        },
    ])
}

/// `refresh` is what is asked of publications: empty, or a query.
pub(crate) async fn create_and_publish(
    server: &Server,
    documents: &[String],
    refresh: &str,
) -> anyhow::Result<(Outcome, Outcome)> {
    let (create, ids) = create(server, documents).await?;
    let path = |id: &String| format!("/api/records/{id}/draft/actions/publish{refresh}");
    let requests: Vec<_> =
        ids.iter().map(|id| server.request("POST", &path(id), Body::Nothing)).collect();
    let publish = closed(server.address(), &requests, 202, Until::Sent).await?;
    Ok((create, publish))
}

/// Creates a draft of each document; answers their ids too.
pub(crate) async fn create(
    server: &Server,
    documents: &[String],
) -> anyhow::Result<(Outcome, Vec<String>)> {
    let requests: Vec<_> = documents
        .iter()
        .map(|document| server.request("POST", "/api/records", Body::Json(document.as_bytes())))
        .collect();
    let bodies = RefCell::new(Vec::with_capacity(requests.len()));
    let keep = |body: &[u8]| bodies.borrow_mut().push(body.to_vec());
    let outcome = closed_with(server.address(), &requests, 201, Until::Sent, keep).await?;
    let ids =
        bodies.into_inner().iter().map(|body| documents::id(body)).collect::<Result<_, _>>()?;
    Ok((outcome, ids))
}
