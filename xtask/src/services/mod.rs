//! `cargo xtask services`: real servers on the loopback address, without containers.
//!
//! Each has a folder of its own under `target/services`, with its data, its log and its pid file,
//! and one port, always the same: [`TABLE`] has them all. What a server needs is a [`recipes::Recipe`].
//!
//! # Adding a service
//!
//! 1. A recipe in `recipes/`, or one of those that are there with other values.
//! 2. A line in [`TABLE`].
//! 3. The same server in `docker-compose.services.yml`; a test compares the two.

mod apt;
#[cfg(test)]
mod compose;
mod daemon;
mod pins;
mod place;
mod probe;
mod recipes;
mod report;
mod table;

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};

use crate::terminal::{print, say, spoken};

use daemon::Daemon;
use place::Place;
use report::{Report, State};
pub(crate) use table::{Service, TABLE, first_of_each_kind};

/// Search engines take longest, on a busy machine most of all.
const PATIENCE: Duration = Duration::from_mins(4);

/// What is done with which services.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Installs and starts services; those that run already are left as they are.
    Up {
        /// The first of each kind if none is named.
        #[arg(value_parser = table::named)]
        names: Vec<&'static Service>,
        /// Writes what runs as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Stops services; their data is kept.
    Down {
        /// All if none is named.
        #[arg(value_parser = table::named)]
        names: Vec<&'static Service>,
    },
    /// Says what runs, in which version, and where.
    Status {
        /// All if none is named.
        #[arg(value_parser = table::named)]
        names: Vec<&'static Service>,
        /// Writes it as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Writes the variables that tests read, for `eval "$(cargo xtask services env)"`.
    Env {
        /// The first of each kind that runs if none is named.
        #[arg(value_parser = table::named)]
        names: Vec<&'static Service>,
    },
}

/// Carries out a command.
pub(crate) fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Up { names, json } => {
            let services = if names.is_empty() { first_of_each_kind() } else { names };
            up(&services)?;
            report::print(&reports(&services)?, json)
        }
        Command::Down { names } => down(&all_if_empty(names)),
        Command::Status { names, json } => report::print(&reports(&all_if_empty(names))?, json),
        Command::Env { names } => env(names),
    }
}

/// Has all of them run, and answers once they do.
pub(crate) fn up(services: &[&'static Service]) -> anyhow::Result<()> {
    let mut starting = Vec::new();
    apt::install(services.iter().flat_map(|service| service.recipe.packages()))?;
    for service in services {
        let started = start(service).with_context(|| format!("cannot start {}", service.name))?;
        starting.extend(started.map(|daemon| (*service, daemon)));
    }
    for (service, daemon) in starting {
        wait_until_ready(service, &daemon)?;
    }
    Ok(())
}

/// Stops those that run.
pub(crate) fn down(services: &[&'static Service]) -> anyhow::Result<()> {
    for service in services {
        let daemon = Daemon::of(&Place::of(service)?);
        if daemon.pid().is_some() {
            let started = Instant::now();
            daemon
                .stop(service.recipe.stop_signal())
                .with_context(|| format!("cannot stop {}", service.name))?;
            say(&format!("services: {} stopped in {}", service.name, spoken(started.elapsed())));
        }
    }
    Ok(())
}

/// What the service says it is; an error if it does not answer.
pub(crate) fn version(service: &Service) -> anyhow::Result<String> {
    service.recipe.version(service.port)
}

/// Nothing if it runs already.
fn start(service: &'static Service) -> anyhow::Result<Option<Daemon>> {
    let place = Place::of(service)?;
    let daemon = Daemon::of(&place);
    if let Some(pid) = daemon.pid() {
        say(&format!("services: {} runs already, as process {pid}", service.name));
        return Ok(None);
    }
    ensure!(
        probe::is_free(service.port),
        "port {} is taken by a process that was not started here; stop that, or use what listens there by setting {} yourself",
        service.port,
        service.variable
    );
    place.create()?;
    service.recipe.prepare(&place)?;
    say(&format!("services: starting {} …", service.name));
    daemon.start(&place, &service.recipe.server(&place)?)?;
    Ok(Some(daemon))
}

fn wait_until_ready(service: &'static Service, daemon: &Daemon) -> anyhow::Result<()> {
    let started = Instant::now();
    loop {
        let error = match version(service) {
            Ok(version) => {
                let took = spoken(started.elapsed());
                say(&format!("services: {} {version} is ready after {took}", service.name));
                return Ok(());
            }
            Err(error) => error,
        };
        let ended = daemon.pid().is_none();
        if ended || started.elapsed() > PATIENCE {
            let what = if ended { "ended" } else { "is not ready" };
            bail!("{} {what}: {error:#}; {}", service.name, daemon.last_words());
        }
        std::thread::sleep(Duration::from_millis(200));
    }
}

fn reports(services: &[&'static Service]) -> anyhow::Result<Vec<Report>> {
    services.iter().map(|service| Report::of(service)).collect()
}

fn all_if_empty(names: Vec<&'static Service>) -> Vec<&'static Service> {
    if names.is_empty() { TABLE.iter().collect() } else { names }
}

fn env(names: Vec<&'static Service>) -> anyhow::Result<()> {
    let mut services = names;
    if services.is_empty() {
        for service in TABLE {
            let is_first = services.iter().all(|other| other.variable != service.variable);
            if is_first && Report::of(service)?.state == State::Running {
                services.push(service);
            }
        }
        ensure!(!services.is_empty(), "no service runs: `cargo xtask services up` starts them");
    }
    for service in services {
        print(&format!("export {}={}", service.variable, service.url()));
    }
    Ok(())
}
