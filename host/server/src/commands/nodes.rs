//! `repono nodes`

use super::show::{self, Column};
use crate::client::{Global, with_server};
use crate::output;

const EXAMPLES: &str = "\
Examples:
  repono nodes
  repono nodes --json | jq '.hits.hits[] | select(.in_line | not)'

A node that is not in line has something older in force than the database says: PROBLEM says why.";

const COLUMNS: &[Column] = &[
    ("NODE", "/name"),
    ("ID", "/id"),
    ("ROLES", "/roles"),
    ("VERSION", "/version"),
    ("SEEN", "/seen"),
    ("ALIVE", "/alive"),
    ("IN LINE", "/in_line"),
    ("PROBLEM", "/problem"),
];

/// Lists the processes of the repository, and what each has in force
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {}

pub(super) fn run(global: &Global, _: &Args) -> anyhow::Result<()> {
    with_server(global, "nodes", |client| {
        let answer = client.get("/admin/nodes")?;
        if global.json {
            return Ok(output::json(&answer)?);
        }
        show::list(global, &answer, COLUMNS)
    })
}
