//! `repono queue`

use std::time::{Duration, Instant};

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::show;
use crate::client::{Client, Global, Sent, encode, with_server};
use crate::failure::{Code, failure};
use crate::output;

const EXAMPLES: &str = "\
Examples:
  repono queue list
  repono queue pause indexing --why 'the cluster is being upgraded'
  repono queue resume indexing
  repono queue drain indexing --within 600
  repono queue purge indexing --why 'a bad import'

A paused queue takes tasks and hands out none, on every node. Tasks under way go on; `drain` waits for them.
What `purge` cancels can be queued anew, task by task: repono task retry";

/// Between looks at what is still under way.
const LOOK: Duration = Duration::from_millis(500);

/// Shows queues, stops them and empties them
#[derive(clap::Subcommand)]
#[command(after_help = EXAMPLES)]
pub(super) enum Command {
    /// Lists queues, and what is in them
    List,
    /// Hands out nothing of a queue until it is resumed
    Pause {
        /// Its name
        name: String,
        /// For whoever looks later
        #[arg(long, value_name = "REASON")]
        why: Option<String>,
    },
    /// Hands out a queue's tasks again
    Resume {
        /// Its name
        name: String,
    },
    /// Pauses a queue, and waits until none of its tasks is under way
    Drain {
        /// Its name
        name: String,
        /// For whoever looks later
        #[arg(long, value_name = "REASON")]
        why: Option<String>,
        /// Wait so long at most
        #[arg(long, value_name = "SECONDS", default_value = "300")]
        within: u64,
    },
    /// Cancels all that waits in a queue
    Purge {
        /// Its name
        name: String,
        /// For whoever looks later: each task says so
        #[arg(long, value_name = "REASON")]
        why: Option<String>,
    },
}

pub(super) fn run(global: &Global, command: Command) -> anyhow::Result<()> {
    with_server(global, "queue", |client| act(client, global, command))
}

fn act(client: &Client, global: &Global, command: Command) -> anyhow::Result<()> {
    match command {
        Command::List => list(global, &client.get("/admin/queues")?),
        Command::Pause { name, why } => {
            let queue = pause(client, &name, why.as_deref())?;
            show::told(global, &queue, &paused(&queue))
        }
        Command::Resume { name } => {
            let queue = client.post(&path(&name, "/resume"), Sent::Nothing)?;
            let waiting = show::text(&queue, "/waiting");
            show::told(global, &queue, &format!("{name} goes on; {waiting} waiting"))
        }
        Command::Drain { name, why, within } => {
            let queue = pause(client, &name, why.as_deref())?;
            let queue = drained(client, queue, Duration::from_secs(within))?;
            show::told(global, &queue, &format!("{}; nothing under way", paused(&queue)))
        }
        Command::Purge { name, why } => {
            let purged = client.post(&path(&name, "/purge"), Sent::Json(&json!({ "why": why })))?;
            let cancelled = show::text(&purged, "/cancelled");
            show::told(global, &purged, &format!("{name}: {cancelled} cancelled"))
        }
    }
}

fn path(name: &str, action: &str) -> String {
    format!("/admin/queues/{}{action}", encode(name))
}

fn pause(client: &Client, name: &str, why: Option<&str>) -> anyhow::Result<Value> {
    client.post(&path(name, "/pause"), Sent::Json(&json!({ "why": why })))
}

fn paused(queue: &Value) -> String {
    let [name, since, waiting] =
        ["/name", "/paused/since", "/waiting"].map(|pointer| show::text(queue, pointer));
    format!("{name} is paused since {since}; {waiting} waiting")
}

/// Waits until no worker has a task of the queue.
fn drained(client: &Client, mut queue: Value, within: Duration) -> anyhow::Result<Value> {
    let begun = Instant::now();
    let name = show::text(&queue, "/name");
    let mut told = None;
    loop {
        let [running, silent] = ["running", "silent"]
            .map(|count| queue.get(count).and_then(Value::as_u64).unwrap_or_default());
        let left = running.saturating_sub(silent);
        if left == 0 {
            if silent > 0 {
                output::note(format!(
                    "{silent} tasks of {name} were left by workers that have fallen silent; they are handed out again after `repono queue resume {name}`"
                ));
            }
            return Ok(queue);
        }
        if begun.elapsed() >= within {
            return Err(failure(
                Code::Failed,
                format!(
                    "{left} tasks of {name} are still under way after {} seconds; it stays paused. Look at them with `repono task list --queue {name} --state running`",
                    within.as_secs()
                ),
            ));
        }
        if told.replace(left) != Some(left) {
            output::note(format!("{left} tasks of {name} are under way"));
        }
        std::thread::sleep(LOOK.min(within.saturating_sub(begun.elapsed())));
        queue = client.get(&path(&name, ""))?;
    }
}

fn list(global: &Global, answer: &Value) -> anyhow::Result<()> {
    if global.json {
        return Ok(output::json(answer)?);
    }
    let headings = [
        "QUEUE", "WAITING", "OLDEST", "RUNNING", "DEAD", "NODES", "WORKERS", "PAUSED", "BY", "WHY",
    ];
    let queues = show::items(answer);
    output::table(&headings, &queues.iter().map(row).collect::<Vec<_>>())?;
    let nobodys: Vec<_> = queues.iter().filter(|queue| is_nobodys(queue)).collect();
    if !nobodys.is_empty() {
        let names: Vec<_> = nobodys.iter().map(|queue| show::text(queue, "/name")).collect();
        output::note(format!("tasks wait that no process works on: {}", names.join(", ")));
    }
    Ok(())
}

/// Whether something waits that no process works on.
fn is_nobodys(queue: &Value) -> bool {
    let number = |pointer| queue.pointer(pointer).and_then(Value::as_u64);
    number("/worked_on_by/nodes") == Some(0) && number("/waiting") > Some(0)
}

/// Of the process that answers.
fn workers(queue: &Value) -> String {
    let own = queue.pointer("/worked_on_by/own_workers_here").and_then(Value::as_u64);
    let is_here = queue.pointer("/worked_on_by/here") == Some(&Value::Bool(true));
    match own {
        Some(own) => own.to_string(),
        None if is_here => "shared".to_owned(),
        None => "-".to_owned(),
    }
}

fn row(queue: &Value) -> Vec<String> {
    let text = |pointer| show::text(queue, pointer);
    let oldest = queue.get("oldest_wait_s").and_then(Value::as_i64);
    let oldest = oldest.map_or_else(
        || "-".to_owned(),
        |wait| format!("{:#}", whole(SignedDuration::from_secs(wait))),
    );
    vec![
        text("/name"),
        text("/waiting"),
        oldest,
        text("/running"),
        text("/dead"),
        text("/worked_on_by/nodes"),
        workers(queue),
        text("/paused/since"),
        text("/paused/by"),
        text("/paused/why"),
    ]
}

/// Days of waiting are not told to the second.
fn whole(wait: SignedDuration) -> SignedDuration {
    let unit = match wait.as_secs() {
        ..3600 => 1,
        3600..86_400 => 60,
        _ => 3600,
    };
    SignedDuration::from_secs(wait.as_secs() / unit * unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_says_how_long_the_oldest_waits_as_people_do() {
        let waits = |seconds: i64| row(&json!({"name": "q", "oldest_wait_s": seconds}))[2].clone();

        assert_eq!(waits(0), "0s");
        assert_eq!(waits(200), "3m 20s");
        assert_eq!(waits(7261), "2h 1m");
        assert_eq!(row(&json!({"name": "q", "oldest_wait_s": null}))[2], "-");
    }

    #[test]
    fn a_row_says_who_works_on_a_queue() {
        let told = |by: Value| row(&json!({"name": "q", "worked_on_by": by}))[5..7].join(" ");

        let (own, shared) = (Value::from(4), Value::Null);
        assert_eq!(told(json!({"nodes": 2, "here": true, "own_workers_here": own})), "2 4");
        assert_eq!(told(json!({"nodes": 2, "here": true, "own_workers_here": shared})), "2 shared");
        assert_eq!(told(json!({"nodes": null, "here": false, "own_workers_here": shared})), "- -");
    }

    #[test]
    fn a_queue_is_nobodys_if_something_waits_and_every_process_says_that_it_works_elsewhere() {
        let queue = |nodes: Value, waiting: u64| {
            is_nobodys(&json!({"waiting": waiting, "worked_on_by": {"nodes": nodes}}))
        };

        assert!(queue(json!(0), 1));
        assert!(!queue(json!(0), 0));
        assert!(!queue(json!(1), 1));
        assert!(!queue(Value::Null, 1));
    }
}
