//! A server in a process of its own, to be killed or to be asked to stop.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use repono_server::app::{App, AppConfig, Role};
use repono_server::config::{self, Environment};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::{Client, guests, template};

const FOLDER: &str = "REPONO_TEST_SERVE";
const ROLES: &str = "REPONO_TEST_ROLES";
/// In the folder, what differs from the configuration of a test.
const CONFIG: &str = "repono.toml";
/// In the folder: where the child is found, and by which secret, once it is ready.
const STARTED: &str = "started.json";
/// In the folder: what a program says of itself as soon as it listens.
const LISTENING: &str = "server.json";
const ARGUMENTS: &str = "REPONO_TEST_ARGUMENTS";
const KILLS: &str = "REPONO_TEST_KILLS";

/// The program, or a part of it, in a process of its own. Killed when dropped.
pub struct Program(Child);

impl Program {
    /// Runs `repono` with these arguments. `entry` is a test of this binary that calls
    /// [`run_for_parent`].
    pub fn run(entry: &str, arguments: &[&str]) -> Self {
        let arguments = serde_json::to_string(arguments).unwrap();
        Self::spawn(entry, &[(ARGUMENTS, OsStr::new(&arguments))])
    }

    /// Serves a data folder in some roles. `entry` is a test of this binary that calls
    /// [`serve_for_parent`].
    pub fn serve(entry: &str, folder: &Path, roles: &[Role]) -> Self {
        let roles: Vec<_> = roles.iter().map(|role| role.as_str()).collect();
        let roles = roles.join(",");
        Self::spawn(entry, &[(FOLDER, folder.as_os_str()), (ROLES, OsStr::new(&roles))])
    }

    fn spawn(entry: &str, variables: &[(&str, &OsStr)]) -> Self {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", entry, "--include-ignored", "--nocapture"])
            .envs(variables.iter().copied())
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

    /// SIGTERM; answers when it has ended, and whether well. One that does not end is killed.
    pub fn stop(&mut self) -> bool {
        self.signal(Signal::TERM);
        let asked = Instant::now();
        while asked.elapsed() < Duration::from_mins(1) {
            if let Some(status) = self.0.try_wait().unwrap() {
                return status.success();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        self.kill();
        false
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.0), signal).unwrap();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A server in a process of its own.
pub struct ServerProcess {
    program: Program,
    /// The repository's own client.
    pub client: Client,
    /// A client of nobody.
    pub anonymous: Client,
}

impl ServerProcess {
    /// Starts `entry`, a test of this binary that calls [`serve_for_parent`], on a data folder, and
    /// waits until it is ready.
    pub async fn start(entry: &str, folder: &Path) -> Self {
        Self::start_in(entry, folder, &Role::ALL).await
    }

    /// The same, in some roles.
    pub async fn start_in(entry: &str, folder: &Path, roles: &[Role]) -> Self {
        let found = forgotten(folder, STARTED);
        Self::found(Program::serve(entry, folder, roles), &found).await
    }

    /// Writes what differs from the configuration of a test, for whoever serves this folder next.
    pub fn configure(folder: &Path, settings: &str) {
        std::fs::write(folder.join(CONFIG), settings).unwrap();
    }

    /// As [`Program::run`], of a server on a data folder; waits until it is ready.
    pub async fn run(entry: &str, arguments: &[&str], folder: &Path) -> Self {
        let found = forgotten(folder, LISTENING);
        let server = Self::found(Program::run(entry, arguments), &found).await;
        let ready = async || {
            let asked = server.anonymous.try_send(http::Method::GET, "/health/ready", &[], "");
            asked.await.is_ok_and(|reply| reply.status == 200)
        };
        let started = Instant::now();
        while !ready().await {
            assert!(started.elapsed() < Duration::from_mins(1), "the server does not get ready");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        server
    }

    async fn found(mut program: Program, found: &Path) -> Self {
        let started = Instant::now();
        loop {
            assert!(started.elapsed() < Duration::from_mins(1), "the server does not start");
            assert_eq!(program.0.try_wait().unwrap(), None, "the server has ended, and said why");
            tokio::time::sleep(Duration::from_millis(10)).await;
            let Ok(text) = std::fs::read(found) else { continue };
            let Ok(server) = serde_json::from_slice::<Value>(&text) else { continue };
            let (url, secret) = (server["url"].as_str().unwrap(), server["secret"].as_str());
            let (client, anonymous) = (Client::of(url, secret), Client::of(url, None));
            return Self { program, client, anonymous };
        }
    }

    /// See [`Program::kill`].
    pub fn kill(&mut self) {
        self.program.kill();
    }

    /// See [`Program::stop`].
    pub fn stop(&mut self) -> bool {
        self.program.stop()
    }

    /// `kill -STOP`: it stands still, and its connections stay.
    pub fn pause(&self) {
        self.program.signal(Signal::STOP);
    }

    /// `kill -CONT`.
    pub fn resume(&self) {
        self.program.signal(Signal::CONT);
    }

    /// The most memory that it has had at a time, in megabytes.
    pub fn peak_mb(&self) -> u64 {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", self.program.0.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
    }
}

/// Where a server will be found; what one left behind that was killed is removed.
fn forgotten(folder: &Path, name: &str) -> std::path::PathBuf {
    let found = folder.join(name);
    let _ = std::fs::remove_file(&found).ok();
    found
}

/// A data folder with the shipped plugins, not in use.
pub async fn data_folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    template::copy(template::with_plugins().await, folder.path());
    folder
}

/// Makes this folder one.
pub async fn data_folder_in(folder: &Path) {
    template::copy(template::with_plugins().await, folder);
}

/// Why no server starts on this folder.
pub async fn refusal_on(folder: &Path) -> String {
    let error = App::start(template::config(folder)).await.err().expect("it does not start");
    format!("{error:#}")
}

/// The child's side: serves the folder that the parent named, in its roles, until it is killed.
pub async fn serve_for_parent() {
    serve_for_parent_with(|_| {}).await;
}

/// The same, changed.
pub async fn serve_for_parent_with(change: impl FnOnce(&mut AppConfig)) {
    let (Some(folder), Some(roles)) = (told(FOLDER), told(ROLES)) else { return };
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
        app.shipped = guests::shipped();
    }
    app.roles = Role::ALL
        .into_iter()
        .filter(|role| roles.split(',').any(|name| name == role.as_str()))
        .collect();
    change(&mut app);
    let app = App::start(app).await.unwrap();
    let told = json!({"url": app.url, "secret": app.local_secret});
    std::fs::write(folder.join("started.new"), told.to_string()).unwrap();
    std::fs::rename(folder.join("started.new"), folder.join(STARTED)).unwrap();
    std::future::pending::<()>().await;
}

/// A data folder with compiled plugins alone, for a process on services that others share.
pub async fn compiled_folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    template::with_plugins().await;
    template::copy_compiled(folder.path());
    folder
}

/// An address of this machine that nobody listens on at the moment.
pub fn free_address() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

/// The child's side of [`Program::run`]: is the program until it ends.
pub fn run_for_parent() {
    let Some(arguments) = told(ARGUMENTS) else { return };
    let arguments: Vec<String> = serde_json::from_str(&arguments).unwrap();
    let arguments = std::iter::once("repono".to_owned()).chain(arguments).map(Into::into);
    assert_eq!(
        format!("{:?}", repono_server::main(arguments)),
        format!("{:?}", std::process::ExitCode::SUCCESS)
    );
}

/// How often tests that kill at random moments do so: `REPONO_TEST_KILLS`, or so often.
pub fn kills(otherwise: u64) -> u64 {
    told(KILLS).map_or(otherwise, |kills| {
        kills.parse().unwrap_or_else(|_| panic!("{KILLS} is no number: {kills:?}"))
    })
}

#[expect(clippy::disallowed_methods, reason = "how tests are told, and nothing else")]
fn told(variable: &str) -> Option<String> {
    std::env::var(variable).ok()
}
