//! A chunk on its way to the server, and what became of its lines.

use std::ops::AddAssign;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use ureq::http::Method;

use super::{Chunk, Refused};
use crate::client::{Client, NDJSON, Sent, encode, with_query};
use crate::failure::{Code, code, failure};

/// How often a chunk is sent when the server does not take it for now.
const TRIES: u32 = 5;

/// What became of documents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Counts {
    pub created: u64,
    pub known: u64,
    pub refused: u64,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.created += other.created;
        self.known += other.known;
        self.refused += other.refused;
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Answer {
    /// A line that was refused, counted from 1 within what was sent.
    Line { line: u64, errors: Value },
    /// The end.
    Done(Counts),
}

/// Sends a chunk until the server has taken all of it. That is safe: what it took before is known.
pub(super) fn send(
    client: &Client,
    collection: &str,
    publish: bool,
    chunk: &Chunk,
    refused: &mut Refused,
) -> anyhow::Result<Counts> {
    let mut wait = Duration::from_secs(1);
    for _ in 1..TRIES {
        match once(client, collection, publish, chunk) {
            Err(error) if code(&error) == Code::Unavailable => {
                tracing::warn!("{error:#}; trying again in {} s", wait.as_secs());
                std::thread::sleep(wait);
                wait *= 2;
            }
            answers => return note(answers?, chunk, refused),
        }
    }
    note(once(client, collection, publish, chunk)?, chunk, refused)
}

fn once(
    client: &Client,
    collection: &str,
    publish: bool,
    chunk: &Chunk,
) -> anyhow::Result<Vec<Answer>> {
    let path = format!("/{}/import", encode(collection));
    let path =
        with_query(&path, &[("publish", publish.then_some("true")), ("report", Some("refused"))]);
    let mut answers = Vec::new();
    for answer in client.lines(Method::POST, &path, Sent::Bytes(NDJSON, &chunk.body))? {
        answers.push(serde_json::from_value(answer?)?);
    }
    match answers.last() {
        Some(Answer::Done(_)) => Ok(answers),
        _ => Err(failure(Code::Unavailable, "the server's answer broke off")),
    }
}

fn note(answers: Vec<Answer>, chunk: &Chunk, refused: &mut Refused) -> anyhow::Result<Counts> {
    let mut counts = Counts::default();
    for answer in answers {
        match answer {
            Answer::Done(all) => counts = all,
            Answer::Line { line, errors } => {
                let position = usize::try_from(line.saturating_sub(1)).unwrap_or_default();
                let number = chunk.ends.get(position).map_or(line, |(number, _)| *number);
                refused.push(number, &errors, chunk.line(position))?;
            }
        }
    }
    Ok(counts)
}
