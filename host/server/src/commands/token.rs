//! `repono token`

use anyhow::Context as _;
use jiff::{Span, Timestamp};
use repono_adapters::system::SystemClock;
use repono_service::ports::Clock as _;
use serde_json::{Value, json};

use super::show::{self, Column};
use crate::client::{Client, Global, Sent, encode, with_query, with_server};
use crate::failure::{Code, failure};
use crate::output;

const EXAMPLES: &str = "\
Examples:
  repono token create --scope read,write,admin            for the administrator, whose secret is printed
  repono token create --user curator@example.org --name laptop --expires 30d
  export REPONO_TOKEN=$(repono token create --json | jq -r .secret)
  repono token list
  repono token revoke 7

The secret is shown once and cannot be found out later.";

const COLUMNS: &[Column] = &[
    ("ID", "/id"),
    ("USER", "/user"),
    ("NAME", "/name"),
    ("SCOPES", "/scopes"),
    ("CREATED", "/created"),
    ("EXPIRES", "/expires"),
];

/// Makes, lists and revokes tokens
#[derive(clap::Subcommand)]
#[command(after_help = EXAMPLES)]
pub(super) enum Command {
    /// Makes a token and prints its secret
    Create {
        /// Whose rights it carries, by e-mail address; without it, the administrator admin@localhost
        #[arg(long, value_name = "EMAIL")]
        user: Option<String>,
        /// So that its owner knows it again
        #[arg(long, default_value = "token")]
        name: String,
        /// What it may be used for: read, write, admin
        #[arg(long, value_delimiter = ',', default_value = "read,write", value_parser = ["read", "write", "admin"])]
        scope: Vec<String>,
        /// When it ends: 30d, 12h, 1y [default: never]
        #[arg(long, value_name = "SPAN")]
        expires: Option<Span>,
    },
    /// Lists tokens, without their secrets
    List {
        /// Only this user's, by e-mail address
        #[arg(long, value_name = "EMAIL")]
        user: Option<String>,
    },
    /// Makes a token useless at once
    Revoke {
        /// Its number
        id: i64,
    },
}

pub(super) fn run(global: &Global, command: Command) -> anyhow::Result<()> {
    with_server(global, "token", |client| act(client, global, command))
}

fn act(client: &Client, global: &Global, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Create { user, name, scope, expires } => {
            let expires = expires.map(|span| end(SystemClock.now(), span)).transpose()?;
            let user = user_number(client, user.as_deref().unwrap_or(crate::app::FIRST_USER))?;
            let token = client.post(
                "/admin/tokens",
                Sent::Json(
                    &json!({"user": user, "name": name, "scopes": scope, "expires": expires}),
                ),
            )?;
            print(global, &token)
        }
        Command::List { user } => {
            let user = user
                .map(|email| user_number(client, &email))
                .transpose()?
                .map(|number| number.to_string());
            show::list(
                global,
                &client.get(&with_query("/admin/tokens", &[("user", user.as_deref())]))?,
                COLUMNS,
            )
        }
        Command::Revoke { id } => {
            client.delete(&format!("/admin/tokens/{}", encode(&id.to_string())))?;
            show::told(global, &json!({"revoked": id}), &format!("revoked token {id}"))
        }
    }
}

/// The number of the user with this e-mail address.
fn user_number(client: &Client, email: &str) -> anyhow::Result<i64> {
    let users = client.get("/admin/users")?;
    let found = show::items(&users)
        .iter()
        .find(|user| show::text(user, "/email").eq_ignore_ascii_case(email));
    let number = found.and_then(|user| show::text(user, "/id").parse().ok());
    number.ok_or_else(|| {
        failure(Code::NotFound, format!("there is no user {email}; `repono user create` makes one"))
    })
}

/// The secret alone on stdout, so that a script can take it.
fn print(global: &Global, token: &Value) -> anyhow::Result<()> {
    if global.json {
        return Ok(output::json(token)?);
    }
    output::note(format!(
        "created token {}; its secret is not shown again:",
        show::text(token, "/id")
    ));
    Ok(output::line(show::text(token, "/secret"))?)
}

/// `span` from `now` on; days and more are those of UTC.
fn end(now: Timestamp, span: Span) -> anyhow::Result<Timestamp> {
    anyhow::ensure!(span.is_positive(), "a token cannot end before it begins");
    let end = now
        .to_zoned(jiff::tz::TimeZone::UTC)
        .checked_add(span)
        .context("a token cannot live that long")?;
    Ok(end.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_utc() {
        let now: Timestamp = "2026-01-31T10:00:00Z".parse().unwrap();

        assert_eq!(end(now, "30d".parse().unwrap()).unwrap().to_string(), "2026-03-02T10:00:00Z");
        assert_eq!(end(now, "1y".parse().unwrap()).unwrap().to_string(), "2027-01-31T10:00:00Z");
        assert!(end(now, "-1d".parse().unwrap()).is_err());
    }
}
