//! PostgreSQL.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::Context as _;
use rustix::process::Signal;

use super::{Place, Recipe, USER, words};
use crate::process::read;

pub(crate) struct Postgresql;

impl Recipe for Postgresql {
    fn packages(&self) -> &'static [&'static str] {
        &["postgresql", "postgresql-client"]
    }

    fn prepare(&self, place: &Place) -> anyhow::Result<()> {
        if place.has("data/PG_VERSION") {
            return Ok(());
        }
        place.write("password", USER)?;
        let mut initialise = place.command(&program("initdb")?)?;
        initialise.args(["--pgdata", "data", "--username", USER, "--pwfile", "password"]);
        initialise.args(["--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8"]);
        read(&mut initialise).map(drop)
    }

    fn server(&self, place: &Place) -> anyhow::Result<Vec<String>> {
        let mut server = words([&program("postgres")?, "-D", "data", "-h", "127.0.0.1", "-p"]);
        server.push(place.port.to_string());
        // No socket file: the path of its folder may be too long for one.
        server.extend(words(["-c", "unix_socket_directories=", "-c", "max_connections=300"]));
        Ok(server)
    }

    fn version(&self, port: u16) -> anyhow::Result<String> {
        let mut psql = Command::new("psql");
        psql.args(["--no-psqlrc", "--tuples-only", "--no-align", "--command"]);
        psql.args(["show server_version", &self.url(port)]).env("PGCONNECT_TIMEOUT", "5");
        let said = read(&mut psql)?;
        Ok(said.split_whitespace().next().unwrap_or_default().to_owned())
    }

    fn url(&self, port: u16) -> String {
        format!("postgres://{USER}:{USER}@127.0.0.1:{port}/postgres")
    }

    /// Ends it without waiting for clients to leave.
    fn stop_signal(&self) -> Signal {
        Signal::INT
    }
}

/// A program of the newest version that is installed; Debian keeps servers off the path.
fn program(name: &str) -> anyhow::Result<String> {
    let versions = fs::read_dir("/usr/lib/postgresql").context("PostgreSQL is not installed")?;
    let newest = versions
        .filter_map(Result::ok)
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path())))
        .max();
    let folder = newest.map(|(_, folder)| folder).context("PostgreSQL is not installed")?;
    let program: PathBuf = folder.join("bin").join(name);
    Ok(program.display().to_string())
}
