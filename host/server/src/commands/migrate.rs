//! `repono migrate`

use repono_adapters::sql::{MySql, Postgres};
use serde_json::json;

use super::show;
use crate::app::{DatabaseKind, server_options};
use crate::client::Global;
use crate::roles;

const EXAMPLES: &str = "\
Examples:
  repono migrate --config /etc/repono.toml
  REPONO_DATABASE__URL=postgres://owner@db/repono repono migrate

It is the one command that makes or changes tables, so the server itself may have a user without
that right. Run it before the servers of a new version start: those of the old one work on.";

/// Makes the tables of a database server, or brings them up to date
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {}

pub(super) fn run(global: &Global, _: &Args) -> anyhow::Result<()> {
    let section = global.settings(&[])?.database;
    let kind = DatabaseKind::of(&section)?;
    roles::runtime()?.block_on(async {
        match kind {
            DatabaseKind::Sqlite => anyhow::Ok(()),
            DatabaseKind::Postgres => Ok(Postgres::migrate(&server_options(&section)?).await?),
            DatabaseKind::MySql => Ok(MySql::migrate(&server_options(&section)?).await?),
        }
    })?;
    let told = match kind {
        DatabaseKind::Sqlite => {
            "the embedded database brings its tables up to date when it is opened"
        }
        DatabaseKind::Postgres | DatabaseKind::MySql => "the tables are up to date",
    };
    show::told(global, &json!({"done": true, "message": told}), told)
}
