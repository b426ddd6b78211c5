//! `repono task`

use anyhow::Context as _;
use serde_json::{Value, json};

use super::show::{self, Column};
use crate::client::{Client, Global, Sent, encode, with_query, with_server};

const EXAMPLES: &str = "\
Examples:
  repono task kinds
  repono task run completeness.score '{\"collection\": \"records\"}'
  repono task run completeness.score '{\"collection\": \"records\"}' --key nightly-2026-11-27
  repono task run repono.tidy --not-before 2026-12-24T18:00:00Z
  repono task run repono.tidy --countdown 3600 --unique
  repono task list --state dead
  repono task show 0197f2a4-…
  repono task retry 0197f2a4-…

Tasks are done by the server. When none runs, they wait for the next `repono serve`.";

const COLUMNS: &[Column] = &[
    ("TASK", "/id"),
    ("KIND", "/kind"),
    ("STATE", "/state"),
    ("ATTEMPTS", "/attempts"),
    ("CREATED", "/created"),
    ("NOTE", "/progress/note"),
    ("ERROR", "/error"),
];
const LOG: &[Column] =
    &[("AT", "/at"), ("ATTEMPT", "/attempt"), ("LEVEL", "/level"), ("LOGGED", "/text")];
const KINDS: &[Column] =
    &[("KIND", "/kind"), ("QUEUE", "/queue"), ("SCHEDULE", "/schedule"), ("SUMMARY", "/summary")];

/// Queues tasks and looks after them
#[derive(clap::Subcommand)]
#[command(after_help = EXAMPLES)]
pub(super) enum Command {
    /// Queues a task
    Run {
        /// What is to be done: `completeness.score`
        kind: String,
        /// With what, as JSON
        #[arg(default_value = "{}")]
        payload: String,
        /// Not before then: `2026-12-24T18:00:00Z`
        #[arg(long, value_name = "TIME", conflicts_with = "countdown")]
        not_before: Option<String>,
        /// Not before so many seconds have passed
        #[arg(long, value_name = "SECONDS")]
        countdown: Option<u64>,
        /// Queues it once, however often this is repeated with the same key
        #[arg(long, conflicts_with = "unique")]
        key: Option<String>,
        /// If the same waits already, tells of that one
        #[arg(long)]
        unique: bool,
    },
    /// Lists tasks, newest first
    List {
        /// Only: blocked, queued, running, succeeded, dead, cancelled
        #[arg(long)]
        state: Option<String>,
        /// Only of this kind
        #[arg(long)]
        kind: Option<String>,
        /// Only on this queue
        #[arg(long)]
        queue: Option<String>,
        /// Only of this workflow
        #[arg(long, value_name = "ID")]
        workflow: Option<String>,
        /// At most so many
        #[arg(long, value_name = "N")]
        limit: Option<u32>,
    },
    /// Tells everything about one task, with the last lines of its log
    Show {
        /// Its id
        id: String,
    },
    /// Queues a dead or cancelled task anew
    Retry {
        /// Its id
        id: String,
    },
    /// Asks a task to stop
    Cancel {
        /// Its id
        id: String,
    },
    /// Lists what can be done: by the repository itself, and by the active plugins
    Kinds,
}

pub(super) fn run(global: &Global, command: Command) -> anyhow::Result<()> {
    with_server(global, "task", |client| act(client, global, command))
}

fn act(client: &Client, global: &Global, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Run { kind, payload, not_before, countdown, key, unique } => {
            let payload: Value =
                serde_json::from_str(&payload).context("the payload is not JSON")?;
            let asked = json!({
                "kind": kind,
                "payload": payload,
                "not_before": not_before,
                "countdown_s": countdown,
                "unique": unique,
            });
            let sent = match &key {
                Some(key) => Sent::Keyed(key, &asked),
                None => Sent::Json(&asked),
            };
            state(global, &client.post("/admin/tasks", sent)?)
        }
        Command::List { state, kind, queue, workflow, limit } => {
            let limit = limit.map(|limit| limit.to_string());
            let parameters = [
                ("state", state.as_deref()),
                ("kind", kind.as_deref()),
                ("queue", queue.as_deref()),
                ("workflow", workflow.as_deref()),
                ("size", limit.as_deref()),
            ];
            show::list(global, &client.get(&with_query("/admin/tasks", &parameters))?, COLUMNS)
        }
        Command::Show { id } => whole(client, global, &id),
        Command::Retry { id } => {
            state(global, &client.post(&format!("{}/retry", path(&id)), Sent::Nothing)?)
        }
        Command::Cancel { id } => {
            state(global, &client.post(&format!("{}/cancel", path(&id)), Sent::Nothing)?)
        }
        Command::Kinds => show::list(global, &client.get("/admin/task-kinds")?, KINDS),
    }
}

/// A task with its log; of one that was given up also how to try it again.
fn whole(client: &Client, global: &Global, id: &str) -> anyhow::Result<()> {
    let mut task = client.get(&path(id))?;
    let log = client.get(&format!("{}/logs", path(id)))?;
    let lines = show::items(&log);
    if task.get("state").and_then(Value::as_str) == Some("dead") {
        task["replay"] = json!(format!("repono task retry {}", show::text(&task, "/id")));
    }
    if global.json {
        task["log"] = json!(lines);
        return show::details(global, &task);
    }
    show::details(global, &task)?;
    if lines.is_empty() { Ok(()) } else { show::list(global, &log, LOG) }
}

fn path(id: &str) -> String {
    format!("/admin/tasks/{}", encode(id))
}

/// Tells of a task how it is.
pub(super) fn state(global: &Global, task: &Value) -> anyhow::Result<()> {
    let is_asked = task.get("cancel_requested") == Some(&Value::Bool(true));
    let asked = if is_asked { ", asked to stop" } else { "" };
    let [id, state] = ["/id", "/state"].map(|pointer| show::text(task, pointer));
    show::told(global, task, &format!("{id}  {state}{asked}"))
}
