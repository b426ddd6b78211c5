//! The records that the demo shows.

use anyhow::{Context as _, bail};
use serde_json::Value;

use super::server::Server;
use crate::process::read;
use crate::terminal::say;

const COLLECTIONS: [&str; 3] = ["records", "opendata", "biotools"];
/// `repono import` ends so when some documents were refused and all others are there.
const SOME_REFUSED: i32 = 3;

/// Loads what is not there yet, and answers a token to work with.
pub(super) fn load(server: &Server) -> anyhow::Result<String> {
    for collection in COLLECTIONS {
        say(&format!("demo: loading {collection}"));
        import(server, collection).with_context(|| format!("cannot load {collection}"))?;
    }
    token(server)
}

fn import(server: &Server, collection: &str) -> anyhow::Result<()> {
    let path = crate::root().join(format!("tests/fixtures/{collection}.ndjson.gz"));
    let mut import = server.command(&["import", "--publish", "--collection", collection]);
    let status = import.arg(path).status()?;
    match status.code() {
        Some(0 | SOME_REFUSED) => Ok(()),
        _ => bail!("`repono import` ended with {status}"),
    }
}

fn token(server: &Server) -> anyhow::Result<String> {
    let words = ["token", "create", "--name", "demo", "--scope", "read,write,admin", "--json"];
    let made = read(&mut server.command(&words))?;
    let made: Value = serde_json::from_str(&made).context("the new token is not in JSON")?;
    let secret = made["secret"].as_str().context("the new token has no secret")?;
    Ok(secret.to_owned())
}
