//! A process that plays its roles until it is asked to stop.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use repono_adapters::otlp::Telemetry;
use repono_service::ports::{Traces, Untraced};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::Role;
use crate::app::{self, App, AppConfig};
use crate::config::Config;
use crate::{logging, telemetry};

/// Works until SIGTERM or SIGINT; a second one ends it at once. `command` is what it was called by.
pub(crate) fn run(config: Config, command: &str, roles: BTreeSet<Role>) -> anyhow::Result<()> {
    let runtime = super::runtime()?;
    if !config.metrics.listen.is_empty() {
        // Before anything that counts.
        app::metrics::recorder()?;
    }
    let telemetry = {
        let _within = runtime.enter();
        telemetry::start(&config.telemetry)?
    };
    logging::start(&config.log, telemetry.as_ref())?;
    let untraced: Arc<dyn Traces> = Arc::new(Untraced);
    let app = AppConfig {
        traces: telemetry.as_ref().map_or(untraced, Telemetry::traces),
        compiler: super::compiler(),
        purpose: command.to_owned(),
        roles,
        ..AppConfig::new(config)
    };
    let ended = runtime.block_on(serve(app));
    if let Some(telemetry) = telemetry {
        telemetry.stop();
    }
    ended
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
