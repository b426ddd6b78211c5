//! Where log lines go: stderr, so that stdout is for results.

use std::io::{self, IsTerminal as _};

use anyhow::Context as _;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::{LogFormat, LogSection};

/// Logs from now on as the operator wants it.
pub(crate) fn start(section: &LogSection) -> anyhow::Result<()> {
    let filter = EnvFilter::builder()
        .parse(&section.filter)
        .with_context(|| format!("the setting log.filter is wrong: {:?}", section.filter))?;
    let on_terminal = io::stderr().is_terminal();
    let as_json = match section.format {
        LogFormat::Auto => !on_terminal,
        LogFormat::Text => false,
        LogFormat::Json => true,
    };
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(on_terminal);
    let started = if as_json {
        lines.json().flatten_event(true).with_current_span(false).finish().try_init()
    } else {
        lines.with_target(false).finish().try_init()
    };
    // Started before, as by a test: those lines are as good.
    started.or(Ok(()))
}
