//! `repono user`

use serde_json::json;

use crate::client::{Client, Global, Sent, with_server};
use crate::commands::show::{self, Column};

const EXAMPLES: &str = "\
Examples:
  repono user create curator@example.org
  repono user create it@example.org --admin
  repono user list";

const COLUMNS: &[Column] = &[
    ("ID", "/id"),
    ("E-MAIL", "/email"),
    ("ADMIN", "/admin"),
    ("BLOCKED", "/blocked"),
    ("CREATED", "/created"),
];

/// Makes and lists users
#[derive(clap::Subcommand)]
#[command(after_help = EXAMPLES)]
pub(super) enum Command {
    /// Makes a user; `repono token create` lets them in
    Create {
        /// The e-mail address, which no other user has
        email: String,
        /// May do everything
        #[arg(long)]
        admin: bool,
    },
    /// Lists the users
    List,
}

pub(super) fn run(global: &Global, command: Command) -> anyhow::Result<()> {
    with_server(global, "user", |client| act(client, global, command))
}

fn act(client: &Client, global: &Global, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Create { email, admin } => {
            let user = client
                .post("/admin/users", Sent::Json(&json!({"email": email, "admin": admin})))?;
            let made = format!(
                "created user {}: {}",
                show::text(&user, "/id"),
                show::text(&user, "/email")
            );
            show::told(global, &user, &made)
        }
        Command::List => show::list(global, &client.get("/admin/users")?, COLUMNS),
    }
}
