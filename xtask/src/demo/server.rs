//! The server that the demo starts.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};

use crate::files;
use crate::terminal::say;

/// The first start compiles the plugins.
const PATIENCE: Duration = Duration::from_mins(3);

/// A running server; dropping it ends it.
pub(super) struct Server {
    child: Child,
    program: PathBuf,
    data: PathBuf,
    log: PathBuf,
    /// `127.0.0.1:8080`.
    pub(super) address: String,
}

impl Server {
    /// Answers once the server does.
    pub(super) fn start(program: &Path, data: &Path, address: &str) -> anyhow::Result<Self> {
        let log = data.with_file_name("server.log");
        let to_log =
            File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
        let child = Command::new(program)
            .args(["serve", "--listen", address, "--data"])
            .arg(data)
            .stdout(to_log.try_clone()?)
            .stderr(to_log)
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let mut server = Self {
            child,
            program: program.to_owned(),
            data: data.to_owned(),
            log,
            address: address.to_owned(),
        };
        server.wait_until_ready()?;
        Ok(server)
    }

    fn wait_until_ready(&mut self) -> anyhow::Result<()> {
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait()? {
                bail!("the server ended with {status}; {}", self.last_words());
            }
            if is_ready(&self.address) {
                say(&format!("demo: the server is ready; its log is {}", files::shown(&self.log)));
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        bail!("the server is not ready after {} s; {}", PATIENCE.as_secs(), self.last_words());
    }

    /// The command line of the same program, for the same data.
    pub(super) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(words).arg("--data").arg(&self.data);
        command
    }

    /// The program as one types it in the project's folder.
    pub(super) fn program(&self) -> String {
        files::shown(&self.program)
    }

    pub(super) fn data(&self) -> String {
        files::shown(&self.data)
    }

    /// Ends the server in order.
    pub(super) fn stop(mut self) -> anyhow::Result<()> {
        self.ask_to_end()?;
        let status = self.child.wait()?;
        ensure!(status.success(), "the server ended with {status}; {}", self.last_words());
        Ok(())
    }

    /// Stays until the server ends. Ctrl-C reaches it as it reaches this program.
    pub(super) fn wait(mut self) -> anyhow::Result<()> {
        let status = self.child.wait()?;
        ensure!(status.success(), "the server ended with {status}; {}", self.last_words());
        Ok(())
    }

    fn ask_to_end(&self) -> anyhow::Result<()> {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        kill_process(pid.context("the server has no process id")?, Signal::TERM)
            .context("cannot ask the server to end")
    }

    fn last_words(&self) -> String {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<_> = log.lines().rev().take(5).collect();
        let lines: Vec<_> = lines.into_iter().rev().collect();
        format!("the last lines of {} are:\n{}", files::shown(&self.log), lines.join("\n"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = self.ask_to_end().ok();
            let _ = self.child.wait().ok();
        }
    }
}

fn is_ready(address: &str) -> bool {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(Duration::from_secs(5)))?;
        write!(
            stream,
            "GET /health/ready HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n"
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
}
