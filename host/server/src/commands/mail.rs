//! `repono mail`

use anyhow::bail;
use serde_json::{Value, json};

use super::show;
use crate::client::{Client, Global, Sent, encode, with_query, with_server};
use crate::failure::{Code, failure};
use crate::output;

const EXAMPLES: &str = "\
Examples:
  repono mail try it@example.org
  repono mail check                                      what is wrong with the templates
  repono mail preview record-published --language de
  repono mail settings ada@example.org --language de --records daily

It says what the mail server said. Without a mail server ([mail] in the configuration) letters are
kept in the folder `mail` in the data folder.";

/// Finds out whether mail arrives, what it says, and how people want it
#[derive(clap::Subcommand)]
#[command(after_help = EXAMPLES)]
pub(super) enum Command {
    /// Sends a letter that says that it arrived
    Try {
        /// Whom to
        #[arg(value_name = "EMAIL")]
        to: String,
    },
    /// Writes every letter in every language, and says which templates cannot be used
    Check,
    /// Shows a letter about an example
    Preview {
        /// The message, as `record-published`
        template: String,
        /// In which language [default: that of the repository]
        #[arg(long)]
        language: Option<String>,
        /// The HTML, and not the text
        #[arg(long)]
        html: bool,
    },
    /// Shows how a user is written to, and changes it
    Settings(Settings),
}

#[derive(clap::Args)]
pub(super) struct Settings {
    /// The user's e-mail address
    email: String,
    /// In which language
    #[arg(long)]
    language: Option<String>,
    /// When they are told what others did with their records
    #[arg(long, value_name = "WHEN", value_parser = ["immediately", "daily", "off"])]
    records: Option<String>,
    /// When they are told that a webhook of theirs was disabled
    #[arg(long, value_name = "WHEN", value_parser = ["immediately", "daily", "off"])]
    webhooks: Option<String>,
    /// When, as an administrator, they are told of tasks that were given up
    #[arg(long, value_name = "WHEN", value_parser = ["daily", "off"])]
    tasks: Option<String>,
}

pub(super) fn run(global: &Global, command: Command) -> anyhow::Result<()> {
    with_server(global, "mail", |client| act(client, global, command))
}

fn act(client: &Client, global: &Global, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Try { to } => {
            let sent = client.post("/admin/mail/try", Sent::Json(&json!({"to": to})))?;
            let [to, id] = ["/to", "/id"].map(|pointer| show::text(&sent, pointer));
            show::told(global, &sent, &format!("sent to {to}: letter {id}"))
        }
        Command::Check => check(client, global),
        Command::Preview { template, language, html } => {
            let path = format!("/admin/mail/templates/{}", encode(&template));
            let path = with_query(&path, &[("language", language.as_deref())]);
            let letter = client.get(&path)?;
            let [subject, text] = ["/subject", "/text"].map(|part| show::text(&letter, part));
            let shown = if html {
                show::text(&letter, "/html")
            } else {
                format!("Subject: {subject}\n\n{text}")
            };
            show::told(global, &letter, shown.trim_end())
        }
        Command::Settings(settings) => settings.act(client, global),
    }
}

fn check(client: &Client, global: &Global) -> anyhow::Result<()> {
    let checked = client.get("/admin/mail/check")?;
    let problems = checked["problems"].as_array().map_or(&[][..], Vec::as_slice);
    if global.json {
        output::json(&checked)?;
    } else {
        for problem in problems {
            output::line(show::text(problem, ""))?;
        }
    }
    match problems.len() {
        0 if global.json => Ok(()),
        0 => Ok(output::line("all templates can be used")?),
        count => bail!("templates that cannot be used: {count}"),
    }
}

impl Settings {
    fn act(self, client: &Client, global: &Global) -> anyhow::Result<()> {
        let users = client.get("/admin/users")?;
        let is_it = |user: &&Value| show::text(user, "/email").eq_ignore_ascii_case(&self.email);
        let Some(user) = show::items(&users).iter().find(is_it) else {
            let told = format!("there is no user {}", self.email);
            return Err(failure(Code::NotFound, told));
        };
        let path = format!("/admin/users/{}/mail", show::text(user, "/id"));
        let mut settings = client.get(&path)?;
        let asked = [
            ("language", self.language),
            ("records", self.records),
            ("webhooks", self.webhooks),
            ("tasks", self.tasks),
        ];
        let mut is_changed = false;
        for (name, value) in asked {
            if let Some(value) = value {
                settings[name] = json!(value);
                is_changed = true;
            }
        }
        if is_changed {
            settings = client.put(&path, Sent::Json(&settings))?;
        }
        show::details(global, &settings)
    }
}
