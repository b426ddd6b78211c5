//! The server that is measured: `repono`, built for release.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use serde_json::Value;

use crate::client::{self, Body, request};
use crate::folder;
use crate::process::{Process, free_address};

/// `repono serve` on a data folder.
pub(crate) struct Server {
    pub(crate) process: Process,
    folder: PathBuf,
    config: Option<PathBuf>,
    /// A secret of user 1.
    token: Option<String>,
}

impl Server {
    /// Answers when the server is ready.
    pub(crate) async fn start(data: &Path, token: Option<&str>) -> anyhow::Result<Self> {
        Self::start_with(data, None, token).await
    }

    /// As [`Self::start`], with a file of settings.
    pub(crate) async fn start_with(
        data: &Path,
        config: Option<&Path>,
        token: Option<&str>,
    ) -> anyhow::Result<Self> {
        let address = free_address()?;
        let listen = address.to_string();
        let serve = prepared(&["serve", "--listen", &listen], data, config)?;
        let log = folder::scratch()?.join("repono.log");
        let process = Process::start(serve, address, "/health/ready", &log).await?;
        Ok(Self {
            process,
            folder: data.to_owned(),
            config: config.map(Path::to_owned),
            token: token.map(str::to_owned),
        })
    }

    /// Makes a token for user 1, and asks with it from now on.
    pub(crate) fn make_token(&mut self) -> anyhow::Result<String> {
        let words = ["token", "create", "--name", "bench", "--scope", "read,write,admin", "--json"];
        let token: Value = serde_json::from_str(&self.command(&words)?)?;
        let secret = token["secret"].as_str().context("the new token has no secret")?;
        self.token = Some(secret.to_owned());
        Ok(secret.to_owned())
    }

    /// A server on a copy of the template, called `name`.
    pub(crate) async fn fresh(name: &str) -> anyhow::Result<Self> {
        let template = folder::template().await?;
        Self::start(&template.copy(name)?, Some(&template.token)).await
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.process.address
    }

    /// Runs another command of the program on this server, and answers what it wrote.
    pub(crate) fn command(&self, words: &[&str]) -> anyhow::Result<String> {
        command(words, &self.folder, self.config.as_deref())
    }

    /// Imports and publishes all documents of a file.
    pub(crate) fn import(&self, collection: &str, file: &Path) -> anyhow::Result<()> {
        let file = file.to_str().context("a path that is not text")?;
        self.command(&["import", "--collection", collection, "--publish", file]).map(drop)
    }

    /// How many published records a search finds.
    pub(crate) async fn total(&self, collection: &str) -> anyhow::Result<u64> {
        let path = format!("/api/{collection}?size=1");
        let found = self.ask("GET", &path, Body::Nothing, 200).await?;
        let found: Value = serde_json::from_slice(&found)?;
        found["hits"]["total"].as_u64().context("a search without a total")
    }

    /// Answers when so many published records are found; what was stored may take `patience` until then.
    pub(crate) async fn found(
        &self,
        collection: &str,
        count: usize,
        patience: Duration,
    ) -> anyhow::Result<()> {
        let wanted = u64::try_from(count)?;
        let begun = Instant::now();
        loop {
            let total = self.total(collection).await?;
            if total == wanted {
                return Ok(());
            }
            ensure!(begun.elapsed() < patience, "of {wanted} records {total} are found");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// All published records, as readers see them.
    pub(crate) async fn records(&self, collection: &str) -> anyhow::Result<Vec<Value>> {
        let path = format!("/api/{collection}/export");
        let lines = self.ask("GET", &path, Body::Nothing, 200).await?;
        let lines = String::from_utf8(lines)?;
        lines.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
    }

    /// Asks as user 1.
    pub(crate) async fn ask(
        &self,
        method: &str,
        path: &str,
        body: Body<'_>,
        expected: u16,
    ) -> anyhow::Result<Vec<u8>> {
        let request = request(method, path, self.token.as_deref(), body);
        client::once(self.address(), &request, expected)
            .await
            .with_context(|| format!("{method} {path}"))
    }

    /// Asks for something that tells line by line how far it is, and waits until it is done.
    pub(crate) async fn act(&self, path: &str, body: Body<'_>) -> anyhow::Result<()> {
        let lines = String::from_utf8(self.ask("POST", path, body, 200).await?)?;
        let last: Value = serde_json::from_str(lines.lines().last().unwrap_or_default())?;
        ensure!(last["done"] == true, "POST {path}: {last}");
        Ok(())
    }

    /// Requests as user 1, made before the clock runs.
    pub(crate) fn request(&self, method: &str, path: &str, body: Body<'_>) -> Vec<u8> {
        request(method, path, self.token.as_deref(), body)
    }

    /// Ends it in order.
    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        self.process.stop().await
    }
}

/// Runs a command of the program, and answers what it wrote.
pub(crate) fn command(
    words: &[&str],
    data: &Path,
    config: Option<&Path>,
) -> anyhow::Result<String> {
    let Output { status, stdout, stderr } = prepared(words, data, config)?.output()?;
    let stderr = String::from_utf8_lossy(&stderr);
    ensure!(status.success(), "`repono {}` ended with {status}: {stderr}", words.join(" "));
    Ok(String::from_utf8(stdout)?)
}

fn prepared(words: &[&str], data: &Path, config: Option<&Path>) -> anyhow::Result<Command> {
    let mut command = program()?;
    command.args(words).arg("--data").arg(data).stdin(Stdio::null());
    if let Some(config) = config {
        command.arg("--config").arg(config);
    }
    Ok(command)
}

/// `repono`, which lies beside this program.
fn program() -> anyhow::Result<Command> {
    let program = std::env::current_exe()?.with_file_name("repono");
    ensure!(program.exists(), "{} is not built: use `cargo xtask bench`", program.display());
    Ok(Command::new(program))
}
