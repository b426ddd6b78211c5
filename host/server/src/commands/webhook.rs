//! `repono webhook`

use serde_json::{Value, json};

use super::show::{self, Column};
use crate::client::{Client, Global, Sent, encode, with_server};
use crate::output;

const EXAMPLES: &str = "\
Examples:
  repono webhook add https://receiver.example.org/hook --event record.published --collection records
  repono webhook try 0197f2a4-…          what the receiver answers
  repono webhook show 0197f2a4-…         what it was told, and what waits
  repono webhook enable 0197f2a4-…       goes on after too many failures

The secret, with which a receiver sees that a message is ours, is shown once.";

const COLUMNS: &[Column] = &[
    ("ID", "/id"),
    ("URL", "/url"),
    ("EVENTS", "/events"),
    ("COLLECTION", "/collection"),
    ("STATE", "/state"),
    ("FAILURES", "/failures"),
];

const DELIVERIES: &[Column] = &[
    ("EVENT", "/event"),
    ("RECORD", "/record"),
    ("STATE", "/state"),
    ("ATTEMPTS", "/attempts"),
    ("STATUS", "/status"),
    ("ANSWER", "/answer"),
    ("UPDATED", "/updated"),
];

/// Tells other programs what happens to records
#[derive(clap::Subcommand)]
#[command(after_help = EXAMPLES)]
pub(super) enum Command {
    /// Adds a receiver, and shows the secret that signs what it is told
    Add {
        /// Where it is
        url: String,
        /// Of what it is told [default: of everything]
        #[arg(long = "event", value_name = "EVENT")]
        events: Vec<String>,
        /// Of which collection [default: of all]
        #[arg(long)]
        collection: Option<String>,
    },
    /// Lists the receivers
    List,
    /// Shows a receiver, and what it was told last
    Show {
        /// Its id
        id: String,
    },
    /// Removes a receiver, and what waits for it
    Remove {
        /// Its id
        id: String,
    },
    /// Lets a receiver go on, with what waits for it first
    Enable {
        /// Its id
        id: String,
    },
    /// Sends a receiver a test, and shows what it answers
    Try {
        /// Its id
        id: String,
    },
}

pub(super) fn run(global: &Global, command: Command) -> anyhow::Result<()> {
    with_server(global, "webhook", |client| act(client, global, command))
}

fn act(client: &Client, global: &Global, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Add { url, events, collection } => {
            let asked = json!({"url": url, "events": events, "collection": collection});
            let made = client.post("/admin/webhooks", Sent::Json(&asked))?;
            let [id, secret] = ["/id", "/secret"].map(|pointer| show::text(&made, pointer));
            show::told(global, &made, &format!("webhook {id}\nsecret {secret}"))
        }
        Command::List => show::list(global, &client.get("/admin/webhooks")?, COLUMNS),
        Command::Show { id } => show_one(client, global, &id),
        Command::Remove { id } => {
            client.delete(&path(&id))?;
            show::told(global, &json!({"removed": id}), &format!("removed the webhook {id}"))
        }
        Command::Enable { id } => {
            let webhook = client.post(&format!("{}/enable", path(&id)), Sent::Nothing)?;
            show::told(global, &webhook, &format!("{id}  {}", show::text(&webhook, "/state")))
        }
        Command::Try { id } => {
            let answer = client.post(&format!("{}/try", path(&id)), Sent::Nothing)?;
            let [status, text] = ["/status", "/answer"].map(|part| show::text(&answer, part));
            show::told(global, &answer, format!("{status}  {text}").trim_end())
        }
    }
}

fn show_one(client: &Client, global: &Global, id: &str) -> anyhow::Result<()> {
    let mut webhook = client.get(&path(id))?;
    let deliveries = client.get(&format!("{}/deliveries?size=20", path(id)))?;
    if global.json {
        webhook["deliveries"] = Value::Array(show::items(&deliveries).to_vec());
        return Ok(output::json(&webhook)?);
    }
    show::details(global, &webhook)?;
    output::line("")?;
    show::list(global, &deliveries, DELIVERIES)
}

fn path(id: &str) -> String {
    format!("/admin/webhooks/{}", encode(id))
}
