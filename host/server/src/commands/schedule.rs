//! `repono schedule`

use anyhow::Context as _;
use serde_json::{Value, json};

use super::role;
use super::show::{self, Column};
use crate::client::{Client, Global, Sent, encode, with_server};
use crate::roles::Role;

const EXAMPLES: &str = "\
Examples:
  repono schedule list
  repono schedule create nightly completeness.score '{\"collection\": \"records\"}' \\
      --cron '30 2 * * *' --timezone Europe/Vienna --jitter 300
  repono schedule create often completeness.score '{\"collection\": \"records\"}' --every 15m
  repono schedule pause nightly
  repono schedule run nightly
  repono schedule show nightly --json

Without a command it is a process that queues what is due, and needs what the nodes share:
  repono schedule --config /etc/repono.toml --data /var/lib/repono-schedule";

const COLUMNS: &[Column] = &[
    ("SCHEDULE", "/name"),
    ("KIND", "/kind"),
    ("CRON", "/cron"),
    ("EVERY", "/every"),
    ("ZONE", "/timezone"),
    ("NEXT", "/next"),
    ("LAST", "/last"),
    ("FROM", "/origin"),
    ("STATE", "/state"),
    ("PROBLEM", "/problems/0/messages/0"),
];

/// Work that is asked for again and again; without a command: queues what is due, as a part of `serve` does
#[derive(clap::Args)]
#[command(after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
// Those of a role are a group of this name already.
#[group(skip)]
pub(super) struct Args {
    #[command(flatten)]
    role: role::Args,
    #[command(subcommand)]
    command: Option<Command>,
}

#[cfg(test)]
impl Args {
    /// Whether a process is asked for.
    pub(super) fn is_role(&self) -> bool {
        self.command.is_none()
    }
}

#[derive(clap::Subcommand)]
enum Command {
    /// Lists schedules, with their next and last times as the clocks of their zones show them
    List,
    /// Tells everything about one schedule
    Show {
        /// Its name
        name: String,
    },
    /// Keeps a schedule from firing until it is resumed
    Pause {
        /// Its name
        name: String,
    },
    /// Lets a paused schedule fire from its next time on
    Resume {
        /// Its name
        name: String,
    },
    /// Queues a task of a schedule now, paused or not
    Run {
        /// Its name
        name: String,
    },
    /// Makes a schedule; without --cron and --every it runs only when somebody asks
    Create(Create),
    /// Removes a schedule that was made with `create`
    Remove {
        /// Its name
        name: String,
    },
}

#[derive(clap::Args)]
struct Create {
    /// What it is called from now on: letters, digits, hyphens, underscores, dots
    name: String,
    /// What is to be done: `completeness.score`
    kind: String,
    /// With what, as JSON
    #[arg(default_value = "{}")]
    payload: String,
    /// When: minute, hour, day of the month, month, day of the week
    #[arg(long, value_name = "EXPRESSION", conflicts_with = "every")]
    cron: Option<String>,
    /// How often: 15m, 2h 30m, 1d
    #[arg(long, value_name = "INTERVAL")]
    every: Option<String>,
    /// In which time zone --cron is meant: Europe/Vienna [default: UTC]
    #[arg(long, value_name = "ZONE")]
    timezone: Option<String>,
    /// How much later its tasks are due at most, in seconds
    #[arg(long, value_name = "SECONDS")]
    jitter: Option<u32>,
    /// What becomes of times that passed while no server ran
    #[arg(long, value_name = "HOW", value_parser = ["once", "skip", "all"])]
    catch_up: Option<String>,
    /// For people
    #[arg(long)]
    title: Option<String>,
}

pub(super) fn run(global: &Global, args: Args) -> anyhow::Result<()> {
    match args.command {
        None => role::run(global, args.role, Role::Schedule),
        Some(command) => with_server(global, "schedule", |client| act(client, global, command)),
    }
}

fn act(client: &Client, global: &Global, command: Command) -> anyhow::Result<()> {
    match command {
        Command::List => show::list(global, &client.get("/admin/schedules")?, COLUMNS),
        Command::Show { name } => show::details(global, &client.get(&path(&name))?),
        Command::Pause { name } => {
            state(global, &client.post(&format!("{}/pause", path(&name)), Sent::Nothing)?)
        }
        Command::Resume { name } => {
            state(global, &client.post(&format!("{}/resume", path(&name)), Sent::Nothing)?)
        }
        Command::Run { name } => {
            let task = client.post(&format!("{}/run", path(&name)), Sent::Nothing)?;
            let [id, state] = ["/id", "/state"].map(|pointer| show::text(&task, pointer));
            show::told(global, &task, &format!("{id}  {state}"))
        }
        Command::Create(asked) => {
            let asked = asked.request()?;
            state(global, &client.post("/admin/schedules", Sent::Json(&asked))?)
        }
        Command::Remove { name } => {
            client.delete(&path(&name))?;
            show::told(global, &json!({"removed": name}), &format!("removed the schedule {name}"))
        }
    }
}

impl Create {
    fn request(self) -> anyhow::Result<Value> {
        let payload: Value =
            serde_json::from_str(&self.payload).context("the payload is not JSON")?;
        Ok(json!({
            "name": self.name,
            "kind": self.kind,
            "payload": payload,
            "cron": self.cron,
            "every": self.every,
            "timezone": self.timezone,
            "jitter_s": self.jitter,
            "catch_up": self.catch_up,
            "title": self.title,
        }))
    }
}

fn path(name: &str) -> String {
    format!("/admin/schedules/{}", encode(name))
}

fn state(global: &Global, schedule: &Value) -> anyhow::Result<()> {
    let [name, state, next] =
        ["/name", "/state", "/next"].map(|pointer| show::text(schedule, pointer));
    let next = if next == "-" { String::new() } else { format!(", next at {next}") };
    show::told(global, schedule, &format!("{name}  {state}{next}"))
}
