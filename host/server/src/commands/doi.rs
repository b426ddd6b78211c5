//! `repono doi`

use serde_json::Value;

use super::show::{self, Column};
use crate::client::{Client, Global, Sent, encode, with_query, with_server};

const EXAMPLES: &str = "\
Examples:
  repono doi list --progress failed
  repono doi show akd9f-9vg25
  repono doi retry akd9f-9vg25
  repono doi retry --failed

DOIs are registered where doi.url in the configuration says, by tasks of the kind repono.register-doi.";

const COLUMNS: &[Column] = &[
    ("RECORD", "/id"),
    ("DOI", "/doi"),
    ("PROGRESS", "/progress"),
    ("STATE", "/state"),
    ("ATTEMPTED", "/attempted"),
    ("FAILURE", "/failure"),
];

/// Looks after the registration of DOIs
#[derive(clap::Subcommand)]
#[command(after_help = EXAMPLES)]
pub(super) enum Command {
    /// Lists DOIs by the ids of their records
    List {
        /// Only: waiting, done, failed
        #[arg(long)]
        progress: Option<String>,
        /// Only of records after this one
        #[arg(long, value_name = "ID")]
        after: Option<String>,
        /// At most so many
        #[arg(long, value_name = "N")]
        limit: Option<u32>,
    },
    /// Tells everything about one DOI
    Show {
        /// Of which version or work
        #[arg(value_name = "ID")]
        record: String,
    },
    /// Registers DOIs again
    Retry {
        /// Of which version or work
        #[arg(value_name = "ID", required_unless_present = "failed", conflicts_with = "failed")]
        record: Option<String>,
        /// All of which the last attempt failed
        #[arg(long)]
        failed: bool,
    },
}

pub(super) fn run(global: &Global, command: Command) -> anyhow::Result<()> {
    with_server(global, "doi", |client| act(client, global, command))
}

fn act(client: &Client, global: &Global, command: Command) -> anyhow::Result<()> {
    match command {
        Command::List { progress, after, limit } => {
            let limit = limit.map(|limit| limit.to_string());
            let parameters = [
                ("progress", progress.as_deref()),
                ("after", after.as_deref()),
                ("size", limit.as_deref()),
            ];
            show::list(global, &client.get(&with_query("/admin/dois", &parameters))?, COLUMNS)
        }
        Command::Show { record } => show::details(global, &client.get(&path(&record))?),
        Command::Retry { record: Some(record), .. } => {
            let doi = client.post(&format!("{}/retry", path(&record)), Sent::Nothing)?;
            told(global, &doi)
        }
        Command::Retry { record: None, .. } => {
            let answer = client.post("/admin/dois/actions/retry-failed", Sent::Nothing)?;
            let count = show::text(&answer, "/retried");
            show::told(global, &answer, &format!("{count} DOIs are registered again"))
        }
    }
}

fn path(record: &str) -> String {
    format!("/admin/dois/{}", encode(record))
}

fn told(global: &Global, doi: &Value) -> anyhow::Result<()> {
    let [name, progress] = ["/doi", "/progress"].map(|pointer| show::text(doi, pointer));
    show::told(global, doi, &format!("{name}  {progress}"))
}
