//! A process that plays its roles until it is asked to stop.

use std::collections::BTreeSet;
use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::Role;
use crate::app::{App, AppConfig};
use crate::config::Config;
use crate::logging;

/// Works until SIGTERM or SIGINT; a second one ends it at once. `command` is what it was called by.
pub(crate) fn run(config: Config, command: &str, roles: BTreeSet<Role>) -> anyhow::Result<()> {
    logging::start(&config.log)?;
    let app = AppConfig {
        compiler: super::compiler(),
        purpose: command.to_owned(),
        roles,
        ..AppConfig::new(config)
    };
    super::runtime()?.block_on(serve(app))
}

async fn serve(app: AppConfig) -> anyhow::Result<()> {
    let begun = tokio::time::Instant::now();
    let mut signals = Signals::new()?;
    let app = tokio::select! {
        app = App::start(app) => app?,
        // Without closing in order: an index that was just being mended counts as mended then.
        () = signals.recv() => {
            tracing::info!("asked to stop before the start was over");
            std::process::exit(0);
        }
    };
    tracing::info!(
        url = app.url,
        startup_ms = begun.elapsed().as_millis(),
        "{}",
        if app.serves {
            format!("serving at {}", app.url)
        } else {
            format!("working; its health is at {}/health/ready", app.url)
        }
    );

    signals.recv().await;
    tracing::info!("asked to stop; ending what is under way");
    tokio::select! {
        () = app.stop() => tracing::info!("stopped"),
        () = signals.recv() => tracing::warn!("asked again: ending at once"),
    }
    Ok(())
}

struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn recv(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
