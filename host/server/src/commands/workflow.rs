//! `repono workflow`

use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde_json::Value;

use super::show::{self, Column};
use crate::client::{Client, Global, Sent, encode, with_server};

const EXAMPLES: &str = "\
Examples:
  repono workflow run nightly.json
  repono workflow run nightly.json --key nightly-2026-11-27
  repono workflow show 0197f2a4-…

A file names its tasks, each after those that it is to begin after:
  {\"tasks\": [
    {\"name\": \"records\", \"kind\": \"repono.reconcile\", \"payload\": {\"collection\": \"records\"}},
    {\"name\": \"software\", \"kind\": \"repono.reconcile\", \"payload\": {\"collection\": \"software\"}},
    {\"name\": \"score\", \"kind\": \"completeness.score\", \"payload\": {\"collection\": \"records\"},
     \"after\": [\"records\", \"software\"], \"even_if_failed\": true}]}";

const COLUMNS: &[Column] = &[
    ("NAME", "/workflow/name"),
    ("TASK", "/id"),
    ("KIND", "/kind"),
    ("STATE", "/state"),
    ("ATTEMPTS", "/attempts"),
    ("NOTE", "/progress/note"),
    ("ERROR", "/error"),
];

/// Queues tasks of which some begin when others are over
#[derive(clap::Subcommand)]
#[command(after_help = EXAMPLES)]
pub(super) enum Command {
    /// Queues the tasks of a file, all of them or none
    Run {
        /// A file of JSON, or `-` for what is piped in
        file: PathBuf,
        /// Queues them once, however often this is repeated with the same key
        #[arg(long)]
        key: Option<String>,
    },
    /// Lists the tasks of a workflow
    Show {
        /// Its id: that of its first task
        id: String,
    },
    /// Asks all tasks of a workflow to stop
    Cancel {
        /// Its id: that of its first task
        id: String,
    },
}

pub(super) fn run(global: &Global, command: Command) -> anyhow::Result<()> {
    with_server(global, "workflow", |client| act(client, global, command))
}

fn act(client: &Client, global: &Global, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Run { file, key } => {
            let asked = read(&file)?;
            let sent = match &key {
                Some(key) => Sent::Keyed(key, &asked),
                None => Sent::Json(&asked),
            };
            told(global, &client.post("/admin/workflows", sent)?)
        }
        Command::Show { id } => told(global, &client.get(&path(&id))?),
        Command::Cancel { id } => {
            told(global, &client.post(&format!("{}/cancel", path(&id)), Sent::Nothing)?)
        }
    }
}

fn read(file: &Path) -> anyhow::Result<Value> {
    let text = if file == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).context("what is piped in cannot be read")?;
        text
    } else {
        std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?
    };
    serde_json::from_str(&text).with_context(|| format!("{} is not JSON", file.display()))
}

fn path(id: &str) -> String {
    format!("/admin/workflows/{}", encode(id))
}

fn told(global: &Global, workflow: &Value) -> anyhow::Result<()> {
    if global.json {
        return show::details(global, workflow);
    }
    let id = show::text(workflow, "/id");
    show::told(global, workflow, &format!("Workflow {id}"))?;
    show::list(global, workflow.get("tasks").unwrap_or(workflow), COLUMNS)
}
