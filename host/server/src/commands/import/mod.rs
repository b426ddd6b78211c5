//! `repono import`

mod lines;
mod refused;
mod send;

use std::path::PathBuf;

use serde_json::json;

use self::lines::{Chunk, Lines};
use self::refused::Refused;
use self::send::{Counts, send};
use super::progress;
use crate::client::{Client, Global, with_server};
use crate::failure::{Code, failure};
use crate::output;

const EXAMPLES: &str = "\
Examples:
  repono import --collection records data.ndjson.gz --publish
  zcat data.ndjson.gz | repono import --collection biotools -
  repono import --collection records data.ndjson --publish --refused refused.ndjson

A line is a document: {\"metadata\": {…}} and more, or a bare metadata object. The same line is
imported once, however often it is sent: after an interruption, run the command again.
With --refused, each document that is refused is written there as {\"line\", \"errors\", \"document\"};
`jq -c .document refused.ndjson` gives them back to be mended. The exit code is then 3.";

/// Imports documents, one a line
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The collection: `records`
    #[arg(long, value_name = "NAME")]
    collection: String,
    /// Newline-delimited JSON, compressed with gzip or not; `-` is stdin
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Publishes at once, instead of leaving drafts; what cannot be published is refused
    #[arg(long)]
    publish: bool,
    /// Where documents that are refused go, with the reasons
    #[arg(long, value_name = "FILE")]
    refused: Option<PathBuf>,
}

pub(super) fn run(global: &Global, args: &Args) -> anyhow::Result<()> {
    // Before anything is started: a wrong name is the most likely mistake.
    let lines = Lines::open(&args.file)?;
    let mut refused = Refused::open(args.refused.as_deref())?;
    let counts = with_server(global, "import", |client| import(client, args, lines, &mut refused))?;
    refused.close()?;
    if global.json {
        output::json(
            &json!({"created": counts.created, "known": counts.known, "refused": counts.refused}),
        )?;
    } else {
        output::line(format!(
            "{} created, {} known before, {} refused",
            counts.created, counts.known, counts.refused
        ))?;
    }
    match counts.refused {
        0 => Ok(()),
        refused => Err(failure(Code::Refused, format!("{refused} documents were refused"))),
    }
}

/// Reads on one thread while the server works on what was sent from the other.
fn import(
    client: &Client,
    args: &Args,
    lines: Lines,
    refused: &mut Refused,
) -> anyhow::Result<Counts> {
    let bar = progress::bytes(lines.size_bytes()).with_message("importing");
    let (ready, chunks) = std::sync::mpsc::sync_channel::<anyhow::Result<Chunk>>(1);
    let counts = std::thread::scope(|scope| {
        // Ends when the file does, or when nobody takes its chunks any more.
        scope.spawn(move || lines.for_each(|chunk| ready.send(chunk).unwrap_or_default()));
        let mut counts = Counts::default();
        for chunk in chunks {
            let chunk = chunk?;
            counts += send(client, &args.collection, args.publish, &chunk, refused)?;
            bar.set_position(chunk.read_bytes);
        }
        Ok(counts)
    });
    bar.finish_and_clear();
    counts
}
