//! A server in a process of its own, to be killed.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use repono_server::app::{App, Role};
use repono_server::config::{self, Environment};
use serde_json::Value;

use crate::{Client, template};

const FOLDER: &str = "REPONO_TEST_SERVE";
const ROLES: &str = "REPONO_TEST_ROLES";
/// In the folder, what differs from the configuration of a test.
const CONFIG: &str = "repono.toml";

/// A process that is there to be killed, which happens at the latest when it is dropped.
pub struct Killable(Child);

impl Killable {
    /// Starts `entry`, a test of this binary that calls [`serve_for_parent`], on a data folder.
    pub fn start(entry: &str, folder: &Path, roles: &[Role]) -> Self {
        let roles: Vec<_> = roles.iter().map(|role| role.as_str()).collect();
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", entry, "--include-ignored", "--nocapture"])
            .env(FOLDER, folder)
            .env(ROLES, roles.join(","))
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Self(child)
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        let _ = self.0.kill().ok();
        let _ = self.0.wait().ok();
    }
}

impl Drop for Killable {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A server in a process of its own.
pub struct ServerProcess {
    process: Killable,
    /// The repository's own client.
    pub client: Client,
    /// A client of nobody.
    pub anonymous: Client,
}

impl ServerProcess {
    /// Starts `entry`, a test of this binary that calls [`serve_for_parent`], on a data folder, and
    /// waits until it is ready.
    pub async fn start(entry: &str, folder: &Path) -> Self {
        let found = folder.join("server.json");
        let _ = std::fs::remove_file(&found).ok();
        let process = Killable::start(entry, folder, &Role::ALL);
        let started = Instant::now();
        loop {
            assert!(started.elapsed() < Duration::from_mins(1), "the server does not get ready");
            tokio::time::sleep(Duration::from_millis(10)).await;
            let Ok(text) = std::fs::read(&found) else { continue };
            let Ok(server) = serde_json::from_slice::<Value>(&text) else { continue };
            let (url, secret) = (server["url"].as_str().unwrap(), server["secret"].as_str());
            let (client, anonymous) = (Client::of(url, secret), Client::of(url, None));
            if anonymous
                .try_send(http::Method::GET, "/health/ready", &[], "")
                .await
                .is_ok_and(|reply| reply.status == 200)
            {
                return Self { process, client, anonymous };
            }
        }
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        self.process.kill();
    }
}

/// A data folder with the shipped plugins, not in use.
pub async fn data_folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    template::copy(template::with_plugins().await, folder.path());
    folder
}

/// The child's side: serves the folder that the parent named, in its roles, until it is killed.
#[expect(clippy::disallowed_methods, reason = "how a parent tells its child, and nothing else")]
pub async fn serve_for_parent() {
    let (Ok(folder), Ok(roles)) = (std::env::var(FOLDER), std::env::var(ROLES)) else { return };
    let folder = Path::new(&folder);
    let mut app = template::config(folder);
    let differs = folder.join(CONFIG);
    if differs.exists() {
        let dir = folder.display().to_string();
        let flags = [
            ("data.dir", dir.into()),
            ("server.listen", "127.0.0.1:0".into()),
            ("plugins.embedded", false.into()),
        ];
        app.config = config::load(Some(&differs), &Environment::default(), &flags).unwrap();
    }
    app.roles = Role::ALL
        .into_iter()
        .filter(|role| roles.split(',').any(|name| name == role.as_str()))
        .collect();
    let _app = App::start(app).await.unwrap();
    std::future::pending::<()>().await;
}
