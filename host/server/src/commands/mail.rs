//! `repono mail`

use serde_json::json;

use super::show;
use crate::client::{Client, Global, Sent, with_server};

const EXAMPLES: &str = "\
Examples:
  repono mail try it@example.org

It says what the mail server said. Without a mail server ([mail] in the configuration) letters are
kept in the folder `mail` in the data folder.";

/// Finds out whether mail arrives
#[derive(clap::Subcommand)]
#[command(after_help = EXAMPLES)]
pub(super) enum Command {
    /// Sends a letter that says that it arrived
    Try {
        /// Whom to
        #[arg(value_name = "EMAIL")]
        to: String,
    },
}

pub(super) fn run(global: &Global, command: Command) -> anyhow::Result<()> {
    with_server(global, "mail", |client| act(client, global, command))
}

fn act(client: &Client, global: &Global, command: Command) -> anyhow::Result<()> {
    let Command::Try { to } = command;
    let sent = client.post("/admin/mail/try", Sent::Json(&json!({"to": to})))?;
    let told = format!("sent to {}: letter {}", show::text(&sent, "/to"), show::text(&sent, "/id"));
    show::told(global, &sent, &told)
}
