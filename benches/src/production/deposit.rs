//! Creating and publishing records in `PostgreSQL`, beside single-row inserts of the same documents.

use anyhow::ensure;

use super::pgbench::{self, Until};
use super::{Services, Site};
use crate::documents;
use crate::figure::{Figure, rate};
use crate::load::Outcome;
use crate::machine::peak_bytes;
use crate::report::Row;
use crate::rounds::rounds;
use crate::write::create_and_publish;

/// Records of a round.
const RECORDS: usize = 2_000;
/// Before the clock runs.
const WARMING: usize = 100;

pub(crate) async fn run(services: &Services) -> anyhow::Result<Vec<Row>> {
    let documents = documents::some(WARMING + RECORDS)?;
    let (warming, measured) = documents.split_at(WARMING);

    let measured = rounds("deposit", async || {
        let site = Site::fresh(services, "deposit").await?;
        let server = site.serve("", None).await?;
        create_and_publish(&server, warming, "?refresh=false").await?;
        let (create, publish) = create_and_publish(&server, measured, "?refresh=false").await?;
        let memory = peak_bytes(server.process.id())?;
        server.stop().await?;
        site.execute("create table documents (id bigint generated always as identity primary key, document jsonb not null)").await?;
        let count = Until::Transactions(2 * measured.len());
        let inserts = pgbench::run(&site.database, &script(measured), &count)?;
        let both = rate(create.requests() + publish.requests(), create.took + publish.took);
        Ok(Round { create, publish, both, inserts, memory })
    })
    .await?;

    ensure!(!measured.is_empty(), "nothing was measured");
    let both = Figure::of(measured.iter().map(|round| round.both));
    let ratio = Figure::of(measured.iter().map(|round| round.both / round.inserts));
    let memory = Figure::of(measured.iter().map(|round| bytes(round.memory)));
    Ok(vec![
        Row {
            what: "create drafts and publish them, PostgreSQL, 8 clients: both counted, each a commit; beside `pgbench` with as many single-row JSONB inserts".to_owned(),
            ours: format!(
                "{}; create {}, publish {}",
                both.per_second(),
                Figure::of(measured.iter().map(|round| round.create.rate())).per_second(),
                Figure::of(measured.iter().map(|round| round.publish.rate())).per_second(),
            ),
            beside: Figure::of(measured.iter().map(|round| round.inserts)).per_second(),
            ratio: ratio.percent(),
            target: "≥ 40 %".to_owned(),
            is_met: Some(ratio.median >= 0.4),
        },
        Row {
            what: "the most memory that the `serve` node held under this load".to_owned(),
            ours: memory.megabytes(),
            beside: "–".to_owned(),
            ratio: "–".to_owned(),
            target: "≤ 200 MB".to_owned(),
            is_met: Some(memory.median <= 200e6),
        },
    ])
}

struct Round {
    create: Outcome,
    publish: Outcome,
    both: f64,
    inserts: f64,
    memory: u64,
}

/// Inserts the document of middle length.
fn script(documents: &[String]) -> String {
    let mut by_length: Vec<&String> = documents.iter().collect();
    by_length.sort_by_key(|document| document.len());
    let document = by_length.get(by_length.len() / 2).map_or("null", |document| document.as_str());
    format!("insert into documents (document) values ('{}');\n", literal(document))
}

/// JSON as `pgbench` takes it between quotes: a colon before a letter would begin a variable.
fn literal(json: &str) -> String {
    let mut literal = String::with_capacity(json.len());
    let (mut in_string, mut escaped) = (false, false);
    for character in json.chars() {
        match character {
            ':' if in_string => literal.push_str("\\u003a"),
            ':' => literal.push_str(": "),
            '\'' => literal.push_str("''"),
            other => literal.push(other),
        }
        in_string ^= character == '"' && !escaped;
        escaped = character == '\\' && !escaped;
    }
    literal
}

fn bytes(bytes: u64) -> f64 {
    // Kilobytes of a process: a float holds them.
    u32::try_from(bytes / 1_024).map_or(f64::NAN, |kilobytes| f64::from(kilobytes) * 1_024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_colon_is_left_before_a_letter() {
        let literal = literal(r#"{"a":true,"b\\":"doi:10.1","c\"":"it's :x"}"#);

        assert_eq!(literal, r#"{"a": true,"b\\": "doi\u003a10.1","c\"": "it''s \u003ax"}"#);
    }
}
