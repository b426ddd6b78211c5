//! What is said of services.

use serde_json::json;

use super::daemon::Daemon;
use super::place::Place;
use super::{Service, probe, version};
use crate::terminal;

/// How a service is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// It runs, started here.
    Running,
    /// The process runs and does not answer.
    Starting,
    /// Somebody else's process has its port.
    Taken,
    /// It does not run.
    Down,
}

impl State {
    fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Starting => "does not answer",
            Self::Taken => "not ours",
            Self::Down => "down",
        }
    }
}

/// A service, looked at.
pub(super) struct Report {
    service: &'static Service,
    pub(super) state: State,
    version: Option<String>,
    pid: Option<i32>,
}

impl Report {
    pub(super) fn of(service: &'static Service) -> anyhow::Result<Self> {
        let pid = Daemon::of(&Place::of(service)?).pid();
        let version = version(service).ok();
        let state = match (pid, &version) {
            (Some(_), Some(_)) => State::Running,
            (Some(_), None) => State::Starting,
            (None, _) if probe::is_free(service.port) => State::Down,
            (None, _) => State::Taken,
        };
        Ok(Self { service, state, version, pid })
    }
}

/// For a person, or for a program.
pub(super) fn print(reports: &[Report], as_json: bool) -> anyhow::Result<()> {
    if as_json {
        let all: Vec<_> = reports
            .iter()
            .map(|Report { service, state, version, pid }| {
                json!({
                    "name": service.name,
                    "state": state.name(),
                    "version": version,
                    "variable": service.variable,
                    "url": service.url(),
                    "pid": pid,
                })
            })
            .collect();
        terminal::print(&serde_json::to_string_pretty(&all)?);
        return Ok(());
    }
    for Report { service, state, version, pid } in reports {
        let version = version.as_deref().unwrap_or("");
        let pid = pid.map(|pid| format!("process {pid}")).unwrap_or_default();
        let line = format!(
            "{:14} {:16} {version:12} {:55} {pid}",
            service.name,
            state.name(),
            service.url()
        );
        terminal::print(line.trim_end());
    }
    Ok(())
}
