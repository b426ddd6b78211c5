//! `repono index`

use serde_json::Value;

use super::progress;
use super::show::{self, Column};
use crate::client::{Client, Global, Sent, encode, with_server};
use crate::output;

const EXAMPLES: &str = "\
Examples:
  repono index status
  repono index reconcile records         compares with the database, mends what differs
  repono index rebuild records           fills a new index beside the old one, then swaps them";

const COLUMNS: &[Column] = &[
    ("COLLECTION", "/collection"),
    ("INDEX", "/index"),
    ("DOCUMENTS", "/documents"),
    ("RECORDS", "/records"),
    ("BEING FILLED", "/next"),
];
const QUARANTINED: &[Column] =
    &[("COLLECTION", "/collection"), ("RECORD", "/id"), ("SINCE", "/since"), ("REASON", "/reason")];

/// Looks after the search indices
#[derive(clap::Subcommand)]
#[command(after_help = EXAMPLES)]
pub(super) enum Command {
    /// Tells how the indices stand against the database
    Status,
    /// Builds a collection's index anew while it is searched
    Rebuild {
        /// The collection: `records`
        collection: String,
    },
    /// Compares a collection's index with the database and mends it
    Reconcile {
        /// The collection: `records`
        collection: String,
    },
}

pub(super) fn run(global: &Global, command: Command) -> anyhow::Result<()> {
    with_server(global, "index", |client| match command {
        Command::Status => status(global, &client.get("/admin/indices")?),
        Command::Rebuild { collection } => mend(client, global, &collection, "rebuild"),
        Command::Reconcile { collection } => mend(client, global, &collection, "reconcile"),
    })
}

fn status(global: &Global, answer: &Value) -> anyhow::Result<()> {
    if global.json {
        return Ok(output::json(answer)?);
    }
    show::list(global, answer.get("collections").unwrap_or(answer), COLUMNS)?;
    let pending = answer.pointer("/lag/pending").and_then(Value::as_u64).unwrap_or_default();
    if pending > 0 {
        output::line(format!(
            "\n{pending} changes wait to be indexed, the oldest since {}",
            show::text(answer, "/lag/oldest")
        ))?;
    }
    match answer.get("quarantined") {
        Some(refused) if !show::items(refused).is_empty() => {
            output::line("\nWhat their plugins cannot index:")?;
            show::list(global, refused, QUARANTINED)
        }
        _ => Ok(()),
    }
}

fn mend(client: &Client, global: &Global, collection: &str, verb: &str) -> anyhow::Result<()> {
    let last = progress::follow(
        client,
        &format!("/admin/indices/{}/{verb}", encode(collection)),
        Sent::Nothing,
    )?;
    let [compared, mended] = ["/compared", "/mended"].map(|pointer| show::text(&last, pointer));
    show::told(global, &last, &format!("{compared} records compared, {mended} mended"))
}
