//! `repono nodes`

use super::show::{self, Column};
use crate::client::{Global, with_server};
use crate::output;

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

pub(super) fn run(global: &Global) -> anyhow::Result<()> {
    with_server(global, "nodes", |client| {
        let answer = client.get("/admin/nodes")?;
        if global.json {
            return Ok(output::json(&answer)?);
        }
        show::list(global, &answer, COLUMNS)
    })
}
