//! A server in a process of its own, to be killed.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use repono_server::app::App;
use serde_json::Value;

use crate::{Client, template};

const FOLDER: &str = "REPONO_TEST_SERVE";

/// A server in a process of its own. Killed when dropped.
pub struct ServerProcess {
    child: Child,
    /// The repository's own client.
    pub client: Client,
    /// A client of nobody.
    pub anonymous: Client,
}

impl ServerProcess {
    /// Starts `entry`, a test of this binary that calls [`serve_for_parent`], on a data folder, and
    /// waits until it is ready.
    #[expect(clippy::zombie_processes, reason = "dropping it kills it and waits for it")]
    pub async fn start(entry: &str, folder: &Path) -> Self {
        let found = folder.join("server.json");
        let _ = std::fs::remove_file(&found).ok();
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", entry, "--include-ignored", "--nocapture"])
            .env(FOLDER, folder)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
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
                return Self { child, client, anonymous };
            }
        }
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        let _ = self.child.kill().ok();
        let _ = self.child.wait().ok();
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A data folder with the shipped plugins, not in use.
pub async fn data_folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    template::copy(template::with_plugins().await, folder.path());
    folder
}

/// The child's side: serves the folder that the parent named until it is killed.
pub async fn serve_for_parent() {
    #[expect(clippy::disallowed_methods, reason = "how a parent tells its child, and nothing else")]
    let folder = std::env::var(FOLDER);
    let Ok(folder) = folder else { return };
    let _app = App::start(template::config(Path::new(&folder))).await.unwrap();
    std::future::pending::<()>().await;
}
