//! Servers of one test alone, to be killed, paused and filled.

use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use url::Url;

use crate::{Client, guests, template};

/// Debian's `nobody` and `nogroup`: PostgreSQL refuses to be root.
const NOBODY: u32 = 65_534;

/// A server on a free port of the loopback. Killed when dropped.
pub struct OwnServer {
    /// How it is started.
    words: Vec<String>,
    port: u16,
    scheme: &'static str,
    child: Option<Child>,
    /// Who runs it and whose its data is, if not who runs the test.
    owner: Option<(u32, u32)>,
    /// Where its data lies.
    folder: tempfile::TempDir,
}

impl OwnServer {
    /// Redis, which refuses what does not fit into so many megabytes.
    pub async fn redis(megabytes: u32) -> Self {
        let port = free_port();
        let words = format!(
            "redis-server --bind 127.0.0.1 --port {port} --appendonly no --maxmemory {megabytes}mb --maxmemory-policy noeviction --save"
        );
        let mut words: Vec<String> = words.split(' ').map(str::to_owned).collect();
        // Never to the disk.
        words.push(String::new());
        let mut server = Self {
            words,
            port,
            scheme: "redis",
            child: None,
            owner: None,
            folder: tempfile::tempdir().unwrap(),
        };
        server.start().await;
        server
    }

    /// PostgreSQL, with an empty database.
    pub async fn postgresql() -> Self {
        let port = free_port();
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data").display().to_string();
        let words = [&program("postgres"), "-D", &data, "-h", "127.0.0.1", "-p", &port.to_string()]
            .map(str::to_owned)
            // No socket file, as its path may be too long. A process that dies takes no write with it
            // that the system has.
            .into_iter()
            .chain(["-c", "unix_socket_directories=", "-c", "fsync=off"].map(str::to_owned))
            .collect();
        let owner = as_root((NOBODY, NOBODY));
        let mut server = Self { words, port, scheme: "postgres", child: None, owner, folder };
        server.give(server.folder.path());
        let arguments = [
            "--pgdata",
            &data,
            "--username",
            "repono",
            "--auth",
            "trust",
            "--no-sync",
            "-E",
            "UTF8",
        ];
        let made = server.command(&program("initdb")).args(arguments).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        server.start().await;
        server
    }

    /// MariaDB, with nothing in it.
    pub async fn mariadb() -> Self {
        let (port, folder) = (free_port(), tempfile::tempdir().unwrap());
        let [data, users] = ["data", "users.sql"].map(|name| folder.path().join(name));
        let who = "'repono'@'127.0.0.1'";
        std::fs::write(
            &users,
            format!(
                "create user if not exists {who} identified by 'repono';\ngrant all on *.* to {who};\n"
            ),
        )
        .unwrap();
        let words = [
            "mariadbd".to_owned(),
            "--no-defaults".to_owned(),
            format!("--datadir={}", data.display()),
            format!("--init-file={}", users.display()),
            format!("--port={port}"),
            "--bind-address=127.0.0.1".to_owned(),
            "--skip-name-resolve".to_owned(),
            "--character-set-server=utf8mb4".to_owned(),
            // Relative to the data, as its path may be too long.
            "--socket=socket".to_owned(),
            // A process that dies takes no write with it that the system has.
            "--innodb-flush-log-at-trx-commit=2".to_owned(),
        ];
        let owner = as_root((NOBODY, NOBODY));
        let mut server =
            Self { words: words.into(), port, scheme: "mysql", child: None, owner, folder };
        server.give(server.folder.path());
        server.give(&users);
        let datadir = format!("--datadir={}", data.display());
        let arguments = ["--no-defaults", "--skip-test-db", &datadir];
        let made = server.command("mariadb-install-db").args(arguments).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        server.start().await;
        server
    }

    /// OpenSearch, with nothing in it: what `cargo xtask services up opensearch` has installed, with
    /// settings and data of its own.
    pub async fn opensearch() -> Self {
        let (port, folder) = (free_port(), tempfile::tempdir().unwrap());
        let installed = guests::target().join("services/opensearch/server");
        let told = installed.metadata().unwrap_or_else(|error| {
            panic!("OpenSearch is not installed ({error}): `cargo xtask services up opensearch` does so")
        });
        let [config, data, logs] = ["config", "data", "logs"].map(|name| folder.path().join(name));
        template::copy(&installed.join("config"), &config);
        std::fs::write(config.join("jvm.options.d/heap.options"), "-Xms512m\n-Xmx512m\n").unwrap();
        let words = [
            "env".to_owned(),
            format!("OPENSEARCH_JAVA_HOME={}", java().display()),
            format!("OPENSEARCH_PATH_CONF={}", config.display()),
            "bash".to_owned(),
            installed.join("bin/opensearch").display().to_string(),
            format!("-Ehttp.port={port}"),
            format!("-Etransport.port={}", free_port()),
            format!("-Epath.data={}", data.display()),
            format!("-Epath.logs={}", logs.display()),
        ];
        let owner = as_root((told.uid(), told.gid()));
        let mut server =
            Self { words: words.into(), port, scheme: "http", child: None, owner, folder };
        for path in [server.folder.path(), &config, &config.join("jvm.options.d")] {
            server.give(path);
            for entry in std::fs::read_dir(path).unwrap() {
                server.give(&entry.unwrap().path());
            }
        }
        server.start().await;
        server
    }

    /// Where it is.
    pub fn url(&self) -> Url {
        let user = match self.scheme {
            "postgres" => "repono@",
            "mysql" => "repono:repono@",
            _ => "",
        };
        Url::parse(&format!("{}://{user}127.0.0.1:{}", self.scheme, self.port)).unwrap()
    }

    /// Starts it (again) on the same data, and waits until it takes connections.
    pub async fn start(&mut self) {
        let child = self.command(&self.words[0]).args(&self.words[1..]).spawn();
        self.child = Some(child.unwrap_or_else(|error| {
            panic!(
                "{} cannot be started: {error}; `cargo xtask services up` installs it",
                self.words[0]
            )
        }));
        let begun = Instant::now();
        while !self.is_ready().await {
            assert!(begun.elapsed() < Duration::from_mins(3), "{:?} does not start", self.words);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// `kill -9` of all its processes.
    pub fn kill(&mut self) {
        self.signal(Signal::KILL);
        if let Some(mut child) = self.child.take() {
            let _ = child.wait().ok();
        }
    }

    /// `kill -STOP`: it stands still, and its connections stay.
    pub fn pause(&self) {
        self.signal(Signal::STOP);
    }

    /// `kill -CONT`.
    pub fn resume(&self) {
        self.signal(Signal::CONT);
    }

    async fn is_ready(&self) -> bool {
        if self.scheme == "http" {
            let client = Client::of(self.url().as_str().trim_end_matches('/'), None);
            let health = "/_cluster/health?wait_for_status=yellow&timeout=1s";
            let asked = client.try_send(http::Method::GET, health, &[], "").await;
            return asked.is_ok_and(|reply| reply.status == 200);
        }
        if self.scheme == "postgres" {
            let port = self.port.to_string();
            let mut asked = self.command(&program("pg_isready"));
            return asked.args(["-h", "127.0.0.1", "-p", &port]).status().unwrap().success();
        }
        tokio::net::TcpStream::connect(("127.0.0.1", self.port)).await.is_ok()
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.folder.path()).stdout(Stdio::null()).stderr(Stdio::null());
        if let Some((user, group)) = self.owner {
            command.uid(user).gid(group);
        }
        command
    }

    fn give(&self, path: &Path) {
        if let Some((user, group)) = self.owner {
            chown(path, Some(user), Some(group)).unwrap();
        }
    }

    fn signal(&self, signal: Signal) {
        let Some(child) = &self.child else { return };
        let id = child.id();
        let children = std::fs::read_to_string(format!("/proc/{id}/task/{id}/children"));
        let children = children.unwrap_or_default();
        // The parent first: it would start others in their place.
        let all = [id.to_string()];
        let all = all.iter().map(String::as_str).chain(children.split_whitespace());
        for pid in all.filter_map(|pid| Pid::from_raw(pid.parse().ok()?)) {
            // It may have ended by itself in the meantime.
            let _ = kill_process(pid, signal).ok();
        }
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Servers refuse to be root: somebody else runs them for it.
fn as_root(owner: (u32, u32)) -> Option<(u32, u32)> {
    rustix::process::geteuid().is_root().then_some(owner)
}

/// The Java that came with what is installed.
fn java() -> PathBuf {
    let installed = std::fs::read_dir("/usr/lib/jvm").unwrap();
    let mut folders = installed.map(|entry| entry.unwrap().path());
    let wanted = |folder: &PathBuf| {
        folder.file_name().is_some_and(|name| name.to_string_lossy().starts_with("java-17-"))
    };
    folders.find(wanted).unwrap()
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A program of the newest PostgreSQL that is installed: Debian keeps servers off the path.
fn program(name: &str) -> String {
    let installed = std::fs::read_dir("/usr/lib/postgresql").unwrap_or_else(|error| {
        panic!(
            "PostgreSQL is not installed ({error}): `cargo xtask services up postgresql` does so"
        )
    });
    let folders = installed.map(|entry| entry.unwrap().path());
    let newest: Option<PathBuf> = folders.max_by_key(|folder| {
        folder.file_name().and_then(|name| name.to_str()?.parse::<u32>().ok()).unwrap_or_default()
    });
    newest.unwrap().join("bin").join(name).display().to_string()
}
