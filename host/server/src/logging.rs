//! Where log lines go: stderr, so that stdout is for results. And where spans go, if traces are wanted.

use std::io::{self, IsTerminal as _};

use anyhow::Context as _;
use repono_adapters::otlp::Telemetry;
use tracing_subscriber::layer::{Layer, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Registry, fmt};

use crate::config::{LogFormat, LogSection};

/// Logs from now on as the operator wants it.
pub(crate) fn start(section: &LogSection, telemetry: Option<&Telemetry>) -> anyhow::Result<()> {
    let filter = EnvFilter::builder()
        .parse(&section.filter)
        .with_context(|| format!("the setting log.filter is wrong: {:?}", section.filter))?;
    let on_terminal = io::stderr().is_terminal();
    let as_json = match section.format {
        LogFormat::Auto => !on_terminal,
        LogFormat::Text => false,
        LogFormat::Json => true,
    };
    let lines = fmt::layer().with_writer(io::stderr).with_ansi(on_terminal);
    let lines: Box<dyn Layer<Registry> + Send + Sync> = if as_json {
        lines.json().flatten_event(true).with_current_span(false).boxed()
    } else {
        lines.with_target(false).boxed()
    };
    let started = match telemetry {
        // A filter for all: what it leaves out costs nothing.
        None => Registry::default().with(lines).with(filter).try_init(),
        Some(telemetry) => {
            Registry::default().with(lines.with_filter(filter)).with(telemetry.layer()).try_init()
        }
    };
    // Started before, as by a test: those lines are as good.
    started.or(Ok(()))
}
