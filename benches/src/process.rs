//! Servers in processes of their own, on the loopback.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use rustix::process::{Pid, Signal, kill_process};
use tokio::time::{sleep, timeout};

use crate::client::{Body, Connection, request};

/// How long a server may take until it is ready: the first start compiles plugins.
const PATIENCE: Duration = Duration::from_mins(3);
/// How long a server may take to end.
const LAST: Duration = Duration::from_secs(30);
/// How often a server that starts is asked.
const STEP: Duration = Duration::from_millis(1);

/// A running server; killed when dropped.
pub(crate) struct Process {
    child: Child,
    pub(crate) address: SocketAddr,
    /// From the start of the program until it said that it was ready.
    pub(crate) ready_after: Duration,
}

/// An address that nobody listens at.
pub(crate) fn free_address() -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no port is free")?;
    Ok(listener.local_addr()?)
}

impl Process {
    /// Starts a program that listens at `address`, and answers when it does so at `health`.
    pub(crate) async fn start(
        mut command: Command,
        address: SocketAddr,
        health: &str,
        log: &Path,
    ) -> anyhow::Result<Self> {
        let shown = || log.display().to_string();
        let to_log = File::create(log).with_context(shown)?;
        command.stdout(to_log.try_clone()?).stderr(to_log);
        let begun = Instant::now();
        let child = command.spawn().with_context(|| format!("cannot start {command:?}"))?;
        let mut process = Self { child, address, ready_after: Duration::ZERO };
        let health = request("GET", health, None, Body::Nothing);
        while begun.elapsed() < PATIENCE {
            if answers(address, &health).await {
                process.ready_after = begun.elapsed();
                return Ok(process);
            }
            if let Some(status) = process.child.try_wait()? {
                bail!("{command:?} ended with {status}; its log is {}", shown());
            }
            sleep(STEP).await;
        }
        bail!("{command:?} is not ready after {} s; its log is {}", PATIENCE.as_secs(), shown())
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends the server in order.
    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        kill_process(pid.context("no process id")?, Signal::TERM).context("cannot end a server")?;
        let begun = Instant::now();
        while begun.elapsed() < LAST {
            if self.child.try_wait()?.is_some() {
                return Ok(());
            }
            sleep(Duration::from_millis(10)).await;
        }
        bail!("a server did not end within {} s", LAST.as_secs())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.child.kill().unwrap_or_default();
            drop(self.child.wait());
        }
    }
}

async fn answers(address: SocketAddr, health: &[u8]) -> bool {
    let asked = async {
        let mut connection = Connection::open(address).await?;
        anyhow::Ok(connection.send(health).await?.status)
    };
    matches!(timeout(Duration::from_secs(5), asked).await, Ok(Ok(200)))
}
