//! Reading and creating the same JSON in `PocketBase`: a server of one file like this one, in Go on
//! SQLite, as it comes.
//!
//! It neither validates nor indexes what is created, and has no versions of it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use crate::client::{self, Body, request};
use crate::figure::Figure;
use crate::load::{Outcome, Until, closed};
use crate::process::{Process, free_address};
use crate::read::{published, requests, told};
use crate::report::{Row, say};
use crate::rounds::rounds;
use crate::server::Server;
use crate::write::create;
use crate::{documents, folder};

const PACKAGE: &str = "github.com/pocketbase/pocketbase/examples/base@v0.36";
const READING: Duration = Duration::from_secs(5);
/// Created in a round, in both servers.
const CREATED: usize = 4_000;
const WARMING: usize = 200;
/// Of the account that makes the collection; it lives on the loopback for minutes.
const EMAIL: &str = "bench@example.org";
const PASSWORD: &str = "bench-bench-bench";

struct Round {
    reads: [Outcome; 2],
    creates: [Outcome; 2],
}

pub(crate) async fn run() -> anyhow::Result<Vec<Row>> {
    let program = match program() {
        Ok(program) => program,
        Err(reason) => {
            return Ok(vec![Row::skipped("PocketBase 0.36", &format!("not measured: {reason:#}"))]);
        }
    };
    let all = documents::all()?;
    let (warming, documents) = all.split_at(WARMING);
    let documents = &documents[..CREATED.min(documents.len())];

    let measured = rounds("pocketbase", async || {
        let server = Server::fresh("pocketbase-repono").await?;
        let peer = Peer::start(&program).await?;
        let paths = published(&server).await?;
        let ours = requests(&paths);
        let theirs = requests(&peer.copies(&server, &paths).await?);
        let reads =
            [read(server.address(), &ours).await?, read(peer.process.address, &theirs).await?];
        create(&server, warming).await?;
        peer.create(warming).await?;
        let creates = [create(&server, documents).await?.0, peer.create(documents).await?];
        server.stop().await?;
        peer.process.stop().await?;
        Ok(Round { reads, creates })
    })
    .await?;

    let reads: Vec<_> = measured.iter().map(|round| &round.reads).collect();
    let creates: Vec<_> = measured.iter().map(|round| &round.creates).collect();
    Ok(vec![
        row("`GET` by id of the same JSON, 8 clients; beside PocketBase 0.36", &reads, 3.0),
        row(
            "create of the same JSON, 8 clients; beside PocketBase 0.36, which neither validates nor indexes",
            &creates,
            1.0,
        ),
    ])
}

fn row(what: &str, measured: &[&[Outcome; 2]], least: f64) -> Row {
    let ratio = Figure::of(measured.iter().map(|[ours, theirs]| ours.rate() / theirs.rate()));
    Row {
        what: what.to_owned(),
        ours: told(measured.iter().map(|[ours, _]| ours)),
        beside: told(measured.iter().map(|[_, theirs]| theirs)),
        ratio: ratio.times(),
        target: format!("≥ {least:.0} ×"),
        is_met: Some(ratio.median >= least),
    }
}

async fn read(address: std::net::SocketAddr, requests: &[Vec<u8>]) -> anyhow::Result<Outcome> {
    closed(address, requests, 200, Until::Sent).await?;
    closed(address, requests, 200, Until::Elapsed(READING)).await
}

/// Builds it unless it has been built.
fn program() -> anyhow::Result<PathBuf> {
    let folder = crate::root().join("target/peers");
    let program = folder.join("base");
    if program.exists() {
        return Ok(program);
    }
    let has_go = Command::new("go").arg("version").stdout(Stdio::null()).status();
    ensure!(has_go.is_ok_and(|status| status.success()), "Go is not installed");
    say(&format!("pocketbase: building {PACKAGE}"));
    let built = Command::new("go")
        .args(["install", PACKAGE])
        .env("GOBIN", &folder)
        .env("CGO_ENABLED", "0")
        .status();
    ensure!(built.is_ok_and(|status| status.success()), "it could not be built");
    Ok(program)
}

/// `PocketBase` with one collection `docs` of one field `data`, that everyone may read and add to.
struct Peer {
    process: Process,
}

impl Peer {
    async fn start(program: &Path) -> anyhow::Result<Self> {
        let home = folder::empty("pocketbase")?;
        let command = |words: &[&str]| {
            let mut command = Command::new(program);
            // It looks for hooks and migrations where it runs.
            command.args(words).arg("--dir").arg(home.join("pb_data")).current_dir(&home);
            command
        };
        let made =
            command(&["superuser", "upsert", EMAIL, PASSWORD]).stdout(Stdio::null()).status()?;
        ensure!(made.success(), "its first account was not made");

        let address = free_address()?;
        let serve = command(&["serve", "--automigrate=false", "--http", &address.to_string()]);
        let log = folder::scratch()?.join("pocketbase.log");
        let process = Process::start(serve, address, "/api/health", &log).await?;
        let peer = Self { process };
        peer.make_collection().await?;
        Ok(peer)
    }

    async fn make_collection(&self) -> anyhow::Result<()> {
        let login = json!({"identity": EMAIL, "password": PASSWORD});
        let login =
            self.post("/api/collections/_superusers/auth-with-password", None, &login).await?;
        let token = login["token"].as_str().context("it gives no token")?;
        let field = json!({"name": "data", "type": "json", "maxSize": 10_000_000});
        let collection = json!({"name": "docs", "type": "base", "fields": [field], "viewRule": "", "createRule": ""});
        self.post("/api/collections", Some(token), &collection).await.map(drop)
    }

    async fn post(&self, path: &str, token: Option<&str>, body: &Value) -> anyhow::Result<Value> {
        let request = request("POST", path, token, Body::Json(body.to_string().as_bytes()));
        let answer = client::once(self.process.address, &request, 200).await;
        Ok(serde_json::from_slice(&answer.with_context(|| format!("PocketBase, POST {path}"))?)?)
    }

    /// Stores what the server answers at these paths; answers the paths of the copies.
    async fn copies(&self, server: &Server, paths: &[String]) -> anyhow::Result<Vec<String>> {
        let mut copies = Vec::new();
        for path in paths {
            let record = server.ask("GET", path, Body::Nothing, 200).await?;
            let record: Value = serde_json::from_slice(&record)?;
            let stored =
                self.post("/api/collections/docs/records", None, &json!({"data": record})).await?;
            let id = stored["id"].as_str().context("a stored document has no id")?;
            copies.push(format!("/api/collections/docs/records/{id}"));
        }
        Ok(copies)
    }

    async fn create(&self, documents: &[String]) -> anyhow::Result<Outcome> {
        let body = |document: &String| format!("{{\"data\":{document}}}");
        let path = "/api/collections/docs/records";
        let request = |document| request("POST", path, None, Body::Json(body(document).as_bytes()));
        let requests: Vec<_> = documents.iter().map(request).collect();
        closed(self.process.address, &requests, 200, Until::Sent).await
    }
}
