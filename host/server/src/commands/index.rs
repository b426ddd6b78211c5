//! `repono index`

use std::num::NonZeroU32;
use std::time::Duration;

use indicatif::HumanDuration;
use serde_json::{Map, Value, json};

use super::progress;
use super::show::{self, Column};
use super::task;
use crate::client::{Client, Global, Sent, encode, with_query, with_server};
use crate::output;

const EXAMPLES: &str = "\
Examples:
  repono index status
  repono index reconcile records         compares with the database, mends what differs
  repono index rebuild records           fills a new index beside the old one, then swaps them
  repono index rebuild records --rate 500
  repono index rebuild records --background      as a task: repono task show tells how far it is
  repono index rollback records          back to the index from before the last rebuild
  repono index retry records             tries again what the plugin could not index";

const COLUMNS: &[Column] = &[
    ("COLLECTION", "/collection"),
    ("INDEX", "/index"),
    ("DOCUMENTS", "/documents"),
    ("RECORDS", "/records"),
    ("WAITING", "/lag/pending"),
    ("GIVEN UP", "/quarantined"),
    ("BEING FILLED", "/next/index"),
    ("KEPT", "/kept"),
];
const COMPARED: &[Column] = &[
    ("COLLECTION", "/collection"),
    ("COMPARED", "/compared/ended"),
    ("RECORDS", "/compared/compared"),
    ("MENDED", "/compared/mended"),
    ("WAITING", "/compared/waiting"),
    ("REFUSED", "/compared/refused"),
    ("PROBLEM", "/compared/problem"),
];
const QUARANTINED: &[Column] =
    &[("COLLECTION", "/collection"), ("RECORD", "/id"), ("SINCE", "/since"), ("REASON", "/reason")];

/// Looks after the search indices
#[derive(clap::Subcommand)]
#[command(after_help = EXAMPLES)]
pub(super) enum Command {
    /// Tells how the indices stand against the database
    Status,
    /// Builds a collection's index anew while it is searched, or goes on with that
    Rebuild {
        /// The collection: `records`
        collection: String,
        /// Documents a second at the most
        #[arg(long, value_name = "N")]
        rate: Option<NonZeroU32>,
        /// Begin from nothing, even if a rebuild was cut off and could go on
        #[arg(long)]
        restart: bool,
        /// Queue a task that does it, and do not wait
        #[arg(long)]
        background: bool,
    },
    /// Lets searches move back to the index from before the last rebuild
    Rollback {
        /// The collection: `records`
        collection: String,
    },
    /// Compares a collection's index with the database and mends it; without a name, all of them
    Reconcile {
        /// The collection: `records`
        collection: Option<String>,
        /// Queue a task that does it, and do not wait
        #[arg(long, requires = "collection")]
        background: bool,
    },
    /// Tries again to index what a plugin could not
    Retry {
        /// The collection: `records`
        collection: String,
        /// This record alone
        record: Option<String>,
    },
}

pub(super) fn run(global: &Global, command: Command) -> anyhow::Result<()> {
    with_server(global, "index", |client| match command {
        Command::Status => status(global, &client.get("/admin/indices")?),
        Command::Rebuild { collection, rate, restart, background: true } => {
            let mut payload = json!({"collection": collection, "restart": restart});
            if let Some(rate) = rate {
                payload["rate"] = json!(rate);
            }
            queue(client, global, "repono.rebuild", &payload)
        }
        Command::Rebuild { collection, rate, restart, background: false } => {
            let rate = rate.map(|rate| rate.to_string());
            let how = [("rate", rate.as_deref()), ("restart", restart.then_some("true"))];
            fill(client, global, &with_query(&path(&collection, "rebuild"), &how))
        }
        Command::Rollback { collection } => fill(client, global, &path(&collection, "rollback")),
        Command::Reconcile { collection: Some(collection), background: true } => {
            queue(client, global, "repono.reconcile", &json!({"collection": collection}))
        }
        Command::Reconcile { collection: Some(collection), background: false } => {
            let drift = reconcile(client, &collection)?;
            show::told(global, &drift, &told(&collection, &drift))
        }
        Command::Reconcile { collection: None, .. } => reconcile_all(client, global),
        Command::Retry { collection, record } => {
            let path = with_query(&path(&collection, "retry"), &[("record", record.as_deref())]);
            let answer = client.post(&path, Sent::Nothing)?;
            let released = show::text(&answer, "/released");
            show::told(global, &answer, &format!("{released} records will be tried again"))
        }
    })
}

fn path(collection: &str, verb: &str) -> String {
    format!("/admin/indices/{}/{verb}", encode(collection))
}

fn status(global: &Global, answer: &Value) -> anyhow::Result<()> {
    if global.json {
        return Ok(output::json(answer)?);
    }
    let collections = answer.get("collections").unwrap_or(answer);
    show::list(global, collections, COLUMNS)?;
    for collection in show::items(collections) {
        being_filled(collection)?;
    }
    let compared: Vec<_> = show::items(collections)
        .iter()
        .filter(|collection| collection.get("compared").is_some_and(Value::is_object))
        .cloned()
        .collect();
    if !compared.is_empty() {
        output::line("\nLast compared with the database:")?;
        show::list(global, &Value::from(compared), COMPARED)?;
    }
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

/// How far the index that is being filled is, if one is.
fn being_filled(collection: &Value) -> anyhow::Result<()> {
    let Some(next) = collection.get("next").filter(|next| next.is_object()) else {
        return Ok(());
    };
    let [index, done, total, updated] =
        ["/index", "/of/done", "/of/total", "/updated"].map(|pointer| show::text(next, pointer));
    let speed = match (next.get("rate"), next.get("remaining_s").and_then(Value::as_u64)) {
        (Some(rate), Some(seconds)) => {
            format!(", {rate}/s, {} left", HumanDuration(Duration::from_secs(seconds)))
        }
        _ => String::new(),
    };
    Ok(output::line(format!(
        "\n{index} is being filled: {done} of {total} records{speed}; last heard of {updated}"
    ))?)
}

fn reconcile(client: &Client, collection: &str) -> anyhow::Result<Value> {
    progress::follow(client, &path(collection, "reconcile"), Sent::Nothing)
}

fn reconcile_all(client: &Client, global: &Global) -> anyhow::Result<()> {
    let answer = client.get("/admin/indices")?;
    let mut all = Map::new();
    for collection in answer.get("collections").map(show::items).unwrap_or_default() {
        let name = show::text(collection, "/collection");
        let drift = reconcile(client, &name)?;
        if !global.json {
            output::line(told(&name, &drift))?;
        }
        all.insert(name, drift);
    }
    if global.json { Ok(output::json(&Value::Object(all))?) } else { Ok(()) }
}

fn told(collection: &str, drift: &Value) -> String {
    let [compared, mended, waiting, refused] =
        ["/compared", "/mended", "/waiting", "/refused"].map(|pointer| show::text(drift, pointer));
    format!(
        "{collection}: {compared} records compared, {mended} mended, {waiting} waiting, {refused} refused"
    )
}

/// Queues a task, unless the same waits already.
fn queue(client: &Client, global: &Global, kind: &str, payload: &Value) -> anyhow::Result<()> {
    let asked = json!({"kind": kind, "payload": payload, "unique": true});
    task::state(global, &client.post("/admin/tasks", Sent::Json(&asked))?)
}

/// Fills an index, which is in use afterwards.
fn fill(client: &Client, global: &Global, path: &str) -> anyhow::Result<()> {
    let last = progress::follow(client, path, Sent::Nothing)?;
    let [documents, checksum, refused] =
        ["/documents", "/checksum", "/refused"].map(|pointer| show::text(&last, pointer));
    show::told(
        global,
        &last,
        &format!(
            "{documents} documents verified (checksum {checksum:.16}), {refused} records refused by their plugin"
        ),
    )
}
